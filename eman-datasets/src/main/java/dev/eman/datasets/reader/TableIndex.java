package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.TableProblems;
import dev.eman.datasets.table.TableRow;
import dev.eman.datasets.table.TableUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rows of a table with the files that they mean, each image once. In flat arrays, as its table
 * may have a million rows.
 */
final class TableIndex {
  private static final ImmutableList<TableUse> USES = ImmutableList.copyOf(TableUse.values());

  private final ImageTable table;
  private final Path root;
  private final Map<String, Integer> labels = new LinkedHashMap<>();
  private final ImageIndexBuilder builder = new ImageIndexBuilder();
  private final BitSet repeated = new BitSet();
  private final ImageIndex images;
  private final ImmutableList<String> labelNames;
  private int firstRepeated;
  private @Nullable TableRow firstMissing;

  /**
   * Reads a table and finds its images.
   *
   * @param root that relative paths are below
   * @throws DatasetException if an image is missing, or has two labels or uses
   */
  TableIndex(ImageTable table, Path root) {
    this.table = table;
    this.root = root;
    addRows();
    labelNames = ImmutableList.copyOf(labels.keySet());
    images = builder.build(labelNames, false, true);
    markRepeated();
  }

  private void addRows() {
    TableFiles files = new TableFiles(root);
    TableProblems problems = new TableProblems(table.file());
    table.read(
        row -> {
          try {
            TableFiles.Found found = files.find(row);
            builder.add(code(row.label()), found.name(), found.bytes(), position(row));
          } catch (IOException e) {
            firstMissing = firstMissing == null ? row : firstMissing;
            problems.add(row.number(), Printable.escape(String.valueOf(e.getMessage())));
          }
        });
    problems.check(firstMissing == null ? "" : files.advice(firstMissing));
  }

  private int code(String label) {
    int code = labels.computeIfAbsent(label, name -> labels.size());
    if (code >= Character.MAX_VALUE) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected fewer than %,d classes, found more different labels; see which column"
                  + " has the classes",
              table.file(),
              (int) Character.MAX_VALUE));
    }
    return code;
  }

  private static long position(TableRow row) {
    return (long) row.number() * USES.size() + USES.indexOf(TableUse.of(row));
  }

  int size() {
    return images.size();
  }

  /** Whether an image is in an earlier row too, with the same label. */
  boolean isRepeated(int index) {
    return repeated.get(index);
  }

  int repeated() {
    return repeated.cardinality();
  }

  /** The row of the first image that is in an earlier row too; 0 if there is none. */
  int firstRepeatedRow() {
    return firstRepeated;
  }

  TableUse use(int index) {
    return USES.get((int) (images.position(index) % USES.size()));
  }

  int row(int index) {
    return (int) (images.position(index) / USES.size());
  }

  /** Empty if it is not known. */
  String label(int index) {
    return labelNames.get(images.label(index));
  }

  String fileName(int index) {
    return images.fileName(index);
  }

  int bytes(int index) {
    return images.bytes(index);
  }

  /** Compares the rows of images whose names hash alike, which hardly any others do. */
  private void markRepeated() {
    long[] hashes = new long[size()];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = hash(fileName(i));
    }
    long[] sorted = hashes.clone();
    Arrays.sort(sorted);
    Map<String, List<Integer>> groups = new HashMap<>();
    for (int i = 0; i < hashes.length; i++) {
      int at = Arrays.binarySearch(sorted, hashes[i]);
      boolean alone =
          (at == 0 || sorted[at - 1] != hashes[i])
              && (at == sorted.length - 1 || sorted[at + 1] != hashes[i]);
      if (!alone) {
        groups.computeIfAbsent(fileName(i), name -> new ArrayList<>()).add(i);
      }
    }
    TableProblems problems = new TableProblems(table.file());
    groups.values().stream()
        .map(this::byRow)
        .sorted((a, b) -> Integer.compare(row(a.get(a.length() - 1)), row(b.get(b.length() - 1))))
        .forEach(group -> compare(group, problems));
    problems.check("decide on one, and remove the other row");
  }

  private ImmutableIntArray byRow(List<Integer> group) {
    return ImmutableIntArray.copyOf(
        group.stream().sorted((a, b) -> Integer.compare(row(a), row(b))).toList());
  }

  private void compare(ImmutableIntArray group, TableProblems problems) {
    int first = group.get(0);
    for (int i = 1; i < group.length(); i++) {
      int other = group.get(i);
      if (!label(first).equals(label(other)) || use(first) != use(other)) {
        problems.add(
            row(other),
            String.format(
                Locale.ROOT,
                "expected one label and part for %s, found %s here and %s in row %d",
                Printable.escape(fileName(first)),
                content(other),
                content(first),
                row(first)));
        return;
      }
      repeated.set(other);
      firstRepeated = firstRepeated == 0 ? row(other) : Math.min(firstRepeated, row(other));
    }
  }

  private String content(int index) {
    String label = label(index);
    return use(index).label() + ", " + (label.isEmpty() ? "no label" : "'" + label + "'");
  }

  private static long hash(String name) {
    return Hashing.farmHashFingerprint64().hashString(name, StandardCharsets.UTF_8).asLong();
  }
}
