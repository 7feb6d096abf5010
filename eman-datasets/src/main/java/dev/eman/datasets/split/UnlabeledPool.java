package dev.eman.datasets.split;

import java.util.Locale;

/**
 * Which images serve without their labels: training images, and those of the data set's own
 * unlabelled part ({@link dev.eman.datasets.Part#UNLABELED}) where it has one. Images kept for
 * validation never do.
 */
public enum UnlabeledPool {
  /**
   * All training images, the labelled ones too, as in FixMatch (arXiv 2001.07685) and most others,
   * and the data set's own unlabelled images.
   */
  ALL(true),
  /**
   * The training images that are not labelled, as in the lists of the EMAN paper, and the data
   * set's own unlabelled images.
   */
  REST(true),
  /** All training images, the labelled ones too; the data set's own unlabelled part is left out. */
  TRAIN(false),
  /** The data set's own unlabelled images alone. */
  OWN(true);

  private final boolean usesOwn;

  UnlabeledPool(boolean usesOwn) {
    this.usesOwn = usesOwn;
  }

  /** Whether the data set's own unlabelled images belong to it. */
  public boolean usesOwn() {
    return usesOwn;
  }

  /** As written in configurations: {@code all}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
