package dev.eman.datasets.split;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.table.ImageTable;
import dev.eman.datasets.table.TableMatch;
import dev.eman.datasets.table.TableRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** Splits as others publish them. */
final class PublishedLists {
  private static final int NAMED = 3;
  private static final String COLUMN = "Index";

  private PublishedLists() {}

  static LabelSplit fileNames(ImageDataset data, Path list, UnlabeledPool pool) {
    Set<String> wanted = new HashSet<>();
    for (String line : lines(list)) {
      if (!line.isBlank() && !wanted.add(line.strip())) {
        throw new DatasetException(
            list + ": expected each image once, found " + line.strip() + " again");
      }
    }
    Map<String, Integer> found = new HashMap<>();
    BitSet labeled = new BitSet();
    for (int i = 0; i < data.size(); i++) {
      String path = data.imageName(i);
      String plain = path.substring(path.lastIndexOf('/') + 1);
      if (!plain.equals(path) && wanted.contains(plain) && wanted.contains(path)) {
        throw new DatasetException(
            list + ": expected each image once, found both " + plain + " and " + path);
      }
      String name = wanted.contains(path) ? path : plain;
      if (wanted.contains(name)) {
        labeled.set(i);
        Integer other = found.putIfAbsent(name, i);
        if (other != null) {
          throw new DatasetException(
              String.format(
                  Locale.ROOT,
                  "%s: expected names that one image has, found %s, which is %s and %s in %s; give"
                      + " paths",
                  list,
                  name,
                  data.imageName(other),
                  path,
                  data.name()));
        }
      }
    }
    wanted.removeAll(found.keySet());
    if (!wanted.isEmpty()) {
      String some = wanted.stream().sorted().limit(NAMED).collect(Collectors.joining(", "));
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected images of %s, found %d that are not in it, such as %s; the list belongs"
                  + " to other data, or images are missing",
              list,
              data.name(),
              wanted.size(),
              some));
    }
    return split(data, list, pool, labeled);
  }

  static LabelSplit indexTable(ImageDataset data, Path csv, UnlabeledPool pool) {
    List<String> lines = lines(csv);
    String first = lines.isEmpty() ? "" : lines.get(0);
    char separator = separator(first);
    List<String> header = first.isEmpty() ? List.of() : cells(first, separator);
    int column = header.indexOf(COLUMN);
    if (column < 0) {
      throw new DatasetException(
          csv + ": expected a table with a column " + COLUMN + ", found the columns " + header);
    }
    OptionalInt images = ImageTable.imagesBesidePositions(header);
    BitSet labeled = new BitSet();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> cells = cells(lines.get(i), separator);
      // A name with a comma or a line break in it would shift the columns.
      Integer index = cells.size() == header.size() ? Ints.tryParse(cells.get(column)) : null;
      if (index == null || index < 0 || index >= data.size() || labeled.get(index)) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s, line %d: expected a new position from 0 to %d in %s, found %s%s",
                csv,
                i + 1,
                data.size() - 1,
                data.name(),
                lines.get(i),
                images.isPresent() ? "; " + advice(header.get(images.getAsInt())) : ""));
      }
      if (images.isPresent()) {
        checkName(
            data, csv, i + 1, index, header.get(images.getAsInt()), cells.get(images.getAsInt()));
      }
      labeled.set(index);
    }
    return ImageTable.isCertain(header)
        ? TableLabels.split(data, csv, pool)
        : split(data, csv, pool, labeled);
  }

  /** Whether position and name mean one image: a column of this name may be a running number. */
  private static void checkName(
      ImageDataset data, Path csv, int line, int index, String column, String image) {
    String name = data.imageName(index);
    if (!TableMatch.canMean(new TableRow(line, image, "", Optional.empty()), name)) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s, line %d: expected %s in the column %s, as %s has it at position %d of the column"
                  + " %s, found %s; %s",
              csv,
              line,
              Printable.escape(name),
              column,
              data.name(),
              index,
              COLUMN,
              Printable.escape(image),
              advice(column)));
    }
  }

  private static String advice(String column) {
    return "remove the column "
        + COLUMN
        + " if the images are those of the column "
        + column
        + ", or that one if the positions count";
  }

  private static LabelSplit split(
      ImageDataset data, Path list, UnlabeledPool pool, BitSet labeled) {
    if (labeled.isEmpty()) {
      throw new DatasetException(list + ": expected at least one image, found none");
    }
    return new LabelSplit(
        data.name(),
        data.fingerprint(),
        data.size(),
        "list " + list.getFileName(),
        pool,
        BitSets.ascending(labeled),
        ImmutableIntArray.of());
  }

  /** The one that has the column of positions, or else a comma. */
  private static char separator(String header) {
    for (char separator : ImageTable.SEPARATORS) {
      if (cells(header, separator).contains(COLUMN)) {
        return separator;
      }
    }
    return ',';
  }

  private static List<String> cells(String line, char separator) {
    return Splitter.on(separator)
        .trimResults(CharMatcher.whitespace().or(CharMatcher.is('"')))
        .splitToList(line);
  }

  private static List<String> lines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      // Some programs put a byte order mark in front.
      if (!lines.isEmpty() && lines.get(0).startsWith("\ufeff")) {
        lines.set(0, lines.get(0).substring(1));
      }
      return lines;
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "expected a list of images at " + file + ", found nothing; check the path", e);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
  }
}
