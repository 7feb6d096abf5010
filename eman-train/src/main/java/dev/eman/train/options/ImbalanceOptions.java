package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.split.Imbalance;
import org.jspecify.annotations.Nullable;

/**
 * Classes of unequal sizes, to learn from a long tail.
 *
 * @param labeled images of the largest class divided by those of the smallest, of the labelled
 *     images; negative for the reverse order of the classes; null for as many of each
 * @param unlabeled likewise, of the training images used without labels, besides the labelled ones;
 *     null for {@code labeled}
 * @param largest images of the largest class among these; null for as many as no class has too few
 *     images for
 */
public record ImbalanceOptions(
    @Nullable Double labeled, @Nullable Double unlabeled, @Nullable Integer largest) {
  /** No imbalance. */
  public static final ImbalanceOptions NONE = new ImbalanceOptions(null, null, null);

  /** See {@link #labeled}. */
  public static final TrainingOption<Double> IMBALANCE =
      TrainingOption.number(
          "imbalance",
          "RATIO",
          null,
          "Long-tailed labels: the first class has the --labels, or that part of its images, the"
              + " last one RATIO times fewer, those between in geometric steps; negative for the"
              + " reverse order of the classes.",
          options -> options.data().imbalance().labeled());

  /** See {@link #unlabeled}. */
  public static final TrainingOption<Double> IMBALANCE_UNLABELED =
      TrainingOption.number(
          "imbalance-unlabeled",
          "RATIO",
          null,
          "The same for the training images used without labels, besides the labelled ones"
              + " (default: that of --imbalance); 1 for all of them.",
          options -> options.data().imbalance().unlabeled());

  /** See {@link #largest}. */
  public static final TrainingOption<Integer> UNLABELED_LARGEST =
      TrainingOption.count(
          "unlabeled-largest",
          "N",
          null,
          "Images of the largest class for --imbalance-unlabeled (default: as many as no class has"
              + " too few images for).",
          options -> options.data().imbalance().largest());

  /** All options of the imbalance. */
  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(IMBALANCE, IMBALANCE_UNLABELED, UNLABELED_LARGEST);

  /** Checks the ranges. */
  public ImbalanceOptions {
    checkRatio("imbalance", labeled);
    checkRatio("imbalance-unlabeled", unlabeled);
    Checks.atLeast("unlabeled-largest", 1, largest);
  }

  private static void checkRatio(String name, @Nullable Double ratio) {
    if (ratio != null) {
      Checks.require(
          Math.abs(ratio) >= 1 && Math.abs(ratio) <= Integer.MAX_VALUE,
          "%s: expected the images of the largest class divided by those of the smallest, at least"
              + " 1, or its negative for the reverse order of the classes, got %s",
          name,
          ratio);
    }
  }

  /** For the draw of a split. */
  public Imbalance imbalance() {
    return Imbalance.of(labeled, unlabeled, largest);
  }
}
