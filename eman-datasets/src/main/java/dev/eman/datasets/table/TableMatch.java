package dev.eman.datasets.table;

import com.google.common.base.Splitter;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.internal.UnicodeForms;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Which rows of a table are about which images of a data set. A row's path may be one below the
 * data set's folder, may begin above it, or be a file's name alone, and may lack the extension, as
 * long as one image alone can be meant; a row that has an image's whole path means that one.
 */
public final class TableMatch {
  private static final int NONE = -1;

  /** How a row's path names an image; the lowest counts. */
  private static final int WHOLE = 0;

  private static final int IN_PART = 2;

  /** Added where it is not the path as written. */
  private static final int CHANGED = 1;

  private final ImageTable table;
  private final ImageDataset data;
  private final boolean training;
  private final String folder;
  private final List<TableRow> rows = new ArrayList<>();
  private final RowPaths paths;
  private final int[] positions;
  private final int[] others;
  private final int[] ranks;
  private final Map<Integer, Integer> rowsByPosition = new HashMap<>();

  private TableMatch(
      ImageDataset data, ImageTable table, Predicate<TableRow> wanted, boolean training) {
    this.data = data;
    this.training = training;
    this.table = table;
    folder = folder(data.name());
    table.read(
        row -> {
          if (wanted.test(row)) {
            rows.add(row);
          }
        });
    positions = filled(rows.size());
    others = filled(rows.size());
    ranks = new int[rows.size()];
    BitSet depths = new BitSet();
    for (int i = 0; i < data.size(); i++) {
      depths.set(RowPaths.depth(data.imageName(i)));
    }
    paths = new RowPaths(rows, depths);
    for (int i = 0; i < data.size(); i++) {
      offer(i, data.imageName(i));
    }
    checkOnlyOne();
    checkOnce();
  }

  /**
   * Finds the images of rows.
   *
   * @param wanted the rows that count
   * @throws DatasetException if a row can mean several images, or several rows with different
   *     labels or parts one image
   */
  public static TableMatch of(ImageDataset data, ImageTable table, Predicate<TableRow> wanted) {
    return new TableMatch(data, table, wanted, false);
  }

  /**
   * Finds the training images of rows. A row to measure by is about none of them if its path leads
   * through a folder called like such a part: {@code test/cat/1.png} is not the {@code cat/1.png}
   * of {@code photos/train}.
   *
   * @param data images to train on
   * @param wanted the rows that count
   * @throws DatasetException as {@link #of}
   */
  public static TableMatch ofTraining(
      ImageDataset data, ImageTable table, Predicate<TableRow> wanted) {
    return new TableMatch(data, table, wanted, true);
  }

  /** Whether a row's path can mean the image of a name, by itself. */
  public static boolean canMean(TableRow row, String name) {
    return row.paths().stream().anyMatch(path -> isNamed(path, name) || isNamed(path, stem(name)));
  }

  private static boolean isNamed(String path, String name) {
    return path.equals(name) || path.endsWith("/" + name) || name.endsWith("/" + path);
  }

  private static int[] filled(int length) {
    int[] values = new int[length];
    Arrays.fill(values, NONE);
    return values;
  }

  private void offer(int image, String name) {
    paths.forEach(name, (row, path) -> offer(image, name, row, path));
    String stem = stem(name);
    if (!stem.equals(name)) {
      paths.forEach(stem, (row, path) -> offer(image, stem, row, path));
    }
  }

  /** A name without its extension, if it has one. */
  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
  }

  private void offer(int image, String name, int r, String path) {
    boolean same = path.equals(name);
    if (!same && isElsewhere(rows.get(r), path, image, name)) {
      return;
    }
    int rank = (same ? WHOLE : IN_PART) + (path.equals(rows.get(r).image()) ? 0 : CHANGED);
    if (positions[r] == NONE || rank < ranks[r]) {
      positions[r] = image;
      others[r] = NONE;
      ranks[r] = rank;
    } else if (rank == ranks[r]) {
      others[r] = image;
    }
  }

  /**
   * Whether a path that has a training image's name in part means one of another part: through a
   * folder called like that, or because another row has the image's whole path.
   */
  private boolean isElsewhere(TableRow row, String path, int image, String name) {
    if (!training || !isMeasure(row)) {
      return false;
    }
    if (path.length() > name.length()) {
      String above = path.substring(0, path.length() - name.length() - 1);
      if (lastPart(above).equals(folder)) {
        return false;
      }
      if (Splitter.on('/').splitToStream(above).anyMatch(TableMatch::isMeasuredOn)) {
        return true;
      }
    }
    String whole = data.imageName(image);
    return paths.has(whole) || paths.has(stem(whole));
  }

  private static boolean isMeasure(TableRow row) {
    TableUse use = TableUse.of(row);
    return use != TableUse.TRAIN && use != TableUse.UNLABELED;
  }

  private static boolean isMeasuredOn(String folder) {
    return TablePart.named(folder)
        .filter(part -> part == TablePart.TEST || part == TablePart.VALIDATION)
        .isPresent();
  }

  /** The name of a data set's folder, also if it was given as {@code .}, or what comes closest. */
  private static String folder(String data) {
    try {
      Path folder = Path.of(data).toAbsolutePath().normalize().getFileName();
      return folder == null ? "" : folder.toString();
    } catch (InvalidPathException e) {
      return lastPart(data);
    }
  }

  private void checkOnlyOne() {
    TableProblems problems = new TableProblems(table.file());
    for (int r = 0; r < positions.length; r++) {
      if (others[r] != NONE) {
        problems.add(
            rows.get(r).number(),
            String.format(
                Locale.ROOT,
                "expected a name that one image of %s has, found %s, which is %s and %s",
                data.name(),
                Printable.escape(rows.get(r).image()),
                name(positions[r]),
                name(others[r])));
      }
    }
    problems.check("give paths, with the extension");
  }

  private void checkOnce() {
    TableProblems problems = new TableProblems(table.file());
    boolean tests = false;
    for (int r = 0; r < positions.length; r++) {
      Integer before = positions[r] == NONE ? null : rowsByPosition.putIfAbsent(positions[r], r);
      if (before == null) {
        continue;
      }
      TableRow row = rows.get(r);
      TableRow first = rows.get(before);
      if (!row.label().equals(first.label()) || TableUse.of(row) != TableUse.of(first)) {
        tests |= isMeasure(row) != isMeasure(first);
        problems.add(
            row.number(),
            String.format(
                Locale.ROOT,
                "expected one label and part for %s, found %s here and %s in row %d",
                name(positions[r]),
                row.content(),
                first.content(),
                first.number()));
      }
    }
    String advice = "decide on one, and remove the other row";
    problems.check(
        training && tests
            ? advice + ", or give paths that lead to its test folder (test/cat/001.jpg)"
            : advice);
  }

  private String name(int image) {
    return Printable.escape(data.imageName(image));
  }

  /**
   * Refuses rows whose image the data set does not have.
   *
   * @param needed the rows that must have one
   * @throws DatasetException that names the first one and counts the others
   */
  public void requireImages(Predicate<TableRow> needed) {
    TableProblems problems = new TableProblems(table.file());
    TableRow first = null;
    for (int r = 0; r < positions.length; r++) {
      TableRow row = rows.get(r);
      if (positions[r] == NONE && needed.test(row)) {
        first = first == null ? row : first;
        problems.add(
            row.number(),
            String.format(
                Locale.ROOT,
                "expected an image of %s, found %s, which is not in it",
                data.name(),
                Printable.escape(row.image())));
      }
    }
    problems.check(
        first != null && isThereInAnotherForm(first)
            ? "an image there has " + UnicodeForms.ADVICE
            : "the table belongs to other data, or images are missing");
  }

  private boolean isThereInAnotherForm(TableRow row) {
    String path = UnicodeForms.composed(row.path());
    return IntStream.range(0, data.size())
        .mapToObj(i -> UnicodeForms.composed(data.imageName(i)))
        .anyMatch(name -> isNamed(path, name) || isNamed(path, stem(name)));
  }

  /** Goes through the images that rows mean, each once: the row, and the position. */
  public void forEach(ObjIntConsumer<TableRow> action) {
    for (int i = 0; i < data.size(); i++) {
      Integer row = rowsByPosition.get(i);
      if (row != null) {
        action.accept(rows.get(row), i);
      }
    }
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
