package dev.eman.fixmatch.freematch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * FreeMatch's configuration.
 *
 * @param thresholdMomentum in [0, 1]: of the averages that the thresholds are made from
 * @param thresholdMin in [0, 1]: no class has a lower threshold
 * @param thresholdMax in [thresholdMin, 1]: no class has a higher threshold
 * @param lambdaF λ_f, at least 0: the weight of the fairness loss
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record FreeMatchConfig(
    double thresholdMomentum,
    double thresholdMin,
    double thresholdMax,
    double lambdaF,
    double lambdaU) {
  /**
   * The published momentum; published weights λ_f differ: in USB 0.01 unless set and 0.001 in its
   * settings, in TorchSSL 0.1 unless set and 0.01 in those of its settings that have this loss.
   */
  public static final FreeMatchConfig DEFAULT = new FreeMatchConfig(0.999, 0, 1, 0.05, 1);

  private static final OptionSpec<Double> THRESHOLD_MOMENTUM =
      OptionSpec.number("threshold_momentum", DEFAULT.thresholdMomentum)
          .between(0, 1)
          .describedAs("momentum of the averages that thresholds are made from");
  private static final OptionSpec<Double> THRESHOLD_MIN =
      OptionSpec.number("threshold_min", DEFAULT.thresholdMin)
          .between(0, 1)
          .describedAs("least threshold of a class (0.9 for SVHN as published)");
  private static final OptionSpec<Double> THRESHOLD_MAX =
      OptionSpec.number("threshold_max", DEFAULT.thresholdMax)
          .between(0, 1)
          .describedAs("greatest threshold of a class (0.95 for SVHN as published)");
  private static final OptionSpec<Double> LAMBDA_F =
      OptionSpec.number("lambda_f", DEFAULT.lambdaF)
          .atLeast(0)
          .describedAs("weight of the fairness loss");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(THRESHOLD_MOMENTUM, THRESHOLD_MIN, THRESHOLD_MAX, LAMBDA_F);

  /** Checks the ranges. */
  public FreeMatchConfig {
    checkArgument(lambdaF >= 0, "lambda_f: expected at least 0, got %s", lambdaF);
    checkArgument(
        thresholdMin >= 0 && thresholdMin <= 1,
        "threshold_min: expected [0, 1], got %s",
        thresholdMin);
    checkArgument(
        thresholdMax >= 0 && thresholdMax <= 1,
        "threshold_max: expected [0, 1], got %s",
        thresholdMax);
    if (thresholdMin > thresholdMax) {
      throw new UsageException(
          "threshold_min: expected at most threshold_max, "
              + thresholdMax
              + ", got "
              + thresholdMin);
    }
  }

  double bounded(double threshold) {
    return Math.min(Math.max(threshold, thresholdMin), thresholdMax);
  }

  static FreeMatchConfig read(AlgorithmOptions options, double lambdaU) {
    return new FreeMatchConfig(
        options.get(THRESHOLD_MOMENTUM),
        options.get(THRESHOLD_MIN),
        options.get(THRESHOLD_MAX),
        options.get(LAMBDA_F),
        lambdaU);
  }
}
