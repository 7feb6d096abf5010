package dev.eman.spark.ml;

import dev.eman.datasets.image.CorruptImageException;
import dev.eman.spark.internal.WholeFile;
import java.io.EOFException;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
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
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Finds a row's image.
 *
 * @param column position of the column of paths or bytes
 * @param hadoop opens paths; null where the column holds bytes
 * @param maxBytes the largest file that is read
 */
record ImageSource(int column, @Nullable SerializableConfiguration hadoop, long maxBytes)
    implements Serializable {

  /** The image's name for messages. */
  String name(Row row) {
    return hadoop == null ? "the image" : String.valueOf(row.get(column));
  }

  /** Bytes that a row holds in memory; 0 for paths. */
  long bytesHeld(Row row) {
    return hadoop != null || row.isNullAt(column) ? 0 : ((byte[]) row.get(column)).length;
  }

  /**
   * The encoded image.
   *
   * @throws CorruptImageException if there is none, it is too large, or cannot be read
   */
  byte[] read(Row row) {
    if (row.isNullAt(column)) {
      throw new CorruptImageException("expected an image, found null");
    }
    if (hadoop == null) {
      byte[] content = row.getAs(column);
      checkSize("the image", content.length);
      return content;
    }
    String place = row.getString(column);
    try {
      return read(new Path(place), hadoop.value());
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw new CorruptImageException("cannot read " + place + ": no such file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CorruptImageException("cannot read " + place + ": " + CheckpointFile.reason(e), e);
    }
  }

  private byte[] read(Path path, Configuration configuration) throws IOException {
    FileSystem files = path.getFileSystem(configuration);
    if (files instanceof LocalFileSystem local) {
      File file = local.pathToFile(path);
      // For a small image, Hadoop's reader costs several times what the system's does.
      if (!WholeFile.checksum(file).exists()) {
        return read(file.toPath());
      }
    }
    FileStatus status = files.getFileStatus(path);
    byte[] content = memory(path.toString(), status.isDirectory(), status.getLen());
    try (FSDataInputStream in = files.open(path)) {
      in.readFully(0, content);
    }
    return content;
  }

  private byte[] read(java.nio.file.Path file) throws IOException {
    BasicFileAttributes status = Files.readAttributes(file, BasicFileAttributes.class);
    byte[] content = memory(file.toString(), status.isDirectory(), status.size());
    try (InputStream in = Files.newInputStream(file)) {
      if (in.readNBytes(content, 0, content.length) < content.length) {
        throw new EOFException("expected " + content.length + " bytes, found fewer");
      }
    }
    return content;
  }

  private byte[] memory(String name, boolean isFolder, long bytes) throws IOException {
    if (isFolder) {
      throw new IOException("expected a file, found a folder");
    }
    checkSize(name, bytes);
    return new byte[(int) bytes];
  }

  private void checkSize(String name, long bytes) {
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
}
