package dev.eman.datasets.reader;

import dev.eman.datasets.DatasetException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Access to files of fixed records, with messages that name them. */
final class RecordFiles {
  private static final int BUFFER = 1 << 16;
  private static final long MOST_BY_BYTE = 32;
  private static final long SLACK = 32L << 20;

  /** What is done with a file. */
  @FunctionalInterface
  interface Action<T> {
    T run() throws IOException;
  }

  private RecordFiles() {}

  /** Whether a file is compressed, by its first bytes. */
  static boolean isGzip(Path file) {
    return reading(
        file,
        () -> {
          try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x1f && in.read() == 0x8b;
          }
        });
  }

  /** Opens a file, decompressed if it is compressed. */
  static InputStream stream(Path file) throws IOException {
    boolean gzip = isGzip(file);
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      return gzip ? new GZIPInputStream(in, BUFFER) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** How many bytes a file can have, decompressed if it is compressed; MNIST's images take 5. */
  static long mostUnpacked(Path file) {
    return isGzip(file) ? mostUnpacked(size(file)) : size(file);
  }

  /** How many bytes we let so many compressed ones unpack to. */
  static long mostUnpacked(long compressed) {
    return MOST_BY_BYTE * compressed + SLACK;
  }

  /** Maps a part of a plain file. */
  static ByteBuffer map(Path file, long position, long length) {
    return reading(
        file,
        () -> {
          try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
          }
        });
  }

  /** The size of a file in bytes. */
  static long size(Path file) {
    return reading(file, () -> Files.size(file));
  }

  /** Puts the file's name into what goes wrong. */
  static <T> T reading(Path file, Action<T> action) {
    try {
      return action.run();
    } catch (NoSuchFileException e) {
      throw new DatasetException(
          "expected the file " + file + ", found nothing; check the path, or fetch it again", e);
    } catch (EOFException | ZipException e) {
      // Where the end comes in gzip's own header or trailer, the exception says nothing.
      String what = e.getMessage() == null ? "it ends too early" : e.getMessage();
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a whole file, found one that is damaged or truncated (%s); fetch it"
                  + " again",
              file,
              what),
          e);
    } catch (IOException e) {
      throw new DatasetException("cannot read " + file + ": " + e, e);
    }
  }

  /**
   * Says that a label is none of the classes.
   *
   * @param label as the file has it
   * @param first the least label that the format allows
   */
  static DatasetException badLabel(Path file, int index, int label, int first, int classes) {
    return new DatasetException(
        file
            + ": expected labels "
            + first
            + " to "
            + (first + classes - 1)
            + ", found "
            + label
            + " at image "
            + index
            + "; the file is damaged or belongs to another data set");
  }
}
