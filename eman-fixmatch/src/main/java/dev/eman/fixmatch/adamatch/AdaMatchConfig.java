package dev.eman.fixmatch.adamatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * AdaMatch's configuration.
 *
 * @param threshold τ in [0, 1]: of the mean confidence in the labelled images
 * @param meanMomentum in [0, 1]: of the average predictions
 * @param labeledBy who predicts the labelled images
 * @param interpolation whether labelled logits are random mixtures of two passes
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss after the ramp-up
 * @param rampUpSteps T, at least 0: before this step the weight is {@code λ_u (1 − cos(π t / T)) /
 *     2}
 */
public record AdaMatchConfig(
    double threshold,
    double meanMomentum,
    Predictor labeledBy,
    boolean interpolation,
    double lambdaU,
    long rampUpSteps) {
  /**
   * The paper's threshold; without interpolation, as in most later comparisons. As in USB, both
   * averages have a momentum (the paper averages p̄_u over the last 128 batches), λ_u is constant
   * (the paper raises it over the first half of the run, which {@code rampUpSteps} can), and labels
   * are learned on weak views.
   */
  public static final AdaMatchConfig DEFAULT =
      new AdaMatchConfig(0.9, 0.999, Predictor.STUDENT, false, 1, 0);

  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", DEFAULT.threshold)
          .between(0, 1)
          .describedAs("minimum confidence, relative to the mean one of labelled images");
  private static final OptionSpec<Double> MEAN_MOMENTUM =
      OptionSpec.number("mean_momentum", DEFAULT.meanMomentum)
          .between(0, 1)
          .describedAs("momentum of the average predictions");
  private static final OptionSpec<Predictor> LABELED_BY =
      OptionSpec.choice("labeled_by", DEFAULT.labeledBy)
          .describedAs("which network's predictions of labelled images are compared with");
  private static final OptionSpec<Boolean> INTERPOLATION =
      OptionSpec.flag("interpolation", DEFAULT.interpolation)
          .describedAs("random logit interpolation of labelled images; a second, small pass");
  private static final OptionSpec<Long> RAMPUP_STEPS =
      OptionSpec.integer("rampup_steps", DEFAULT.rampUpSteps)
          .atLeast(0)
          .describedAs(
              "steps in which lambda_u rises along a cosine; half of the run in the paper");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(THRESHOLD, MEAN_MOMENTUM, LABELED_BY, INTERPOLATION, RAMPUP_STEPS);

  /** Who predicts the labelled images for the alignment and the threshold. */
  public enum Predictor {
    /** The student, in its training pass. */
    STUDENT,
    /** The teacher, in one batch with the weak views; refused where there is none. */
    TEACHER
  }

  /** Checks the ranges. */
  public AdaMatchConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
    checkArgument(rampUpSteps >= 0, "rampup_steps: expected at least 0, got %s", rampUpSteps);
  }

  double weight(long step) {
    return step >= rampUpSteps
        ? lambdaU
        : lambdaU * (1 - Math.cos(Math.PI * step / rampUpSteps)) / 2;
  }

  static AdaMatchConfig read(AlgorithmOptions options, double lambdaU) {
    return new AdaMatchConfig(
        options.get(THRESHOLD),
        options.get(MEAN_MOMENTUM),
        options.get(LABELED_BY),
        options.get(INTERPOLATION),
        lambdaU,
        options.get(RAMPUP_STEPS));
  }
}
