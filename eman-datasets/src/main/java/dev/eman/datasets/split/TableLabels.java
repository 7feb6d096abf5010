package dev.eman.datasets.split;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.internal.UnicodeForms;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.TableMatch;
import dev.eman.datasets.table.TableProblems;
import dev.eman.datasets.table.TableUse;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;

/** A split as a table of images and labels has it. */
final class TableLabels {
  private TableLabels() {}

  /**
   * The images with a label in the table are labelled, and those of its part validation kept for
   * validation if the data set has them. Those of its part test, and of validation without a label,
   * are left out. The labels must be the data set's.
   */
  static LabelSplit split(ImageDataset data, Path file, UnlabeledPool pool) {
    ImageTable table = ImageTable.open(file);
    TableMatch match =
        TableMatch.ofTraining(data, table, row -> TableUse.of(row) != TableUse.UNLABELED);
    match.requireImages(row -> TableUse.of(row) == TableUse.TRAIN);
    TableProblems problems = new TableProblems(file);
    BitSet labeled = new BitSet();
    BitSet validation = new BitSet();
    BitSet leftOut = new BitSet();
    match.forEach(
        (row, i) -> {
          TableUse use = TableUse.of(row);
          if (use == TableUse.TEST || use == TableUse.PREDICT) {
            leftOut.set(i);
            return;
          }
          String own = data.classNames().get(data.requireLabel(i));
          if (!own.equals(row.label())) {
            problems.add(
                row.number(),
                String.format(
                    Locale.ROOT,
                    "%s: expected the class '%s', as %s has it, found '%s'%s",
                    Printable.escape(data.imageName(i)),
                    own,
                    data.name(),
                    row.label(),
                    UnicodeForms.differ(own, row.label()) ? ", " + UnicodeForms.ADVICE : ""));
          }
          (use == TableUse.TRAIN ? labeled : validation).set(i);
        });
    problems.check(
        "correct the label, or take labels from the table alone: --dataset "
            + file
            + " --images DIR");
    if (labeled.isEmpty()) {
      throw new DatasetException(file + ": expected at least one image with a label, found none");
    }
    return new LabelSplit(
        data.name(),
        data.fingerprint(),
        data.size(),
        "table " + file.getFileName(),
        pool,
        BitSets.ascending(labeled),
        BitSets.ascending(validation),
        BitSets.ascending(leftOut),
        null,
        null);
  }

  /**
   * Takes a part of each class's labelled images for validation.
   *
   * @throws DatasetException if the split has images for validation already, or nothing of a class
   *     would be left to learn from
   */
  static LabelSplit holdOut(LabelSplit split, ImageDataset data, double validation, long seed) {
    if (validation == 0) {
      return split;
    }
    if (!split.validation().isEmpty()) {
      throw new DatasetException(
          split.origin()
              + ": expected no --validation, as the table has "
              + split.validation().length()
              + " images for validation; omit --validation");
    }
    ImmutableIntArray labeled = split.labeled();
    LabelSplit drawn =
        LabelSplit.draw(
            LabeledOnly.of(data, labeled), LabelAmount.fraction(1), seed, validation, split.pool());
    return new LabelSplit(
        data.name(),
        data.fingerprint(),
        data.size(),
        split.origin() + ", validation " + validation + ", seed " + seed,
        split.pool(),
        positions(labeled, drawn.labeled()),
        positions(labeled, drawn.validation()),
        split.leftOut(),
        null,
        null);
  }

  private static ImmutableIntArray positions(ImmutableIntArray of, ImmutableIntArray indices) {
    return ImmutableIntArray.copyOf(indices.stream().map(of::get));
  }
}
