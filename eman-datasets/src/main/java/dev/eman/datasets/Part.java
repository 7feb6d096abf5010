package dev.eman.datasets;

import java.util.Locale;

/** The parts that data sets are published in. */
public enum Part {
  /** Images to learn from, with labels. */
  TRAIN,
  /** Images to measure on: never to learn from, nor to choose a checkpoint by. */
  TEST,
  /** Images without labels. */
  UNLABELED;

  /** As written on the command line and in names: {@code train}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
