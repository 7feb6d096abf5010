package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Layer-wise adaptive rate scaling (You et al. 2017, arXiv 1708.03888), as BYOL uses it; {@link
 * LarsOptimizer} has the formula. Vectors, and whatever is excluded, take plain momentum without
 * decay.
 *
 * @param momentum μ in [0, 1)
 * @param weightDecay λ ≥ 0, added to the gradient as {@code λ p} before its norm is taken
 * @param trustCoefficient η above 0: how far a layer moves in proportion to its norm
 * @param exclusions keys of parameters that neither adapt nor decay, matched as in {@link Sgd};
 *     copied
 */
public record Lars(
    double momentum, double weightDecay, double trustCoefficient, List<String> exclusions)
    implements OptimizerConfiguration {
  private static final double TRUST = 1e-3;

  public Lars {
    checkArgument(momentum >= 0 && momentum < 1, "momentum: expected [0, 1), got %s", momentum);
    checkArgument(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "weightDecay: expected at least 0, got %s",
        weightDecay);
    checkArgument(
        trustCoefficient > 0 && Double.isFinite(trustCoefficient),
        "trustCoefficient: expected above 0, got %s",
        trustCoefficient);
    exclusions = List.copyOf(exclusions);
  }

  /** BYOL's: trust coefficient 0.001; biases and normalisation neither adapt nor decay. */
  public static Lars excludingBiasesAndNormalization(double momentum, double weightDecay) {
    return new Lars(momentum, weightDecay, TRUST, Sgd.BIASES_AND_NORMALIZATION);
  }

  @Override
  public Optimizer create(List<Segment> segments) {
    return new LarsOptimizer(this, segments);
  }

  /** Whether a tensor's rate adapts to it: matrices and kernels that are not excluded. */
  boolean adapts(Segment segment) {
    return segment.shape().size() > 1 && !Sgd.matches(exclusions, segment);
  }
}
