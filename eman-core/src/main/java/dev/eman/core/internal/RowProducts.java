package dev.eman.core.internal;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of single rows of two matrices, each summed in one order: a product of two rows has the
 * same bits whatever else is computed with it, in whichever blocks and threads. A product of
 * matrices does not promise that. Threads may share an instance. Internal: no compatibility is
 * promised.
 */
public final class RowProducts {
  /** Elements of a row in one go; so much of a thousand rows fits the second-level cache. */
  private static final int CHUNK = 512;

  private static final int LANES = 128;
  private static final int SUMS = 8;
  private static final double ROUNDING = 0x1p-24;

  private final OffHeapFloats left;
  private final OffHeapFloats right;
  private final int width;

  /**
   * Of the rows of two matrices.
   *
   * @param left {@code [Q, D]}, float32, c order, adjacent elements; viewed
   * @param right {@code [M, D]}, the same; viewed
   */
  public RowProducts(INDArray left, INDArray right) {
    this.left = OffHeapFloats.ofRows(left);
    this.right = OffHeapFloats.ofRows(right);
    this.width = Math.toIntExact(left.size(1));
  }

  /**
   * By how much a float32 product of two rows of length 1 may be off, in whichever order it is
   * summed.
   *
   * @param width D
   */
  public static double largestError(int width) {
    return 1.01 * (width + 1) * ROUNDING;
  }

  /** Pairs of rows and their products. */
  public static final class Pairs {
    private int[] lefts = new int[64];
    private int[] rights = new int[64];
    private float[] products = new float[0];
    private int count;

    /**
     * Adds one, at the next position; the first has 0.
     *
     * @param left in the left matrix, counted from the group's first row
     * @param right in the right matrix
     */
    public void add(int left, int right) {
      if (count == lefts.length) {
        lefts = Arrays.copyOf(lefts, 2 * count);
        rights = Arrays.copyOf(rights, 2 * count);
      }
      lefts[count] = left;
      rights[count] = right;
      count++;
    }

    /** The product of the pair at a position. */
    public float product(int position) {
      return products[position];
    }

    /** Positions in the order of the right rows. */
    private int[] order() {
      int least = Arrays.stream(rights, 0, count).min().orElse(0);
      int span = Arrays.stream(rights, 0, count).max().orElse(0) - least + 1;
      int[] order = new int[count];
      if (span > 8 * count) { // A place for each row would be more work than sorting.
        long[] keys = new long[count];
        Arrays.setAll(keys, i -> (long) rights[i] << Integer.SIZE | i);
        Arrays.sort(keys);
        Arrays.setAll(order, i -> (int) keys[i]);
        return order;
      }
      int[] next = new int[span + 1];
      for (int i = 0; i < count; i++) {
        next[rights[i] - least + 1]++;
      }
      for (int i = 1; i < next.length; i++) {
        next[i] += next[i - 1];
      }
      for (int i = 0; i < count; i++) {
        order[next[rights[i] - least]++] = i;
      }
      return order;
    }
  }

  /**
   * Computes the products of pairs.
   *
   * @param first the first row of a group in the left matrix
   * @param rows of the group, all held at once
   * @param pairs of a row of the group with any row of the right matrix
   */
  public void compute(int first, int rows, Pairs pairs) {
    // Each row of the right matrix is read once, and what the loop needs lies side by side.
    int[] order = pairs.order();
    int count = order.length;
    float[][] group = new float[rows][CHUNK];
    float[][] lefts = new float[count][];
    int[] rights = new int[count];
    for (int i = 0; i < count; i++) {
      lefts[i] = group[pairs.lefts[order[i]]];
      rights[i] = pairs.rights[order[i]];
    }
    float[] sums = new float[count];
    float[] row = new float[CHUNK];
    float[] lanes = new float[LANES];
    for (int from = 0; from < width; from += CHUNK) {
      int n = Math.min(CHUNK, width - from);
      for (int i = 0; i < rows; i++) {
        read(left, first + i, from, n, group[i]);
      }
      for (int i = 0; i < count; i++) {
        if (i == 0 || rights[i] != rights[i - 1]) {
          read(right, rights[i], from, n, row);
        }
        sums[i] += product(row, lefts[i], lanes);
      }
    }
    pairs.products = new float[count];
    for (int i = 0; i < count; i++) {
      pairs.products[order[i]] = sums[i];
    }
  }

  private void read(OffHeapFloats matrix, long row, int from, int count, float[] into) {
    matrix.get(row * width + from, into, count);
    Arrays.fill(into, count, CHUNK, 0);
  }

  /** Written so that the JVM makes vectors of it: one index, and constants added to it. */
  private static float product(float[] a, float[] b, float[] lanes) {
    for (int i = 0; i < LANES; i++) {
      lanes[i] =
          a[i] * b[i]
              + a[i + LANES] * b[i + LANES]
              + a[i + 2 * LANES] * b[i + 2 * LANES]
              + a[i + 3 * LANES] * b[i + 3 * LANES];
    }
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    for (int i = 0; i < LANES; i += SUMS) { // Sums that need not wait for one another.
      s0 += lanes[i];
      s1 += lanes[i + 1];
      s2 += lanes[i + 2];
      s3 += lanes[i + 3];
      s4 += lanes[i + 4];
      s5 += lanes[i + 5];
      s6 += lanes[i + 6];
      s7 += lanes[i + 7];
    }
    return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
  }
}
