package dev.eman.datasets.reader;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ClassList;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Counts what a folder holds beside images, for a user who may miss some. */
final class PassedOver {
  private static final int KINDS = 8;

  private final Map<String, Integer> files = new TreeMap<>();
  private final TreeSet<String> folders = new TreeSet<>(ImageFiles.BY_CODE_POINT);
  private final TreeSet<String> empty = new TreeSet<>(ImageFiles.BY_CODE_POINT);

  /** A file whose name is no image's. */
  void file(String name) {
    add(ImageFiles.isHidden(name) ? "hidden" : extension(name));
  }

  /** A link to nothing. */
  void brokenLink() {
    add("linked to nothing");
  }

  /** A pipe, a socket or the like. */
  void special() {
    add("special");
  }

  /** An image beside the folders of classes. */
  void outside() {
    add("outside of the class folders");
  }

  /** A folder that programs leave behind. */
  void folder(String name) {
    folders.add(name);
  }

  /** A class folder without an image. */
  void emptyClass(String name) {
    empty.add(name);
  }

  private void add(String kind) {
    files.merge(kind, 1, Integer::sum);
  }

  void addAll(PassedOver other) {
    other.files.forEach((kind, count) -> files.merge(kind, count, Integer::sum));
    folders.addAll(other.folders);
    empty.addAll(other.empty);
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "without an extension" : Ascii.toLowerCase(name.substring(dot));
  }

  /** One line for each kind of thing; none if there was nothing. */
  ImmutableList<String> notes() {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    int count = files.values().stream().mapToInt(Integer::intValue).sum();
    if (count > 0) {
      notes.add(count + (count == 1 ? " file" : " files") + " passed over: " + kinds());
    }
    if (!folders.isEmpty()) {
      notes.add("folders passed over: " + ClassList.list(folders.stream().toList()));
    }
    if (!empty.isEmpty()) {
      notes.add(
          "folders without images, which are no classes: "
              + ClassList.list(empty.stream().toList()));
    }
    return notes.build();
  }

  /** {@code 24 .webp, 12 .gif}: the most frequent ones first. */
  String kinds() {
    String first =
        files.entrySet().stream()
            .sorted(Comparator.comparingInt(kind -> -kind.getValue()))
            .limit(KINDS)
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", "));
    return files.size() <= KINDS ? first : first + " and others";
  }
}
