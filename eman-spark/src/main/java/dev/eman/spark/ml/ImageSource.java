package dev.eman.spark.ml;

import dev.eman.datasets.image.CorruptImageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
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
    } catch (FileNotFoundException e) {
      throw new CorruptImageException("cannot read " + place + ": no such file", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new CorruptImageException("cannot read " + place + ": " + CheckpointFile.reason(e), e);
    }
  }

  private byte[] read(Path path, Configuration configuration) throws IOException {
    FileSystem files = path.getFileSystem(configuration);
    FileStatus status = files.getFileStatus(path);
    if (status.isDirectory()) {
      throw new IOException("expected a file, found a folder");
    }
    checkSize(path.toString(), status.getLen());
    byte[] content = new byte[(int) status.getLen()];
    try (FSDataInputStream in = files.open(path)) {
      in.readFully(0, content);
    }
    return content;
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
