package dev.eman.core.internal;

import java.lang.ref.Reference;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Affine functions with coefficients for each channel. Internal: no compatibility is promised.
 *
 * <p>Arrays are float32 in host memory with adjacent elements, channels last, and of one shape.
 */
public final class ChannelAffine {
  private static final int CHUNK = 512;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private ChannelAffine() {}

  /**
   * y = a x + b, or max(0, a x + b), in the rows behind {@code firstRow}.
   *
   * @param y mutated; may be x
   * @param a at least C values
   * @param b at least C values
   */
  public static void applyInto(
      INDArray x, float[] a, float[] b, boolean relu, INDArray y, long firstRow) {
    try {
      OffHeapFloats from = OffHeapFloats.of(x);
      OffHeapFloats to = OffHeapFloats.of(y);
      Scratch s = SCRATCH.get();
      s.forEachChunk(
          x,
          firstRow,
          new float[][] {a, b},
          (at, n) -> {
            from.get(at, s.x, n);
            affine(s.x, s.vectors[0], s.vectors[1], n);
            if (relu) {
              relu(s.x, n);
            }
            to.put(at, s.x, n);
          });
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(y);
    }
  }

  /**
   * y = a x + b + addend, or max(0, that), in the rows behind {@code firstRow}.
   *
   * @param y mutated; may be the addend
   */
  public static void applyAndAddInto(
      INDArray x, float[] a, float[] b, INDArray addend, boolean relu, INDArray y, long firstRow) {
    try {
      OffHeapFloats from = OffHeapFloats.of(x);
      OffHeapFloats addends = OffHeapFloats.of(addend);
      OffHeapFloats to = OffHeapFloats.of(y);
      Scratch s = SCRATCH.get();
      s.forEachChunk(
          x,
          firstRow,
          new float[][] {a, b},
          (at, n) -> {
            from.get(at, s.x, n);
            addends.get(at, s.dy, n);
            affine(s.x, s.vectors[0], s.vectors[1], n);
            add(s.x, s.dy, n);
            if (relu) {
              relu(s.x, n);
            }
            to.put(at, s.x, n);
          });
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(addend);
      Reference.reachabilityFence(y);
    }
  }

  private static void add(float[] sum, float[] addend, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += addend[i];
    }
  }

  /**
   * dx = a (dy + k x + c), in the rows behind {@code firstRow}.
   *
   * @param dx mutated; may be dy
   */
  public static void combineInto(
      INDArray x, INDArray dy, float[] k, float[] c, float[] a, INDArray dx, long firstRow) {
    try {
      OffHeapFloats xs = OffHeapFloats.of(x);
      OffHeapFloats dys = OffHeapFloats.of(dy);
      OffHeapFloats to = OffHeapFloats.of(dx);
      Scratch s = SCRATCH.get();
      s.forEachChunk(
          x,
          firstRow,
          new float[][] {k, c, a},
          (at, n) -> {
            xs.get(at, s.x, n);
            dys.get(at, s.dy, n);
            affine(s.x, s.vectors[0], s.vectors[1], n);
            addAndScale(s.dy, s.x, s.vectors[2], n);
            to.put(at, s.dy, n);
          });
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(dy);
      Reference.reachabilityFence(dx);
    }
  }

  /**
   * dx = dy where a x + b &gt; 0, else slope dy, in the rows behind {@code firstRow}.
   *
   * @param dx mutated; may be dy
   */
  public static void maskInto(
      INDArray x, float[] a, float[] b, double slope, INDArray dy, INDArray dx, long firstRow) {
    float otherwise = (float) slope;
    try {
      OffHeapFloats xs = OffHeapFloats.of(x);
      OffHeapFloats dys = OffHeapFloats.of(dy);
      OffHeapFloats to = OffHeapFloats.of(dx);
      Scratch s = SCRATCH.get();
      s.forEachChunk(
          x,
          firstRow,
          new float[][] {a, b},
          (at, n) -> {
            xs.get(at, s.x, n);
            dys.get(at, s.dy, n);
            affine(s.x, s.vectors[0], s.vectors[1], n);
            mask(s.x, otherwise, s.dy, n);
            to.put(at, s.dy, n);
          });
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(dy);
      Reference.reachabilityFence(dx);
    }
  }

  private static void mask(float[] y, float slope, float[] dy, int n) {
    for (int i = 0; i < n; i++) {
      dy[i] = y[i] > 0 ? dy[i] : slope * dy[i];
    }
  }

  private static void affine(float[] x, float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = a[i] * x[i] + b[i];
    }
  }

  private static void relu(float[] x, int n) {
    for (int i = 0; i < n; i++) {
      x[i] = Math.max(0, x[i]);
    }
  }

  private static void addAndScale(float[] sum, float[] x, float[] scale, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] = scale[i] * (sum[i] + x[i]);
    }
  }

  private interface Chunk {
    void at(long element, int count);
  }

  /** One thread's share of the first-level cache. */
  private static final class Scratch {
    private final float[] x = new float[CHUNK];
    private final float[] dy = new float[CHUNK];
    private final float[][] vectors = new float[3][CHUNK];

    /** Chunks are whole rows, or pieces of one; {@link #vectors} are repeated to fit. */
    private void forEachChunk(INDArray x, long firstRow, float[][] perChannel, Chunk chunk) {
      int channels = Math.toIntExact(x.size(1));
      int rows = Math.max(1, CHUNK / channels);
      for (int first = 0; first < channels; first += CHUNK) {
        int width = Math.min(CHUNK, channels - first);
        for (int v = 0; v < perChannel.length; v++) {
          for (int i = 0; i < rows * width; i += width) {
            System.arraycopy(perChannel[v], first, vectors[v], i, width);
          }
        }
        long end = x.length();
        for (long at = firstRow * channels + first; at < end; at += (long) rows * channels) {
          int n = rows == 1 ? width : (int) Math.min((long) rows * width, end - at);
          chunk.at(at, n);
        }
      }
    }
  }
}
