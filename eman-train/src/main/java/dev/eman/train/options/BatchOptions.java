package dev.eman.train.options;

import com.google.common.collect.ImmutableList;

/**
 * The size of a batch, and how it passes through the networks.
 *
 * @param size labelled images per step, at least 1; without labels, the number that {@code
 *     unlabeledRatio} multiplies
 * @param unlabeledRatio μ, at least 1: unlabelled images per labelled image
 * @param accumulate parts into which each device splits its share of a batch, at least 1
 * @param devices devices among which a batch is divided, at least 1
 */
public record BatchOptions(int size, int unlabeledRatio, int accumulate, int devices) {
  /** See {@link #size}. */
  public static final TrainingOption<Integer> BATCH =
      TrainingOption.count(
          "batch", "B", 32, "Labelled images per step.", options -> options.batch().size());

  /** See {@link #unlabeledRatio}. */
  public static final TrainingOption<Integer> MU =
      TrainingOption.count(
          "mu",
          "N",
          4,
          "Unlabelled images per labelled image (moco, moco-v3, ressl, byol: 1).",
          options -> options.batch().unlabeledRatio());

  /** See {@link #accumulate}. */
  public static final TrainingOption<Integer> ACCUMULATE =
      TrainingOption.count(
          "accumulate",
          "PARTS",
          1,
          "Split each batch into PARTS parts, each with its own batch statistics, to save memory.",
          options -> options.batch().accumulate());

  /** See {@link #devices}. */
  public static final TrainingOption<Integer> DEVICES =
      TrainingOption.count(
          "devices",
          "N",
          1,
          "Divide each batch among N devices of this machine.",
          options -> options.batch().devices());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(BATCH, MU, ACCUMULATE, DEVICES);

  /** Checks the ranges. */
  public BatchOptions {
    Checks.atLeast("batch", 1, (long) size);
    Checks.atLeast("mu", 1, (long) unlabeledRatio);
    Checks.require(
        (long) size * unlabeledRatio <= Integer.MAX_VALUE,
        "--batch, --mu: expected at most %d unlabelled images per step, got %d times %d",
        Integer.MAX_VALUE,
        size,
        unlabeledRatio);
    Checks.require(
        accumulate >= 1 && devices >= 1 && size % ((long) accumulate * devices) == 0,
        "--accumulate, --devices: expected at least 1, and a product that divides a batch of %d"
            + " labelled images, got %d times %d",
        size,
        accumulate,
        devices);
  }

  /** Number of parts of a batch, over all devices. */
  public int parts() {
    return accumulate * devices;
  }

  /** Unlabelled images per step of an algorithm that uses them. */
  public int unlabeled() {
    return size * unlabeledRatio;
  }
}
