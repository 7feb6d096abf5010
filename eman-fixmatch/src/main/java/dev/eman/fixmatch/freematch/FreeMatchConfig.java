package dev.eman.fixmatch.freematch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * FreeMatch's configuration.
 *
 * @param thresholdMomentum in [0, 1]: of the averages that the thresholds are made from
 * @param lambdaF λ_f, at least 0: the weight of the fairness loss
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record FreeMatchConfig(double thresholdMomentum, double lambdaF, double lambdaU) {
  /** The published momentum; published settings of λ_f differ, USB's for small sets have 0.001. */
  public static final FreeMatchConfig DEFAULT = new FreeMatchConfig(0.999, 0.05, 1);

  private static final OptionSpec<Double> THRESHOLD_MOMENTUM =
      OptionSpec.number("threshold_momentum", DEFAULT.thresholdMomentum)
          .between(0, 1)
          .describedAs("momentum of the averages that thresholds are made from");
  private static final OptionSpec<Double> LAMBDA_F =
      OptionSpec.number("lambda_f", DEFAULT.lambdaF)
          .atLeast(0)
          .describedAs("weight of the fairness loss");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(THRESHOLD_MOMENTUM, LAMBDA_F);

  /** Checks the ranges. */
  public FreeMatchConfig {
    checkArgument(lambdaF >= 0, "lambda_f: expected at least 0, got %s", lambdaF);
  }

  static FreeMatchConfig read(AlgorithmOptions options, double lambdaU) {
    return new FreeMatchConfig(options.get(THRESHOLD_MOMENTUM), options.get(LAMBDA_F), lambdaU);
  }
}
