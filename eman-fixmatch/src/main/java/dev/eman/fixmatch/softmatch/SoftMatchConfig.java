package dev.eman.fixmatch.softmatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * SoftMatch's configuration.
 *
 * @param meanMomentum in [0, 1]: of all averages
 * @param sigmas above 0: the weight falls from 1 below the mean confidence like a Gaussian whose
 *     deviation is the confidences' divided by this
 * @param alignment what predictions are aligned with before they are weighed
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record SoftMatchConfig(
    double meanMomentum, double sigmas, Target alignment, double lambdaU) {
  /** As published in PyTorch by the authors; the paper's formula has one deviation. */
  public static final SoftMatchConfig DEFAULT = new SoftMatchConfig(0.999, 2, Target.UNIFORM, 1);

  private static final OptionSpec<Double> MEAN_MOMENTUM =
      OptionSpec.number("mean_momentum", DEFAULT.meanMomentum)
          .between(0, 1)
          .describedAs("momentum of the averages of predictions and confidences");
  private static final OptionSpec<Double> SIGMAS =
      OptionSpec.number("sigmas", DEFAULT.sigmas)
          .above(0)
          .describedAs("the larger, the faster weights fall below the mean confidence");
  private static final OptionSpec<Target> ALIGNMENT =
      OptionSpec.choice("alignment", DEFAULT.alignment)
          .describedAs("uniform: equal classes; labeled: as labelled images are predicted");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(MEAN_MOMENTUM, SIGMAS, ALIGNMENT);

  /** What the average prediction is aligned with. */
  public enum Target {
    /** All classes alike: the paper. */
    UNIFORM,
    /** The average prediction for labelled images: for classes of different sizes. */
    LABELED,
    /** Nothing. */
    NONE
  }

  /** Checks the ranges. */
  public SoftMatchConfig {
    checkArgument(sigmas > 0, "sigmas: expected above 0, got %s", sigmas);
  }

  static SoftMatchConfig read(AlgorithmOptions options, double lambdaU) {
    return new SoftMatchConfig(
        options.get(MEAN_MOMENTUM), options.get(SIGMAS), options.get(ALIGNMENT), lambdaU);
  }
}
