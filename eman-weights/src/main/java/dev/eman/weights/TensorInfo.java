package dev.eman.weights;

import com.google.common.collect.ImmutableList;

/**
 * A tensor in a file.
 *
 * @param name full name with its prefix, such as {@code state_dict.module.conv1.weight}
 * @param type of its elements
 * @param shape its dimensions; empty for a scalar
 */
public record TensorInfo(String name, ElementType type, ImmutableList<Long> shape) {
  /** The number of elements. */
  public long length() {
    long length = 1;
    for (long size : shape) {
      length = Math.multiplyExact(length, size);
    }
    return length;
  }
}
