package dev.eman.train.errors;

import com.google.common.primitives.ImmutableIntArray;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Probabilities from scores that have no scale (Guo et al. 2017, arXiv 1706.04599). */
final class Temperature {
  private static final double LOWEST = 0.25;
  private static final double HIGHEST = 256;
  private static final double STRIDE = Math.pow(2, 0.25);

  private Temperature() {}

  /**
   * Replaces scores by the softmax of them times the factor under which the labels are likeliest,
   * of those in a geometric series.
   *
   * @param scores {@code [N, K]}, float32; overwritten
   * @param labels {@code [N]}, 0 to K - 1
   */
  static void softmaxInPlace(INDArray scores, ImmutableIntArray labels) {
    double[] factors =
        DoubleStream.iterate(LOWEST, factor -> factor <= HIGHEST, factor -> factor * STRIDE)
            .toArray();
    ScoreRows rows = new ScoreRows(scores);
    double[] sums = new double[factors.length];
    rows.forEach(
        (image, row) -> {
          for (int f = 0; f < factors.length; f++) {
            sums[f] += row[labels.get(image)] * factors[f] - logSum(row, factors[f]);
          }
        });
    double best = LOWEST;
    double highest = Double.NEGATIVE_INFINITY;
    for (int f = 0; f < factors.length; f++) {
      if (sums[f] > highest) {
        highest = sums[f];
        best = factors[f];
      }
    }
    double factor = best;
    rows.forEachBlock(
        (first, block) -> {
          float[][] probabilities = new float[block.length][];
          for (int i = 0; i < block.length; i++) {
            double[] row = block[i];
            double total = logSum(row, factor);
            probabilities[i] = new float[row.length];
            for (int k = 0; k < row.length; k++) {
              probabilities[i][k] = (float) Math.exp(row[k] * factor - total);
            }
          }
          scores
              .get(NDArrayIndex.interval(first, first + block.length), NDArrayIndex.all())
              .assign(Nd4j.createFromArray(probabilities));
        });
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
