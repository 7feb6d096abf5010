package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which images a folder or an archive holds: name, label, size and, within an archive, position. As
 * a few flat arrays, so that ImageNet's 1.28 million take some 50 MB.
 *
 * <p>The images come by class and within a class in torchvision's order: by folder, then by file
 * name, each by Unicode code point. A class's folder is not kept with each name. The fingerprint is
 * the SHA-256, in hexadecimal, of every image's class, name and size in that order; folders and
 * archives of the same files have the same one.
 */
final class ImageIndex {
  private final ImmutableList<String> classNames;
  private final boolean classFolders;
  private final byte[] names;
  private final int[] offsets;
  private final char[] labels;
  private final int[] sizes;
  private final long @Nullable [] positions;
  private final String fingerprint;
  private final ImmutableList<String> notes;

  /** Takes the arrays over; {@code offsets} has one entry more than there are images. */
  ImageIndex(
      ImmutableList<String> classNames,
      boolean classFolders,
      byte[] names,
      int[] offsets,
      char[] labels,
      int[] sizes,
      long @Nullable [] positions,
      String fingerprint,
      ImmutableList<String> notes) {
    this.classNames = classNames;
    this.classFolders = classFolders;
    this.names = names;
    this.offsets = offsets;
    this.labels = labels;
    this.sizes = sizes;
    this.positions = positions;
    this.fingerprint = fingerprint;
    this.notes = notes;
  }

  /** The same images with other notes. */
  ImageIndex withNotes(ImmutableList<String> others) {
    return new ImageIndex(
        classNames, classFolders, names, offsets, labels, sizes, positions, fingerprint, others);
  }

  int size() {
    return labels.length;
  }

  /** A label is a position in this list. */
  ImmutableList<String> classNames() {
    return classNames;
  }

  /** Whether the images lie in a folder named after their class. */
  boolean classFolders() {
    return classFolders;
  }

  int label(int index) {
    return labels[Objects.checkIndex(index, labels.length)];
  }

  /** The path below the root, with {@code /}: {@code n01440764/n01440764_10026.JPEG}. */
  String fileName(int index) {
    int from = offsets[Objects.checkIndex(index, labels.length)];
    String name = new String(names, from, offsets[index + 1] - from, StandardCharsets.UTF_8);
    return classFolders ? classNames.get(labels[index]) + "/" + name : name;
  }

  /** The size of the file. */
  int bytes(int index) {
    return sizes[Objects.checkIndex(index, sizes.length)];
  }

  /** Where the file begins within the archive, in bytes; 0 in a folder. */
  long position(int index) {
    Objects.checkIndex(index, labels.length);
    return positions == null ? 0 : positions[index];
  }

  String fingerprint() {
    return fingerprint;
  }

  /** What was found beside the images, without the data set's name. */
  ImmutableList<String> notes() {
    return notes;
  }

  /** What the arrays take. */
  long heapBytes() {
    long perImage = Character.BYTES + 2L * Integer.BYTES;
    return names.length + size() * perImage + (positions == null ? 0 : 8L * positions.length);
  }

  /** UTF-8, all names in a row; for the cache. */
  byte[] names() {
    return names;
  }

  /** Where each name begins, and where the last one ends; for the cache. */
  int[] offsets() {
    return offsets;
  }

  /** For the cache. */
  char[] labels() {
    return labels;
  }

  /** For the cache. */
  int[] sizes() {
    return sizes;
  }

  /** For the cache; null in a folder. */
  long @Nullable [] positions() {
    return positions;
  }
}
