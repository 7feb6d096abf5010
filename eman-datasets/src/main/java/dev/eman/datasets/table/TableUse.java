package dev.eman.datasets.table;

import java.util.Locale;

/** What an image of a table serves for, by its part and whether it has a label. */
public enum TableUse {
  /** To learn from, with its label. */
  TRAIN,
  /** To learn from without a label. */
  UNLABELED,
  /** To choose by. */
  VALIDATION,
  /** To measure on. */
  TEST,
  /** To measure on, but without a label: for predictions alone. */
  PREDICT;

  /** The use of a row. */
  public static TableUse of(TableRow row) {
    return switch (row.part().orElse(TablePart.TRAIN)) {
      case TRAIN -> row.isLabeled() ? TRAIN : UNLABELED;
      case UNLABELED -> UNLABELED;
      case VALIDATION -> row.isLabeled() ? VALIDATION : PREDICT;
      case TEST -> row.isLabeled() ? TEST : PREDICT;
    };
  }

  /** As in messages: {@code train}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
