package dev.eman.core.internal;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean and variance of each channel of a batch, in one pass over memory. Internal: no compatibility
 * is promised.
 *
 * <p>Sums over hundreds of thousands of float32 values lose digits when they are taken one after
 * the other. Here at most 64 values meet in one float32 sum, such sums in groups of eight in
 * another, and these in float64. The order depends on the shape alone, so the result has the same
 * bits on any number of threads.
 */
public final class ChannelMoments {
  /** Floats copied at once, for the reason that {@link FloatKernels} gives. */
  private static final int CHUNK = 512;

  /** Chunks that are added up before they are added to the sums. */
  private static final int TOGETHER = 4;

  /** How many such additions go into one sum before it moves up a level. */
  private static final int LEVEL = 8;

  /** Elements of a block, the share of one thread, about. */
  private static final long BLOCK = 1 << 18;

  private static final int MAX_BLOCKS = 64;

  /** Squares of the mean above so many variances cancel digits: values are then taken from it. */
  private static final double CANCELLATION = 4;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private ChannelMoments() {}

  /**
   * Computes mean and biased variance.
   *
   * @param x {@code [N, C]}, or {@code [N, C, H, W]} in channels-last memory; float32 in host
   *     memory, adjacent elements; read
   * @param mean at least C values; the first C are overwritten
   * @param variance at least C values; the first C are overwritten, none is below zero
   */
  public static void into(INDArray x, double[] mean, double[] variance) {
    checkArgument(x.dataType() == DataType.FLOAT, "x: expected FLOAT, got %s", x.dataType());
    int channels = Math.toIntExact(x.size(1));
    long rows = x.length() / channels;
    try {
      OffHeapFloats values = OffHeapFloats.of(x);
      moments(values, rows, channels, null, mean, variance);
      boolean cancelled = false;
      for (int c = 0; c < channels; c++) {
        cancelled |= mean[c] * mean[c] > CANCELLATION * variance[c];
      }
      if (cancelled) {
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
          shift[c] = (float) mean[c];
        }
        moments(values, rows, channels, shift, mean, variance);
      }
    } finally {
      Reference.reachabilityFence(x);
    }
  }

  private static void moments(
      OffHeapFloats values,
      long rows,
      int channels,
      float @Nullable [] shift,
      double[] mean,
      double[] variance) {
    // A chunk is a few whole rows, or a piece of one.
    int chunkRows = Math.max(1, CHUNK / channels);
    long blockRows = Math.max(BLOCK / channels, (rows + MAX_BLOCKS - 1) / MAX_BLOCKS);
    long step = Math.max(1, blockRows / chunkRows) * chunkRows;
    int blocks = Math.toIntExact((rows + step - 1) / step);
    Scratch scratch = SCRATCH.get();
    double[] sums = scratch.takeSums(2 * blocks * channels);
    CommonPool.forEachIndex(
        blocks,
        CommonPool.besideOpenMp(),
        block -> {
          long from = block * step;
          long to = Math.min(rows, from + step);
          int at = 2 * block * channels;
          for (int c = 0; c < channels; c += CHUNK) {
            int width = Math.min(CHUNK, channels - c);
            SCRATCH.get().add(values, from, to, chunkRows, channels, c, width, shift, sums, at);
          }
        });
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double squares = 0;
      for (int block = 0; block < blocks; block++) {
        sum += sums[2 * block * channels + c];
        squares += sums[(2 * block + 1) * channels + c];
      }
      double m = sum / rows;
      mean[c] = shift == null ? m : m + shift[c];
      double v = squares / rows - m * m;
      variance[c] = v < 0 ? 0 : v; // rounding alone makes it negative; NaN stays
    }
    scratch.sums = sums;
  }

  /** One thread's share of the first-level cache, and the sums of a whole call. */
  private static final class Scratch {
    private final float[][] chunks = new float[TOGETHER][CHUNK];
    private final float[] sum = new float[CHUNK];
    private final float[] squares = new float[CHUNK];
    private final float[] upperSum = new float[CHUNK];
    private final float[] upperSquares = new float[CHUNK];
    private final float[] shift = new float[CHUNK];
    private double[] sums = new double[0];

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

    /**
     * Adds rows {@code [from, to)} of channels {@code [first, first + width)} to {@code result}:
     * the sums at {@code at}, the squares' behind all channels' sums.
     */
    void add(
        OffHeapFloats values,
        long from,
        long to,
        int chunkRows,
        int channels,
        int first,
        int width,
        float @Nullable [] shifts,
        double[] result,
        int at) {
      int length = chunkRows * width;
      if (shifts != null) {
        for (int i = 0; i < length; i += width) {
          System.arraycopy(shifts, first, shift, i, width);
        }
      }
      int additions = 0;
      long row = from;
      while (row < to) {
        int n = row + chunkRows <= to ? length : (int) (to - row) * width;
        int together = row + (long) TOGETHER * chunkRows <= to ? TOGETHER : 1;
        for (int i = 0; i < together; i++) {
          values.get((row + (long) i * chunkRows) * channels + first, chunks[i], n);
          if (shifts != null) {
            subtract(chunks[i], shift, n);
          }
        }
        if (together == TOGETHER) {
          addFour(chunks[0], chunks[1], chunks[2], chunks[3], sum, n);
          addFourSquares(chunks[0], chunks[1], chunks[2], chunks[3], squares, n);
        } else {
          addOne(chunks[0], sum, squares, n);
        }
        row += (long) together * chunkRows;
        additions++;
        if (additions % LEVEL == 0) {
          moveUp(sum, upperSum, length);
          moveUp(squares, upperSquares, length);
        }
        if (additions == LEVEL * LEVEL) {
          flush(length, width, result, at + first, channels);
          additions = 0;
        }
      }
      moveUp(sum, upperSum, length);
      moveUp(squares, upperSquares, length);
      flush(length, width, result, at + first, channels);
    }

    private void flush(int length, int width, double[] result, int at, int channels) {
      for (int i = 0; i < length; i += width) {
        for (int c = 0; c < width; c++) {
          result[at + c] += upperSum[i + c];
          result[at + channels + c] += upperSquares[i + c];
        }
      }
      Arrays.fill(upperSum, 0);
      Arrays.fill(upperSquares, 0);
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

    private static void addOne(float[] a, float[] sum, float[] squares, int n) {
      for (int i = 0; i < n; i++) {
        sum[i] += a[i];
        squares[i] += a[i] * a[i];
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
