package dev.eman.spark.internal;

import dev.eman.core.io.IoFailures;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.image.CorruptImageException;
import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Files of any of Hadoop's file systems. */
public final class HadoopFiles {
  private static volatile Configuration configuration = new Configuration();

  private HadoopFiles() {}

  /** Makes file systems known to what is opened by its address alone, in this process. */
  public static void use(Configuration chosen) {
    configuration = chosen;
  }

  /** The one that was set last. */
  public static Configuration configuration() {
    return configuration;
  }

  /**
   * A path of this machine or an address.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Path path(String place) {
    return Datasets.isAddress(place) ? new Path(place) : path(java.nio.file.Path.of(place));
  }

  /** A path of this machine. Hadoop takes its characters as they are, not escaped as in a URI. */
  public static Path path(java.nio.file.Path place) {
    return new Path("file", null, place.toAbsolutePath().toString());
  }

  /**
   * An image's content.
   *
   * @param place a path or an address
   * @param maxBytes the largest file that is read
   * @throws CorruptImageException if there is none, it is too large, or cannot be read
   */
  public static byte[] image(String place, Configuration hadoop, long maxBytes) {
    try {
      return read(new Path(place), hadoop, maxBytes);
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new CorruptImageException("cannot read " + place + ": no such file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CorruptImageException("cannot read " + place + ": " + reason(e), e);
    }
  }

  private static byte[] read(Path path, Configuration hadoop, long maxBytes) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    if (files instanceof LocalFileSystem local) {
      File file = local.pathToFile(path);
      // For a small image, Hadoop's reader costs several times what the system's does.
      if (!WholeFile.checksum(file).exists()) {
        return read(file.toPath(), maxBytes);
      }
    }
    FileStatus status = files.getFileStatus(path);
    byte[] content = memory(path.toString(), status.isDirectory(), status.getLen(), maxBytes);
    try (FSDataInputStream in = files.open(path)) {
      in.readFully(0, content);
    }
    return content;
  }

  private static byte[] read(java.nio.file.Path file, long maxBytes) throws IOException {
    BasicFileAttributes status = Files.readAttributes(file, BasicFileAttributes.class);
    byte[] content = memory(file.toString(), status.isDirectory(), status.size(), maxBytes);
    try (InputStream in = Files.newInputStream(file)) {
      if (in.readNBytes(content, 0, content.length) < content.length) {
        throw new EOFException("expected " + content.length + " bytes, found fewer");
      }
    }
    return content;
  }

  private static byte[] memory(String name, boolean isFolder, long bytes, long maxBytes)
      throws IOException {
    if (isFolder) {
      throw new IOException("expected a file, found a folder");
    }
    checkSize(name, bytes, maxBytes);
    return new byte[(int) bytes];
  }

  /** Refuses an image that is too large. */
  public static void checkSize(String name, long bytes, long maxBytes) {
    if (bytes > maxBytes) {
      throw new CorruptImageException(
          String.format(
              Locale.ROOT,
              "cannot read %s: expected at most %d bytes (maxImageBytes), found %d",
              name,
              maxBytes,
              bytes));
    }
  }

  /** Why a file system failed, in one line. */
  public static String reason(Exception failure) {
    String reason =
        failure instanceof IOException io
            ? IoFailures.reason(io)
            : String.valueOf(failure.getMessage());
    return reason.lines().findFirst().orElse(failure.getClass().getSimpleName());
  }
}
