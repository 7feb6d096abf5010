package dev.eman.fixmatch.flexmatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;

/**
 * FlexMatch's configuration.
 *
 * @param threshold τ in [0, 1]: the threshold of a class that is learned best
 * @param warmUp whether images that were never confident count as a class, so that thresholds rise
 *     slowly at the start; section 3.2 of the paper
 * @param lambdaU λ_u, at least 0: the weight of the unlabelled loss
 */
public record FlexMatchConfig(double threshold, boolean warmUp, double lambdaU) {
  /** The paper's configuration. */
  public static final FlexMatchConfig DEFAULT = new FlexMatchConfig(0.95, true, 1);

  private static final OptionSpec<Double> THRESHOLD =
      OptionSpec.number("threshold", DEFAULT.threshold)
          .between(0, 1)
          .describedAs("minimum confidence of a pseudo label of the class that is learned best");
  private static final OptionSpec<Boolean> WARM_UP =
      OptionSpec.flag("warm_up", DEFAULT.warmUp)
          .describedAs("whether images that were never confident keep thresholds low");
  static final ImmutableList<OptionSpec<?>> OPTIONS = ImmutableList.of(THRESHOLD, WARM_UP);

  /** Checks the range. */
  public FlexMatchConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
  }

  static FlexMatchConfig read(AlgorithmOptions options, double lambdaU) {
    return new FlexMatchConfig(options.get(THRESHOLD), options.get(WARM_UP), lambdaU);
  }
}
