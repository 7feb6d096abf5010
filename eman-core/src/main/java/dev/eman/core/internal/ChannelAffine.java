package dev.eman.core.internal;

import java.lang.ref.Reference;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An affine function of each channel, added to another batch. Internal: no compatibility is
 * promised.
 */
public final class ChannelAffine {
  private static final int CHUNK = 512;

  private static final ThreadLocal<float[][]> SCRATCH =
      ThreadLocal.withInitial(() -> new float[4][CHUNK]);

  private ChannelAffine() {}

  /**
   * sum += factor x + offset.
   *
   * @param sum float32 in host memory, adjacent elements, channels last; mutated
   * @param x the same shape and memory layout; read
   * @param factor at least C values
   * @param offset at least C values
   * @param channels C
   */
  public static void addInPlace(
      INDArray sum, INDArray x, float[] factor, float[] offset, int channels) {
    float[][] scratch = SCRATCH.get();
    int rows = Math.max(1, CHUNK / channels); // whole rows, or pieces of one
    try {
      OffHeapFloats to = OffHeapFloats.of(sum);
      OffHeapFloats from = OffHeapFloats.of(x);
      for (int first = 0; first < channels; first += CHUNK) {
        int width = Math.min(CHUNK, channels - first);
        for (int i = 0; i < rows * width; i += width) {
          System.arraycopy(factor, first, scratch[2], i, width);
          System.arraycopy(offset, first, scratch[3], i, width);
        }
        for (long at = first; at < x.length(); at += (long) rows * channels) {
          int n = (int) Math.min((long) rows * width, x.length() - at);
          from.get(at, scratch[0], n);
          to.get(at, scratch[1], n);
          add(scratch[1], scratch[0], scratch[2], scratch[3], n);
          to.put(at, scratch[1], n);
        }
      }
    } finally {
      Reference.reachabilityFence(sum);
      Reference.reachabilityFence(x);
    }
  }

  private static void add(float[] sum, float[] x, float[] factor, float[] offset, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += factor[i] * x[i] + offset[i];
    }
  }
}
