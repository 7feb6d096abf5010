package dev.eman.weights;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import java.nio.file.Path;

/**
 * An open file of named tensors: names and shapes are known, elements are read on demand, so that
 * only one tensor has to be in memory at a time.
 *
 * <p>Not safe for use by several threads.
 */
public interface TensorFile extends AutoCloseable {
  /** Receives elements in row-major order. */
  @FunctionalInterface
  interface Sink {
    /**
     * Receives the next elements.
     *
     * @param values valid until this returns
     * @param count number of valid elements, from index 0 on
     */
    void accept(float[] values, int count);
  }

  /** The path of the file. */
  Path path();

  /** All tensors by name, in the order of the file. */
  ImmutableMap<String, TensorInfo> tensors();

  /**
   * What the file holds beside them by path: objects that are passed over unbuilt, and tensors of
   * types that are not read.
   */
  default ImmutableMap<String, Unread> unread() {
    return ImmutableMap.of();
  }

  /**
   * Reads one tensor.
   *
   * @param name one of {@link #tensors()}
   * @param sink receives all elements as float32, in row-major order
   * @throws EmanException if the file is damaged
   */
  void read(String name, Sink sink);

  /**
   * Reads one tensor into memory.
   *
   * @return all elements in row-major order
   */
  default float[] read(String name) {
    TensorInfo info = tensors().get(name);
    if (info == null) {
      throw new IllegalArgumentException(
          "tensor: expected one of " + tensors().keySet() + ", got \"" + name + "\"");
    }
    float[] all = new float[Math.toIntExact(info.length())];
    int[] at = {0};
    read(
        name,
        (values, count) -> {
          System.arraycopy(values, 0, all, at[0], count);
          at[0] += count;
        });
    return all;
  }

  @Override
  void close();
}
