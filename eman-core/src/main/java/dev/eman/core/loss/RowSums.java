package dev.eman.core.loss;

import java.lang.ref.Reference;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Divides rows by their sums, which are taken in float64: in float32, the sum of 131,072 numbers
 * may be wrong by 6e-4. float32 matrices on the CPU backend are gone through in chunks that fit the
 * first-level cache, others by ND4J's own operations.
 */
final class RowSums {
  private static final int CHUNK = 2048;

  /** Elements that are not worth a second thread. */
  private static final int FEW = 1 << 16;

  private RowSums() {}

  /**
   * Makes every row sum to 1.
   *
   * @param matrix {@code [N, K]}, float32 or float64, none below 0, c order, adjacent elements;
   *     mutated
   * @return {@code [N]}: the largest of each row afterwards
   */
  static double[] divideInPlace(INDArray matrix) {
    if (matrix.dataType() != DataType.FLOAT || !Nd4j.getEnvironment().isCPU()) {
      matrix.divi(matrix.sum(true, 1));
      return Arrays2d.read(matrix.max(true, 1));
    }
    double[] largest = new double[Math.toIntExact(matrix.size(0))];
    IntStream rows = IntStream.range(0, largest.length);
    (matrix.length() > FEW ? rows.parallel() : rows)
        .forEach(row -> largest[row] = divide(matrix, row));
    return largest;
  }

  private static double divide(INDArray matrix, long row) {
    long width = matrix.size(1);
    Arrays2d.Floats values = new Arrays2d.Floats(matrix);
    float[] chunk = new float[(int) Math.min(CHUNK, width)];
    double sum = 0;
    float largest = 0;
    try {
      for (long done = 0; done < width; done += CHUNK) {
        int n = (int) Math.min(CHUNK, width - done);
        values.position(row * width + done).get(chunk, 0, n);
        sum += sum(chunk, n);
        largest = Math.max(largest, largest(chunk, n));
      }
      float scale = (float) (1 / sum);
      for (long done = 0; done < width; done += CHUNK) {
        int n = (int) Math.min(CHUNK, width - done);
        values.position(row * width + done).get(chunk, 0, n);
        scale(chunk, n, scale);
        values.put(chunk, 0, n);
      }
      return largest * scale;
    } finally {
      Reference.reachabilityFence(matrix);
    }
  }

  /** Four sums at a time, for they need not wait for one another. */
  private static double sum(float[] values, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      s0 += values[i];
      s1 += values[i + 1];
      s2 += values[i + 2];
      s3 += values[i + 3];
    }
    for (; i < n; i++) {
      s0 += values[i];
    }
    return s0 + s1 + s2 + s3;
  }

  private static float largest(float[] values, int n) {
    float largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, values[i]);
    }
    return largest;
  }

  private static void scale(float[] values, int n, float by) {
    for (int i = 0; i < n; i++) {
      values[i] *= by;
    }
  }
}
