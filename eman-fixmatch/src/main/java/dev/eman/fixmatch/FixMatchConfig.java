package dev.eman.fixmatch;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.algorithm.PseudoLabelRule;

/**
 * FixMatch's configuration.
 *
 * @param threshold τ in [0, 1]: minimum confidence of a pseudo label; 0.95 in the paper
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss; 1 in the paper
 * @param softTargets whether targets are the teacher's distributions rather than its classes
 * @param temperature T above 0: soft targets are softmax(logits / T); 1 leaves them unchanged
 */
public record FixMatchConfig(
    double threshold, double lambdaU, boolean softTargets, double temperature) {
  /** The paper's configuration: threshold 0.95, weight 1, hard labels. */
  public static final FixMatchConfig DEFAULT = new FixMatchConfig(0.95, 1, false, 1);

  /** Checks the ranges. */
  public FixMatchConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
    checkArgument(lambdaU >= 0, "lambda_u: expected at least 0, got %s", lambdaU);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
  }

  /** {@code 1[max q ≥ τ]} with the class or the distribution as the target. */
  PseudoLabelRule rule() {
    return softTargets
        ? PseudoLabelRule.softThreshold(threshold, temperature)
        : PseudoLabelRule.threshold(threshold);
  }
}
