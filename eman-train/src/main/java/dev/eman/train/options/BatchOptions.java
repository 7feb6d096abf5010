package dev.eman.train.options;

import com.google.common.collect.ImmutableList;

/**
 * How many images a step takes, and how they pass through the networks.
 *
 * @param size labelled images a step, at least 1; where no labels are used, what {@code
 *     unlabeledRatio} multiplies
 * @param unlabeledRatio μ, at least 1: unlabelled images for each labelled one
 * @param accumulate parts that a batch passes in on each device, at least 1
 * @param devices devices that a batch is divided over, at least 1
 */
public record BatchOptions(int size, int unlabeledRatio, int accumulate, int devices) {
  /** See {@link #size}. */
  public static final TrainingOption<Integer> BATCH =
      TrainingOption.count(
          "batch", "B", 32, "Labelled images a step.", options -> options.batch().size());

  /** See {@link #unlabeledRatio}. */
  public static final TrainingOption<Integer> MU =
      TrainingOption.count(
          "mu",
          "N",
          4,
          "Unlabelled images for each labelled one (moco, byol: 1).",
          options -> options.batch().unlabeledRatio());

  /** See {@link #accumulate}. */
  public static final TrainingOption<Integer> ACCUMULATE =
      TrainingOption.count(
          "accumulate",
          "PARTS",
          1,
          "Pass a batch through the networks in PARTS parts, each with batch statistics of its own,"
              + " for less memory.",
          options -> options.batch().accumulate());

  /** See {@link #devices}. */
  public static final TrainingOption<Integer> DEVICES =
      TrainingOption.count(
          "devices",
          "N",
          1,
          "Divide every batch over N devices of this machine.",
          options -> options.batch().devices());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(BATCH, MU, ACCUMULATE, DEVICES);

  /** Checks the ranges. */
  public BatchOptions {
    Checks.atLeast("batch", 1, (long) size);
    Checks.atLeast("mu", 1, (long) unlabeledRatio);
    Checks.require(
        accumulate >= 1 && devices >= 1 && size % ((long) accumulate * devices) == 0,
        "--accumulate, --devices: expected at least 1, and parts that a batch of %d labelled images"
            + " divides into, got %d times %d",
        size,
        accumulate,
        devices);
  }

  /** Parts that a batch passes in, on all devices together. */
  public int parts() {
    return accumulate * devices;
  }

  /** Unlabelled images a step, where an algorithm uses them. */
  public int unlabeled() {
    return size * unlabeledRatio;
  }
}
