package dev.eman.train.errors;

import com.google.common.primitives.ImmutableIntArray;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Probabilities from scores that have no scale (Guo et al. 2017, arXiv 1706.04599). */
final class Temperature {
  private static final double LOWEST = 0.25;
  private static final double HIGHEST = 256;
  private static final double STRIDE = Math.pow(2, 0.25);

  private Temperature() {}

  /**
   * The softmax of the scores times the factor under which the labels are likeliest, of those in a
   * geometric series.
   *
   * @param scores {@code [N, K]}; read
   * @param labels {@code [N]}, 0 to K - 1
   * @return {@code [N, K]}, float32, a new array
   */
  static INDArray softmax(INDArray scores, ImmutableIntArray labels) {
    double[][] rows = scores.toDoubleMatrix();
    double best = LOWEST;
    double highest = Double.NEGATIVE_INFINITY;
    for (double factor = LOWEST; factor <= HIGHEST; factor *= STRIDE) {
      double sum = 0;
      for (int i = 0; i < rows.length; i++) {
        sum += rows[i][labels.get(i)] * factor - logSum(rows[i], factor);
      }
      if (sum > highest) {
        highest = sum;
        best = factor;
      }
    }
    float[][] probabilities = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      double total = logSum(rows[i], best);
      probabilities[i] = new float[rows[i].length];
      for (int k = 0; k < rows[i].length; k++) {
        probabilities[i][k] = (float) Math.exp(rows[i][k] * best - total);
      }
    }
    return Nd4j.createFromArray(probabilities);
  }

  private static double logSum(double[] row, double factor) {
    double highest = Double.NEGATIVE_INFINITY;
    for (double score : row) {
      highest = Math.max(highest, score * factor);
    }
    double sum = 0;
    for (double score : row) {
      sum += Math.exp(score * factor - highest);
    }
    return highest + Math.log(sum);
  }
}
