package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;

/**
 * A named part of a flat parameter vector.
 *
 * @param vertex of the network, such as {@code layer1.0.bn1}
 * @param key of the parameter in it, such as {@code gamma}
 * @param offset its first element
 * @param shape its dimensions; LARS treats vectors and matrices differently
 * @param trainable false for statistics and for what a layer keeps, which optimisers skip
 */
public record Segment(
    String vertex, String key, long offset, ImmutableList<Long> shape, boolean trainable) {
  public Segment {
    checkArgument(offset >= 0, "offset of %s_%s: expected at least 0, got %s", vertex, key, offset);
  }

  /** Its name in the parameter table, such as {@code layer1.0.bn1_gamma}. */
  public String name() {
    return vertex + "_" + key;
  }

  /** The number of elements. */
  public long length() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
  }
}
