package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.loss.Softmax;

/**
 * What an algorithm of FixMatch's family takes from predictions for weak views: the target of each
 * image's strong view, and how much it weighs.
 */
@FunctionalInterface
public interface PseudoLabelRule {
  /** The targets and weights, one for each prediction. */
  PseudoLabels label(Predictions predictions);

  /**
   * The most likely class, with weight 1 from a confidence on, else 0: {@code 1[max q ≥ τ]}.
   *
   * @param threshold τ in [0, 1]
   */
  static PseudoLabelRule threshold(double threshold) {
    checkThreshold(threshold);
    return predictions -> PseudoLabels.hard(predictions.labels(), mask(predictions, threshold));
  }

  /**
   * The whole distribution {@code softmax(logits / T)}, with the weight of {@link
   * PseudoLabelRule#threshold}.
   *
   * @param threshold τ in [0, 1], of the distribution at T = 1
   * @param temperature T above 0; 1 leaves the distribution
   */
  static PseudoLabelRule softThreshold(double threshold, double temperature) {
    checkThreshold(threshold);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
    return predictions ->
        PseudoLabels.soft(
            predictions,
            Softmax.of(predictions.logits(), temperature),
            mask(predictions, threshold));
  }

  private static void checkThreshold(double threshold) {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
  }

  private static float[] mask(Predictions predictions, double threshold) {
    float[] mask = new float[predictions.size()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = predictions.confidence(i) >= threshold ? 1 : 0;
    }
    return mask;
  }
}
