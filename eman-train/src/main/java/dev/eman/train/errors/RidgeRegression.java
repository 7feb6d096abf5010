package dev.eman.train.errors;

import dev.eman.core.nn.MatrixProducts;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Linear least squares with a penalty on the squared weights, by conjugate gradients: no matrix of
 * {@code D x D} or {@code N x N} is made, and the penalty keeps the iterations few.
 */
final class RidgeRegression {
  private static final int MOST_ITERATIONS = 300;
  private static final double TOLERANCE = 1e-5;

  private RidgeRegression() {}

  /**
   * Minimises {@code Σ m (x w - t)² + penalty |w|²} for each column of targets.
   *
   * @param features x, {@code [N, D]}; read
   * @param targets t, {@code [N, K]}, 0 where m is; read
   * @param used m, {@code [N, 1]}, 1 for images to learn from and 0 for others; read
   * @param penalty above 0
   * @return w, {@code [D, K]}
   */
  static INDArray weights(INDArray features, INDArray targets, INDArray used, double penalty) {
    INDArray residual = MatrixProducts.ofColumns(features, targets);
    INDArray weights = Nd4j.zeros(residual.dataType(), residual.shape());
    INDArray direction = residual.dup();
    double[] squares = squares(residual, residual);
    double[] first = squares.clone();
    for (int i = 0; i < MOST_ITERATIONS && unfinished(squares, first); i++) {
      INDArray image =
          MatrixProducts.ofColumns(features, MatrixProducts.of(features, direction).muli(used))
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
