package dev.eman.datasets.split;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.table.ImageTable;
import java.nio.file.Path;
import java.util.Locale;

/** A file that names the labelled images. */
public final class LabelFile {
  private LabelFile() {}

  /**
   * The split that a file describes, by its name's ending:
   *
   * <ul>
   *   <li>{@code .txt}: a list of file names ({@link LabelSplit#fromFileNames});
   *   <li>{@code .csv}, {@code .tsv} with a column {@code Index}: positions ({@link
   *       LabelSplit#fromIndexTable}), which must agree with its column of images, if it has one;
   *   <li>another {@code .csv} or {@code .tsv}: a table of images and labels ({@link ImageTable}).
   *       Images with a label are labelled, those of its part validation are kept for validation,
   *       where the data set has them; those to measure on, and those of validation without a
   *       label, are left out ({@link LabelSplit#leftOut}); those of unlabeled do not count;
   *   <li>anything else: a saved split ({@link LabelSplit#load}).
   * </ul>
   *
   * @param validation the part of each class's labelled images that is set aside, 0 (none) to below
   *     1; a saved split has its own
   * @param seed of what is set aside
   * @param pool which images serve without labels; a saved split has its own
   * @throws DatasetException if the file is none of these, has images that the data set lacks, or a
   *     label that is not the data set's
   */
  public static LabelSplit split(
      ImageDataset data, Path file, double validation, long seed, UnlabeledPool pool) {
    LabelSplit split;
    if (ImageTable.isLabelTable(file)) {
      split = TableLabels.split(data, file, pool);
    } else if (ImageTable.isTable(file)) {
      split = LabelSplit.fromIndexTable(data, file, pool);
    } else if (isList(file)) {
      split = LabelSplit.fromFileNames(data, file, pool);
    } else {
      return LabelSplit.load(file, data);
    }
    return TableLabels.holdOut(split, data, validation, seed);
  }

  /**
   * The split that a file describes, of images that others were held out of: one of all images, or
   * a saved one of those that are left.
   *
   * @throws DatasetException as {@link #split}
   */
  public static LabelSplit splitOfRest(
      SubsetDataset rest, Path file, double validation, long seed, UnlabeledPool pool) {
    try {
      return split(rest.whole(), file, validation, seed, pool).within(rest);
    } catch (DatasetException e) {
      if (!isSavedSplit(file)) {
        throw e;
      }
      return LabelSplit.load(file, rest);
    }
  }

  /**
   * The images that are not to be held out, because a file lists them; none if it lists all, or is
   * a split of those that are left.
   *
   * @param whole all images
   */
  public static ImmutableIntArray kept(ImageDataset whole, Path file, long seed) {
    ImmutableIntArray listed;
    try {
      listed = split(whole, file, 0, seed, UnlabeledPool.ALL).chosen();
    } catch (DatasetException e) {
      if (!isSavedSplit(file)) {
        throw e;
      }
      return ImmutableIntArray.of(); // Of a part of these images, or refused when it is used.
    }
    return listed.length() == whole.size() ? ImmutableIntArray.of() : listed;
  }

  /**
   * Checks that an option of the draw has an effect beside a file.
   *
   * @param option as it was given, such as {@code --validation}
   * @throws UsageException if the file is a saved split, which was drawn with its own
   */
  public static void checkDraw(String option, Path file) {
    if (isSavedSplit(file)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%1$s: expected no saved split beside it, found %2$s, which was drawn with its own;"
                  + " omit %1$s, or save another split: eman data info NAME --labels AMOUNT %1$s"
                  + " ... --save-split FILE",
              option,
              file));
    }
  }

  /** Whether a file is a saved split, which has its own pool. */
  public static boolean isSavedSplit(Path file) {
    return !ImageTable.isTable(file) && !isList(file);
  }

  private static boolean isList(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".txt");
  }
}
