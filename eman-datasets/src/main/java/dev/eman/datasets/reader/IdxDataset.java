package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.reader.RecordDataset.Layout;
import dev.eman.datasets.reader.RecordDataset.Segment;
import dev.eman.datasets.reader.RecordDataset.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * MNIST's format, plain or compressed with gzip: gray images {@code [N, H, W]} in one file, labels
 * {@code [N]} in another. Plain image files are mapped, compressed ones are held in memory.
 */
public final class IdxDataset {
  private static final int UNSIGNED_BYTES = 0x800;
  private static final int LABELS = UNSIGNED_BYTES | 1;
  private static final int IMAGES = UNSIGNED_BYTES | 3;

  private IdxDataset() {}

  /**
   * Opens images and their labels.
   *
   * @param images {@code idx3-ubyte}, or the same with {@code .gz}
   * @param labels {@code idx1-ubyte}, or the same with {@code .gz}
   * @param name what to call the data set
   * @param classNames a label is a position in these
   * @throws DatasetException if a file is missing, truncated, something else, or has a wrong label
   */
  public static ImageDataset open(
      Path images, Path labels, String name, ImmutableList<String> classNames) {
    byte[] classes = readLabels(labels, classNames.size());
    return RecordFiles.reading(
        images,
        () -> {
          try (InputStream in = RecordFiles.stream(images)) {
            return open(images, in, labels, classes, name, classNames);
          }
        });
  }

  /**
   * Labels alone, from a stream that the caller closes.
   *
   * @param most how many bytes the stream can have
   */
  static byte[] readLabels(InputStream in, Path file, int classes, long most) throws IOException {
    int count = header(in, file, LABELS, "labels")[0];
    byte[] labels = body(in, file, count, most);
    for (int i = 0; i < count; i++) {
      if ((labels[i] & 0xff) >= classes) {
        throw RecordFiles.badLabel(file, i, labels[i] & 0xff, 0, classes);
      }
    }
    return labels;
  }

  private static byte[] readLabels(Path file, int classes) {
    return RecordFiles.reading(
        file,
        () -> {
          try (InputStream in = RecordFiles.stream(file)) {
            return readLabels(in, file, classes, RecordFiles.mostUnpacked(file));
          }
        });
  }

  private static ImageDataset open(
      Path file,
      InputStream in,
      Path labelFile,
      byte[] labels,
      String name,
      ImmutableList<String> classNames)
      throws IOException {
    int[] sizes = header(in, file, IMAGES, "images");
    Shape shape = new Shape(sizes[1], sizes[2], 1);
    if (sizes[0] != labels.length) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "expected as many labels as images, found %d images in %s and %d labels in %s;"
                  + " they do not belong together",
              sizes[0],
              file,
              labels.length,
              labelFile));
    }
    Segment segment =
        RecordFiles.isGzip(file)
            ? new Segment(
                ByteBuffer.wrap(
                    body(
                        in, file, (long) sizes[0] * shape.bytes(), RecordFiles.mostUnpacked(file))),
                0,
                shape.bytes(),
                sizes[0])
            : mapped(file, shape, sizes[0]);
    return new RecordDataset(
        name, classNames, shape, Layout.INTERLEAVED, ImmutableList.of(segment), labels);
  }

  private static Segment mapped(Path file, Shape shape, int count) {
    int header = 4 * 4;
    long length = header + (long) count * shape.bytes();
    checkLength(file, length, RecordFiles.size(file));
    return new Segment(RecordFiles.map(file, 0, length), header, shape.bytes(), count);
  }

  /** Reads the magic number and the sizes that follow it. */
  private static int[] header(InputStream in, Path file, int magic, String what)
      throws IOException {
    byte[] bytes = in.readNBytes(4 + 4 * (magic & 0xff));
    if (bytes.length < 4 || ByteBuffer.wrap(bytes).getInt(0) != magic) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected the magic number %08x of IDX %s, found %s; it is another file",
              file,
              magic,
              what,
              hex(bytes)));
    }
    checkLength(file, 4 + 4 * (magic & 0xff), bytes.length);
    List<Integer> sizes = new ArrayList<>();
    for (int at = 4; at < bytes.length; at += 4) {
      sizes.add(ByteBuffer.wrap(bytes).getInt(at));
    }
    long values =
        sizes.stream().mapToLong(Integer::longValue).reduce(1, LongMath::saturatedMultiply);
    if (sizes.stream().anyMatch(size -> size < 1) || values > Integer.MAX_VALUE - 64) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected %s of sizes from 1 and below 2 GiB, found the sizes %s; the file is"
                  + " damaged",
              file,
              what,
              sizes));
    }
    return sizes.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Takes no memory for more than there can be. */
  private static byte[] body(InputStream in, Path file, long length, long most) throws IOException {
    if (length > most) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected the %d bytes that its header claims, found a file that has or unpacks"
                  + " to no more than %d; it is damaged, fetch it again",
              file,
              length,
              most));
    }
    byte[] bytes = new byte[(int) length];
    int read = in.readNBytes(bytes, 0, bytes.length);
    checkLength(file, length, in.read() >= 0 ? length + 1 : read);
    return bytes;
  }

  private static void checkLength(Path file, long expected, long found) {
    if (found != expected) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected %d bytes, found %s; it is %s, fetch it again",
              file,
              expected,
              found < expected ? found : "more",
              found < expected ? "truncated" : "damaged"));
    }
  }

  private static String hex(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      hex.append(String.format(Locale.ROOT, "%02x", bytes[i]));
    }
    return hex.length() == 0 ? "an empty file" : hex.toString();
  }
}
