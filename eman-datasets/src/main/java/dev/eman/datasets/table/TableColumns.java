package dev.eman.datasets.table;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DatasetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which columns of a table are read, by their names in the header, in capitals or not, with spaces,
 * hyphens or underscores.
 *
 * @param count how many columns there are
 * @param image position of the column of images
 * @param label position of the column of labels
 * @param part position of the column of parts; {@link #NONE} if there is none
 */
record TableColumns(int count, int image, int label, int part) {
  /** No such column. */
  static final int NONE = -1;

  private static final ImmutableList<String> IMAGE =
      ImmutableList.of(
          "image",
          "filename",
          "file",
          "path",
          "filepath",
          "image_path",
          "image_name",
          "image_file",
          "img",
          "img_path");

  /** Beside one of the above they may be a running number, or what the label is called. */
  private static final ImmutableList<String> IMAGE_IF_ALONE =
      ImmutableList.of("id", "image_id", "name");

  private static final ImmutableList<String> LABEL =
      ImmutableList.of("label", "class", "class_name", "category", "target");
  private static final ImmutableList<String> PART =
      ImmutableList.of("split", "subset", "set", "part", "partition");

  /**
   * Finds the columns.
   *
   * @throws DatasetException if one is missing, or may be one of several; lists all
   */
  static TableColumns of(Path file, List<String> header) {
    List<Integer> images = positions(header, IMAGE);
    if (images.isEmpty()) {
      images = positions(header, IMAGE_IF_ALONE);
    }
    List<Integer> labels = positions(header, LABEL);
    List<Integer> parts = positions(header, PART);
    if (images.isEmpty() || labels.isEmpty()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a header with a column of images (%s, or one of %s) and a column of"
                  + " labels (%s), found %s; rename the columns",
              file,
              String.join(", ", IMAGE),
              String.join(", ", IMAGE_IF_ALONE),
              String.join(", ", LABEL),
              header.isEmpty() ? "an empty file" : "the columns " + list(header)));
    }
    return new TableColumns(
        header.size(),
        only(file, "images", header, images),
        only(file, "labels", header, labels),
        parts.isEmpty() ? NONE : only(file, "parts", header, parts));
  }

  /** Whether a header names the columns that a table needs. */
  static boolean areIn(List<String> header) {
    return !positions(header, LABEL).isEmpty()
        && !(positions(header, IMAGE).isEmpty() && positions(header, IMAGE_IF_ALONE).isEmpty());
  }

  /** The column of images; without labels, one that may be a running number does not count. */
  static OptionalInt imagesBesidePositions(List<String> header) {
    List<Integer> images = positions(header, IMAGE);
    if (images.isEmpty() && !positions(header, LABEL).isEmpty()) {
      images = positions(header, IMAGE_IF_ALONE);
    }
    return images.isEmpty() ? OptionalInt.empty() : OptionalInt.of(images.get(0));
  }

  /** Whether a header has the needed columns, and is not like that of a published list. */
  static boolean areCertain(List<String> header) {
    return areIn(header)
        && !(positions(header, IMAGE).isEmpty() && positions(header, PART).isEmpty());
  }

  private static List<Integer> positions(List<String> header, ImmutableList<String> names) {
    return IntStream.range(0, header.size())
        .filter(i -> names.stream().anyMatch(name -> plain(name).equals(plain(header.get(i)))))
        .boxed()
        .toList();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
  }

  private static int only(Path file, String content, List<String> header, List<Integer> positions) {
    if (positions.size() > 1) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected one column of %s, found %s among the columns %s; rename or remove those"
                  + " that are not meant",
              file,
              content,
              list(positions.stream().map(header::get).toList()),
              list(header)));
    }
    return positions.get(0);
  }

  private static String list(List<String> names) {
    return names.stream().map(Printable::escape).collect(Collectors.joining(", "));
  }
}
