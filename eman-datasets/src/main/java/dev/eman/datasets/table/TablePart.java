package dev.eman.datasets.table;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.Optional;

/** The parts that a column of a table divides images into. */
public enum TablePart {
  /** To learn from. */
  TRAIN,
  /** To choose by: measured on where there are no labelled {@link #TEST} images. */
  VALIDATION,
  /** To measure on. */
  TEST,
  /** To learn from without labels, even if the table has them. */
  UNLABELED;

  /** For messages. */
  public static final String NAMES = "train, val, valid, validation, test or unlabeled";

  private static final ImmutableMap<String, TablePart> BY_NAME =
      ImmutableMap.<String, TablePart>builder()
          .put("train", TRAIN)
          .put("training", TRAIN)
          .put("val", VALIDATION)
          .put("valid", VALIDATION)
          .put("validation", VALIDATION)
          .put("test", TEST)
          .put("testing", TEST)
          .put("unlabeled", UNLABELED)
          .put("unlabelled", UNLABELED)
          .buildOrThrow();

  /** The part of a name, in capitals or not; empty for other names. */
  public static Optional<TablePart> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  /** As in messages: {@code train}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
