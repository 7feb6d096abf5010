package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.eman.datasets.DatasetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects images in any order; {@link #build} sorts them. */
final class ImageIndexBuilder {
  private static final int MAX_CLASSES = Character.MAX_VALUE;

  private byte[] names = new byte[1 << 12];
  private int[] offsets = new int[1 << 8];
  private char[] labels = new char[1 << 8];
  private int[] sizes = new int[1 << 8];
  private long[] positions = new long[1 << 8];
  private int size;

  /**
   * Adds an image.
   *
   * @param label its class
   * @param name its path below the class's folder, or below the root where there are no such
   * @param bytes the file's size
   * @param position of the file in the archive, or 0
   */
  void add(int label, String name, long bytes, long position) {
    if (bytes > Integer.MAX_VALUE - 16) {
      throw new DatasetException(
          name + ": expected an image file below 2 GiB, found " + bytes + " bytes; remove it");
    }
    byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
    reserve(1, encoded.length);
    System.arraycopy(encoded, 0, names, offsets[size], encoded.length);
    labels[size] = (char) label;
    sizes[size] = (int) bytes;
    positions[size] = position;
    offsets[size + 1] = offsets[size] + encoded.length;
    size++;
  }

  /** Adds all that another builder has, as images of one class. */
  void addAll(ImageIndexBuilder other, int label) {
    int length = other.offsets[other.size];
    reserve(other.size, length);
    int start = offsets[size];
    System.arraycopy(other.names, 0, names, start, length);
    Arrays.fill(labels, size, size + other.size, (char) label);
    System.arraycopy(other.sizes, 0, sizes, size, other.size);
    System.arraycopy(other.positions, 0, positions, size, other.size);
    for (int i = 1; i <= other.size; i++) {
      offsets[size + i] = start + other.offsets[i];
    }
    size += other.size;
  }

  int size() {
    return size;
  }

  /**
   * Makes the index.
   *
   * @param classNames that the labels are positions in
   * @param classFolders whether each image lies in a folder named after its class
   * @param archive whether the positions matter
   */
  ImageIndex build(List<String> classNames, boolean classFolders, boolean archive) {
    if (classNames.size() > MAX_CLASSES) {
      throw new DatasetException(
          "expected at most " + MAX_CLASSES + " classes, found " + classNames.size());
    }
    int @Nullable [] order = order();
    byte[] newNames = new byte[offsets[size]];
    int[] newOffsets = new int[size + 1];
    char[] newLabels = new char[size];
    int[] newSizes = new int[size];
    long[] newPositions = new long[archive ? size : 0];
    for (int i = 0; i < size; i++) {
      int from = order == null ? i : order[i];
      int length = offsets[from + 1] - offsets[from];
      System.arraycopy(names, offsets[from], newNames, newOffsets[i], length);
      newOffsets[i + 1] = newOffsets[i] + length;
      newLabels[i] = labels[from];
      newSizes[i] = sizes[from];
      if (archive) {
        newPositions[i] = positions[from];
      }
    }
    return new ImageIndex(
        ImmutableList.copyOf(classNames),
        classFolders,
        newNames,
        newOffsets,
        newLabels,
        newSizes,
        archive ? newPositions : null,
        fingerprint(classNames, newNames, newOffsets, newLabels, newSizes),
        ImmutableList.of());
  }

  private static String fingerprint(
      List<String> classNames, byte[] names, int[] offsets, char[] labels, int[] sizes) {
    byte[][] folders = new byte[classNames.size()][];
    Hasher hasher = Hashing.sha256().newHasher();
    for (int i = 0; i < folders.length; i++) {
      folders[i] = (classNames.get(i) + "/").getBytes(StandardCharsets.UTF_8);
      hasher.putBytes(folders[i]);
    }
    for (int i = 0; i < labels.length; i++) {
      hasher
          .putBytes(folders[labels[i]])
          .putBytes(names, offsets[i], offsets[i + 1] - offsets[i])
          .putByte((byte) 0) // No name holds it, so where a name ends is part of the hash.
          .putInt(sizes[i]);
    }
    return hasher.hash().toString();
  }

  /** The images in order, or null if they are in order already. */
  private int @Nullable [] order() {
    int sorted = 1;
    while (sorted < size && compare(sorted - 1, sorted) <= 0) {
      sorted++;
    }
    if (sorted >= size) {
      return null;
    }
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, this::compare);
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  /**
   * By label, folder, file name. Bytes of UTF-8 compare as code points do, and so as Python's
   * strings; Java's own strings would not beyond the first 65,536 characters.
   */
  private int compare(int a, int b) {
    int byLabel = Character.compare(labels[a], labels[b]);
    if (byLabel != 0) {
      return byLabel;
    }
    int slashA = lastSlash(a);
    int slashB = lastSlash(b);
    int byFolder = Arrays.compareUnsigned(names, offsets[a], slashA, names, offsets[b], slashB);
    return byFolder != 0
        ? byFolder
        : Arrays.compareUnsigned(names, slashA, offsets[a + 1], names, slashB, offsets[b + 1]);
  }

  /** Where the name's folder ends; its beginning, if it has none. */
  private int lastSlash(int index) {
    int i = offsets[index + 1] - 1;
    while (i > offsets[index] && names[i] != '/') {
      i--;
    }
    return Math.max(i, offsets[index]);
  }

  private void reserve(int images, int nameBytes) {
    if (Integer.MAX_VALUE - 16 - nameBytes < offsets[size]) {
      throw new DatasetException("expected names of 2 GiB in all, found more; split the data set");
    }
    if (names.length < offsets[size] + nameBytes) {
      names = Arrays.copyOf(names, grown(names.length, offsets[size] + nameBytes));
    }
    if (labels.length <= size + images) {
      int length = grown(labels.length, size + images + 1);
      offsets = Arrays.copyOf(offsets, length);
      labels = Arrays.copyOf(labels, length);
      sizes = Arrays.copyOf(sizes, length);
      positions = Arrays.copyOf(positions, length);
    }
  }

  private static int grown(int length, int needed) {
    return (int) Math.min(Integer.MAX_VALUE - 16L, Math.max(needed, length + (length >> 1) + 1L));
  }
}
