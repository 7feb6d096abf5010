package dev.eman.spark.data;

import dev.eman.datasets.packed.PackIndex;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task has written.
 *
 * @param file its archive; null if it could not be written
 * @param bytes of the archive
 * @param sha256 of the archive
 * @param images in it
 * @param lines of the list of images
 * @param repeated rows of images that other rows name too, with the same label and content
 * @param problems rows that cannot be used
 * @param corrupt images that cannot be decoded
 * @param failure why the archive could not be written
 */
record PackResult(
    @Nullable String file,
    long bytes,
    String sha256,
    int images,
    String lines,
    long repeated,
    Findings problems,
    Findings corrupt,
    @Nullable String failure)
    implements Serializable {
  /**
   * Sentences on images.
   *
   * @param count how many there are
   * @param first those of the first images by name, each beginning with the name
   */
  record Findings(long count, List<String> first) implements Serializable {
    /** How many are named. */
    static final int NAMED = 5;
  }

  PackIndex.PackFile asFile() {
    return new PackIndex.PackFile(String.valueOf(file), bytes, sha256);
  }
}
