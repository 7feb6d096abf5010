package dev.eman.report;

import dev.eman.datasets.check.DuplicateImages;
import dev.eman.train.errors.DataErrors;
import dev.eman.train.errors.LabelIssue;
import dev.eman.train.errors.LabeledImages;
import dev.eman.train.errors.Outliers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is probably wrong with a data set, as a table: one row for each image, the surest first. */
public final class ErrorsTable {
  /** Of a row on a label that is probably wrong. */
  public static final String LABEL = "label";

  private static final List<String> HEADER =
      List.of("kind", "part", "image", "label", "suggested", "score", "other_image");

  private ErrorsTable() {}

  /**
   * As CSV. The kinds are {@code label}, {@code duplicate}, {@code near-duplicate} and {@code
   * outlier}; the score of a label is one less its probability, and that of an outlier its distance
   * over the usual one.
   */
  public static String csv(LabeledImages images, DataErrors errors) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (LabelIssue issue : errors.labels()) {
      rows.add(
          row(
              LABEL,
              images,
              issue.image(),
              images.classNames().get(issue.suggested()),
              number(issue.doubt()),
              ""));
    }
    for (DuplicateImages.Pair pair : errors.duplicates()) {
      int other = pair.other();
      rows.add(
          row(
              pair.exact() ? "duplicate" : "near-duplicate",
              images,
              pair.image(),
              DataErrors.conflict(images, pair) ? images.classNames().get(images.label(other)) : "",
              "",
              images.name(other)));
    }
    for (Outliers.Outlier outlier : errors.outliers()) {
      rows.add(
          row(
              "outlier",
              images,
              outlier.image(),
              "",
              number(outlier.distance() / outlier.usual()),
              ""));
    }
    return Csv.table(rows);
  }

  private static List<String> row(
      String kind, LabeledImages images, int image, String suggested, String score, String other) {
    return List.of(
        kind,
        images.part(image).label(),
        Csv.text(images.name(image)),
        Csv.text(images.classNames().get(images.label(image))),
        Csv.text(suggested),
        score,
        Csv.text(other));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
