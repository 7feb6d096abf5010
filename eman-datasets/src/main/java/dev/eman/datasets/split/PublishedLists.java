package dev.eman.datasets.split;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.Ints;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
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
    List<String> header = lines.isEmpty() ? List.of() : cells(lines.get(0));
    int column = header.indexOf(COLUMN);
    if (column < 0) {
      throw new DatasetException(
          csv + ": expected a table with a column " + COLUMN + ", found the columns " + header);
    }
    BitSet labeled = new BitSet();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      List<String> cells = cells(lines.get(i));
      // A name with a comma or a line break in it would shift the columns.
      Integer index = cells.size() == header.size() ? Ints.tryParse(cells.get(column)) : null;
      if (index == null || index < 0 || index >= data.size() || labeled.get(index)) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s, line %d: expected a new position from 0 to %d in %s, found %s",
                csv,
                i + 1,
                data.size() - 1,
                data.name(),
                lines.get(i)));
      }
      labeled.set(index);
    }
    return split(data, csv, pool, labeled);
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

  private static List<String> cells(String line) {
    return Splitter.on(',')
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
