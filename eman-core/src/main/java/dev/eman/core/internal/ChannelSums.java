package dev.eman.core.internal;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums over a batch for each channel, in one pass over memory. Internal: no compatibility is
 * promised.
 *
 * <p>Sums over hundreds of thousands of float32 values lose digits when they are taken one after
 * the other. Here at most 32 values meet in one float32 sum, such sums in groups of eight in
 * another, and these in float64. The order depends on the shape alone, so the result has the same
 * bits on any number of threads.
 */
public final class ChannelSums {
  /** Floats copied at once, for the reason that {@link FloatKernels} gives. */
  private static final int CHUNK = 512;

  /** Chunks that are added up before they are added to the sums. */
  private static final int TOGETHER = 4;

  /** How many such additions go into one sum before it moves up a level. */
  private static final int LEVEL = 8;

  /** Elements of a block, the share of one thread, about. */
  private static final long BLOCK = 1 << 18;

  private static final int MAX_BLOCKS = 64;

  /**
   * The largest square of a mean, in variances, at which a sum of squares keeps the variance's
   * digits.
   */
  private static final double CANCELLATION = 4;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private ChannelSums() {}

  /**
   * Computes mean and biased variance.
   *
   * @param x {@code [N, C]}, or {@code [N, C, H, W]} in channels-last memory; float32 in host
   *     memory, adjacent elements; read
   * @param mean at least C values; the first C are overwritten
   * @param variance at least C values; the first C are overwritten, none is below zero
   */
  public static void moments(INDArray x, double[] mean, double[] variance) {
    checkArgument(x.dataType() == DataType.FLOAT, "x: expected FLOAT, got %s", x.dataType());
    int channels = Math.toIntExact(x.size(1));
    try {
      OffHeapFloats values = OffHeapFloats.of(x);
      moments(values, x.length() / channels, channels, null, mean, variance);
      if (cancels(mean, variance, channels)) {
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
          shift[c] = (float) mean[c];
        }
        moments(values, x.length() / channels, channels, shift, mean, variance);
      }
    } finally {
      Reference.reachabilityFence(x);
    }
  }

  private static boolean cancels(double[] mean, double[] variance, int channels) {
    boolean cancels = false;
    for (int c = 0; c < channels; c++) {
      cancels |= mean[c] * mean[c] > CANCELLATION * variance[c];
    }
    return cancels;
  }

  /**
   * Computes sums of gradients, and of their products with values taken from the mean.
   *
   * @param x as in {@link #moments}
   * @param dy the same shape and memory layout; read
   * @param mean at least C values
   * @param sums at least C values; the first C become the sums of dy
   * @param products at least C values; the first C become the sums of (x - mean) dy
   */
  public static void products(
      INDArray x, INDArray dy, float[] mean, double[] sums, double[] products) {
    int channels = Math.toIntExact(x.size(1));
    try {
      add(
          OffHeapFloats.of(x),
          OffHeapFloats.of(dy),
          x.length() / channels,
          channels,
          mean,
          sums,
          products);
    } finally {
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(dy);
    }
  }

  private static void moments(
      OffHeapFloats values,
      long rows,
      int channels,
      float @Nullable [] shift,
      double[] mean,
      double[] variance) {
    add(values, null, rows, channels, shift, mean, variance);
    for (int c = 0; c < channels; c++) {
      double m = mean[c] / rows;
      double v = variance[c] / rows - m * m;
      mean[c] = shift == null ? m : m + shift[c];
      variance[c] = v < 0 ? 0 : v; // rounding alone makes it negative; NaN stays
    }
  }

  /** The sums of w, and of v w, with v = values - shift and w = weights, or v without weights. */
  private static void add(
      OffHeapFloats values,
      @Nullable OffHeapFloats weights,
      long rows,
      int channels,
      float @Nullable [] shift,
      double[] sums,
      double[] products) {
    // A chunk is a few whole rows, or a piece of one.
    int chunkRows = Math.max(1, CHUNK / channels);
    long blockRows = Math.max(BLOCK / channels, (rows + MAX_BLOCKS - 1) / MAX_BLOCKS);
    long step = Math.max(1, blockRows / chunkRows) * chunkRows;
    int blocks = Math.toIntExact((rows + step - 1) / step);
    Scratch scratch = SCRATCH.get();
    double[] partial = scratch.takeSums(2 * blocks * channels);
    CommonPool.forEachIndex(
        blocks,
        CommonPool.besideOpenMp(),
        block -> {
          long from = block * step;
          long to = Math.min(rows, from + step);
          Scratch mine = SCRATCH.get();
          for (int c = 0; c < channels; c += CHUNK) {
            int width = Math.min(CHUNK, channels - c);
            mine.shape(channels, c, width, chunkRows, shift);
            mine.add(values, weights, from, to, partial, 2 * block * channels);
          }
        });
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double product = 0;
      for (int block = 0; block < blocks; block++) {
        sum += partial[2 * block * channels + c];
        product += partial[(2 * block + 1) * channels + c];
      }
      sums[c] = sum;
      products[c] = product;
    }
    scratch.sums = partial;
  }

  /** One thread's share of the first-level cache, and the sums of a whole call. */
  private static final class Scratch {
    private final float[][] chunks = new float[TOGETHER][CHUNK];
    private final float[][] weightChunks = new float[TOGETHER][CHUNK];
    private final float[] sum = new float[CHUNK];
    private final float[] product = new float[CHUNK];
    private final float[] upperSum = new float[CHUNK];
    private final float[] upperProduct = new float[CHUNK];
    private final float[] shift = new float[CHUNK];
    private double[] sums = new double[0];
    private int channels;
    private int first;
    private int width;
    private int chunkRows;
    private boolean shifted;

    /** Zeros, out of reach of a task of the pool that this thread may run while it waits. */
    double[] takeSums(int length) {
      double[] taken = sums;
      sums = new double[0];
      if (taken.length < length) {
        return new double[length];
      }
      Arrays.fill(taken, 0, length, 0);
      return taken;
    }

    /** Sets what the chunks are: {@code width} channels of {@code chunkRows} rows. */
    void shape(int channels, int first, int width, int chunkRows, float @Nullable [] shifts) {
      this.channels = channels;
      this.first = first;
      this.width = width;
      this.chunkRows = chunkRows;
      this.shifted = shifts != null;
      if (shifts != null) {
        for (int i = 0; i < chunkRows * width; i += width) {
          System.arraycopy(shifts, first, shift, i, width);
        }
      }
    }

    /**
     * Adds rows {@code [from, to)} to {@code result}: the sums at {@code at}, the products behind
     * all channels' sums.
     */
    void add(
        OffHeapFloats values,
        @Nullable OffHeapFloats weights,
        long from,
        long to,
        double[] result,
        int at) {
      int length = chunkRows * width;
      int additions = 0;
      long row = from;
      while (row < to) {
        int n = row + chunkRows <= to ? length : (int) (to - row) * width;
        int together = row + (long) TOGETHER * chunkRows <= to ? TOGETHER : 1;
        for (int i = 0; i < together; i++) {
          long start = (row + (long) i * chunkRows) * channels + first;
          values.get(start, chunks[i], n);
          if (shifted) {
            subtract(chunks[i], shift, n);
          }
          if (weights != null) {
            weights.get(start, weightChunks[i], n);
          }
        }
        addChunks(weights == null ? chunks : weightChunks, together, n);
        row += (long) together * chunkRows;
        additions++;
        if (additions % LEVEL == 0) {
          moveUp(sum, upperSum, length);
          moveUp(product, upperProduct, length);
        }
        if (additions == LEVEL * LEVEL) {
          flush(length, result, at + first);
          additions = 0;
        }
      }
      moveUp(sum, upperSum, length);
      moveUp(product, upperProduct, length);
      flush(length, result, at + first);
    }

    private void addChunks(float[][] w, int together, int n) {
      if (together == 1) {
        addOne(chunks[0], w[0], sum, product, n);
        return;
      }
      addFour(w[0], w[1], w[2], w[3], sum, n);
      if (w == chunks) {
        addFourSquares(w[0], w[1], w[2], w[3], product, n);
      } else {
        addTwoProducts(chunks[0], w[0], chunks[1], w[1], product, n);
        addTwoProducts(chunks[2], w[2], chunks[3], w[3], product, n);
      }
    }

    private void flush(int length, double[] result, int at) {
      for (int i = 0; i < length; i += width) {
        for (int c = 0; c < width; c++) {
          result[at + c] += upperSum[i + c];
          result[at + channels + c] += upperProduct[i + c];
        }
      }
      Arrays.fill(upperSum, 0, length, 0);
      Arrays.fill(upperProduct, 0, length, 0);
    }

    // Loops plain enough for the JVM to vectorise; with sum and squares in one, it does not.

    private static void subtract(float[] x, float[] shift, int n) {
      for (int i = 0; i < n; i++) {
        x[i] -= shift[i];
      }
    }

    private static void addFour(float[] a, float[] b, float[] c, float[] d, float[] sum, int n) {
      for (int i = 0; i < n; i++) {
        sum[i] += (a[i] + b[i]) + (c[i] + d[i]);
      }
    }

    private static void addFourSquares(
        float[] a, float[] b, float[] c, float[] d, float[] sum, int n) {
      for (int i = 0; i < n; i++) {
        sum[i] += (a[i] * a[i] + b[i] * b[i]) + (c[i] * c[i] + d[i] * d[i]);
      }
    }

    private static void addTwoProducts(
        float[] a, float[] v, float[] b, float[] w, float[] sum, int n) {
      for (int i = 0; i < n; i++) {
        sum[i] += a[i] * v[i] + b[i] * w[i];
      }
    }

    private static void addOne(float[] a, float[] w, float[] sum, float[] product, int n) {
      for (int i = 0; i < n; i++) {
        sum[i] += w[i];
        product[i] += a[i] * w[i];
      }
    }

    private static void moveUp(float[] lower, float[] upper, int n) {
      for (int i = 0; i < n; i++) {
        upper[i] += lower[i];
        lower[i] = 0;
      }
    }
  }
}
