package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Squared distance of directions, the loss of BYOL (Grill et al. 2020, equation 2): {@code distᵢ =
 * 2 − 2 pᵢ·zᵢ / (max(‖pᵢ‖, ε) max(‖zᵢ‖, ε))} with {@code ε = 1e-8}, as PyTorch's {@code
 * F.cosine_similarity}. Without weights the result is the mean over the examples.
 *
 * <p>The gradient is with respect to the predictions; the targets are constants. For {@code ‖pᵢ‖ >
 * ε} it is {@code −2 wᵢ (ẑ − cos p̂) / (‖pᵢ‖ divisor)}, hats for unit length.
 */
public final class CosineDistance {
  private static final double EPSILON = 1e-8;

  private CosineDistance() {}

  /**
   * The mean distance.
   *
   * @param predictions {@code [N, D]}, float32 or float64; read
   * @param targets {@code [N, D]}, float32 or float64; constants, read
   */
  public static LossValue of(INDArray predictions, INDArray targets) {
    return of(predictions, targets, ExampleWeights.uniform());
  }

  /**
   * The weighted distance.
   *
   * @param predictions {@code [N, D]}, float32 or float64; read
   * @param targets {@code [N, D]}, float32 or float64; constants, read
   * @param weights one for each of the N examples
   */
  public static LossValue of(INDArray predictions, INDArray targets, ExampleWeights weights) {
    Arrays2d.checkMatrix("predictions", predictions);
    INDArray gradient = Arrays2d.allocateLike(predictions);
    return new LossValue(into(predictions, targets, weights, gradient), gradient);
  }

  /**
   * The weighted distance, the gradient in the caller's array.
   *
   * @param predictions {@code [N, D]}, float32 or float64; read
   * @param targets {@code [N, D]}, float32 or float64; constants, read
   * @param weights one for each of the N examples
   * @param gradientOut {@code [N, D]}, dtype of the predictions, any strides; overwritten. It may
   *     be the predictions themselves
   * @return the loss
   */
  public static double into(
      INDArray predictions, INDArray targets, ExampleWeights weights, INDArray gradientOut) {
    Arrays2d.checkMatrix("predictions", predictions);
    Arrays2d.checkSameShape("targets", targets, predictions);
    double[] z = Arrays2d.read(targets);
    return RowLoss.sum(
        predictions,
        weights,
        gradientOut,
        (p, row, width, scale) -> {
          double dot = 0;
          double pSquares = 0;
          double zSquares = 0;
          for (int k = row; k < row + width; k++) {
            dot += p[k] * z[k];
            pSquares += p[k] * p[k];
            zSquares += z[k] * z[k];
          }
          double pNorm = Math.max(Math.sqrt(pSquares), EPSILON);
          double zNorm = Math.max(Math.sqrt(zSquares), EPSILON);
          double cosine = dot / pNorm / zNorm;
          // A norm below epsilon is a constant of the formula.
          double radial = pNorm > EPSILON ? cosine / pNorm : 0;
          for (int k = row; k < row + width; k++) {
            p[k] = -2 * scale / pNorm * (z[k] / zNorm - radial * p[k]);
          }
          return 2 - 2 * cosine;
        });
  }
}
