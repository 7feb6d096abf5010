package dev.eman.fixmatch.debiaspl;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * DebiasPL's configuration.
 *
 * @param threshold τ in [0, 1]: minimum debiased confidence of a pseudo label
 * @param tau λ of the paper's equations 4 and 5, at least 0: how much of the logarithm of the
 *     average prediction is taken from the weak views' logits and added to the strong views'
 * @param meanMomentum in [0, 1]: of the average prediction
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record DebiasPlConfig(double threshold, double tau, double meanMomentum, double lambdaU) {
  /** As published by the authors. */
  public static final DebiasPlConfig DEFAULT = new DebiasPlConfig(0.95, 0.4, 0.999, 1);

  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", DEFAULT.threshold)
          .between(0, 1)
          .describedAs("minimum confidence of a pseudo label, debiased");
  private static final OptionSpec<Double> TAU =
      OptionSpec.number("tau", DEFAULT.tau)
          .atLeast(0)
          .describedAs("strength of debiasing and of the adaptive margin");
  private static final OptionSpec<Double> MEAN_MOMENTUM =
      OptionSpec.number("mean_momentum", DEFAULT.meanMomentum)
          .between(0, 1)
          .describedAs("momentum of the average prediction");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(THRESHOLD, TAU, MEAN_MOMENTUM);

  /** Checks the ranges. */
  public DebiasPlConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
    checkArgument(tau >= 0, "tau: expected at least 0, got %s", tau);
  }

  static DebiasPlConfig read(AlgorithmOptions options, double lambdaU) {
    return new DebiasPlConfig(
        options.get(THRESHOLD), options.get(TAU), options.get(MEAN_MOMENTUM), lambdaU);
  }
}
