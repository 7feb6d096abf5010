package dev.eman.datasets.pipeline;

import dev.eman.datasets.image.CorruptImageException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The images that a {@link BatchPipeline} could not decode or prepare, and why, where it goes on
 * without them. Safe for use by several threads.
 */
public final class FailedImages {
  private final Map<Integer, CorruptImageException> reasons = new ConcurrentHashMap<>();

  /**
   * Why there are zeros in place of an image; null if it was made, or has not been yet.
   *
   * @param image its position in the data set
   */
  public @Nullable CorruptImageException reason(int image) {
    return reasons.get(image);
  }

  void add(int image, CorruptImageException reason) {
    reasons.put(image, reason);
  }
}
