package dev.eman.spark.ml;

import dev.eman.datasets.image.CorruptImageException;
import dev.eman.spark.internal.HadoopFiles;
import java.io.Serializable;
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
      HadoopFiles.checkSize("the image", content.length, maxBytes);
      return content;
    }
    return HadoopFiles.image(row.getString(column), hadoop.value(), maxBytes);
  }
}
