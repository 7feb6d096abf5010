package dev.eman.train.errors;

import dev.eman.core.nn.MatrixProducts;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Linear least squares with a penalty on the squared weights, by conjugate gradients: no matrix of
 * {@code D x D} or {@code N x N} is made, and the penalty keeps the iterations few. Of {@code N x
 * K} there are blocks of rows alone; sums over several blocks are those of the blocks' sums.
 */
final class RidgeRegression {
  private static final int MOST_ITERATIONS = 300;
  private static final double TOLERANCE = 1e-5;

  /** Rows of a block. */
  static final int ROWS = 8192;

  private RidgeRegression() {}

  /** Targets by the rows. */
  @FunctionalInterface
  interface Targets {
    /** Some rows of the targets, {@code [to - from, K]}; to read before the next ones. */
    INDArray rows(long from, long to);
  }

  /**
   * Minimises {@code Σ m (x w - t)² + penalty |w|²} for each column of targets.
   *
   * @param features x, {@code [N, D]}; read
   * @param targets t, 0 where m is
   * @param used m, {@code [N, 1]}, 1 for images to learn from and 0 for others; read
   * @param penalty above 0
   * @return w, {@code [D, K]}
   */
  static INDArray weights(INDArray features, Targets targets, INDArray used, double penalty) {
    INDArray residual = sum(features, targets);
    INDArray block =
        Nd4j.createUninitialized(
            features.dataType(),
            new long[] {Math.min(features.size(0), ROWS), residual.size(1)},
            'c');
    INDArray weights = Nd4j.zeros(residual.dataType(), residual.shape());
    INDArray direction = residual.dup();
    double[] squares = squares(residual, residual);
    double[] first = squares.clone();
    for (int i = 0; i < MOST_ITERATIONS && unfinished(squares, first); i++) {
      INDArray image =
          sum(features, (from, to) -> product(features, used, direction, from, to, block))
              .addi(direction.mul(penalty));
      double[] curvature = squares(direction, image);
      float[] step = new float[squares.length];
      for (int k = 0; k < step.length; k++) {
        step[k] = curvature[k] > 0 ? (float) (squares[k] / curvature[k]) : 0;
      }
      INDArray steps = Nd4j.createFromArray(step).reshape(1, step.length);
      weights.addi(direction.mul(steps));
      residual.subi(image.muli(steps));
      double[] next = squares(residual, residual);
      float[] kept = new float[squares.length];
      for (int k = 0; k < kept.length; k++) {
        kept[k] = squares[k] > 0 ? (float) (next[k] / squares[k]) : 0;
      }
      direction.muli(Nd4j.createFromArray(kept).reshape(1, kept.length)).addi(residual);
      squares = next;
    }
    return weights;
  }

  /** {@code xᵀ t}, {@code [D, K]}. */
  private static INDArray sum(INDArray features, Targets targets) {
    long n = features.size(0);
    long first = Math.min(n, ROWS);
    INDArray sum = MatrixProducts.ofColumns(rows(features, 0, first), targets.rows(0, first));
    INDArray part = n > ROWS ? sum.ulike() : sum;
    for (long from = ROWS; from < n; from += ROWS) {
      long to = Math.min(n, from + ROWS);
      MatrixProducts.ofColumnsInto(rows(features, from, to), targets.rows(from, to), part);
      sum.addi(part);
    }
    return sum;
  }

  /** In one array for all blocks: each of its own would be freed late. */
  private static INDArray product(
      INDArray features, INDArray used, INDArray direction, long from, long to, INDArray block) {
    INDArray product = rows(block, 0, to - from);
    MatrixProducts.ofInto(rows(features, from, to), direction, product);
    return product.muli(rows(used, from, to));
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  private static double[] squares(INDArray a, INDArray b) {
    return a.mul(b).sum(0).toDoubleVector();
  }

  private static boolean unfinished(double[] squares, double[] first) {
    for (int k = 0; k < squares.length; k++) {
      if (squares[k] > TOLERANCE * TOLERANCE * first[k]) {
        return true;
      }
    }
    return false;
  }
}
