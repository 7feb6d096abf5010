package dev.eman.moco;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import dev.eman.moco.internal.QueueSize;
import dev.eman.moco.internal.ShuffledGroups;

/**
 * MoCo's configuration.
 *
 * @param temperature T above 0: similarities are divided by it; 0.2 in version 2, 0.07 in version 1
 * @param queueSize number of keys of former batches used as negatives, at least 1; 65,536 in the
 *     paper
 * @param symmetric whether each view serves as query in turn; the losses are added
 * @param shuffleGroups number of groups that a batch is normalised in, at least 1: the student's in
 *     order, those of a teacher that normalises with its batch shuffled, as the paper does over 8
 *     devices; 1 for neither
 */
public record MocoConfig(double temperature, int queueSize, boolean symmetric, int shuffleGroups) {
  /** The configuration of version 2: temperature 0.2, 65,536 keys, one direction, no groups. */
  public static final MocoConfig DEFAULT = new MocoConfig(0.2, 65_536, false, 1);

  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", DEFAULT.temperature)
          .above(0)
          .describedAs("similarities are divided by it; 0.07 in version 1");
  private static final OptionSpec<Long> QUEUE =
      QueueSize.option(DEFAULT.queueSize, "number of keys of former batches used as negatives");
  private static final OptionSpec<Boolean> SYMMETRIC =
      OptionSpec.flag("symmetric", DEFAULT.symmetric)
          .describedAs("whether each view serves as query in turn");
  private static final OptionSpec<Long> SHUFFLE_GROUPS = ShuffledGroups.option();
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(TEMPERATURE, QUEUE, SYMMETRIC, SHUFFLE_GROUPS);

  /** Checks the ranges. */
  public MocoConfig {
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature: expected above 0, got %s",
        temperature);
    QueueSize.check(queueSize);
    ShuffledGroups.check(shuffleGroups);
  }

  static MocoConfig read(AlgorithmOptions options) {
    return new MocoConfig(
        options.get(TEMPERATURE),
        Math.toIntExact(options.get(QUEUE)),
        options.get(SYMMETRIC),
        Math.toIntExact(options.get(SHUFFLE_GROUPS)));
  }
}
