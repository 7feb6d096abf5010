package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kullback-Leibler divergence from target probabilities to the softmax of the logits: {@code klᵢ =
 * Σ_k q_ik (log q_ik − log softmax(xᵢ)_k)}, where {@code 0 log 0 = 0}. Without weights the result
 * is the mean over the examples, PyTorch's {@code F.kl_div} with {@code reduction="batchmean"}.
 *
 * <p>The gradient is that of {@link SoftmaxCrossEntropy}: the targets are constants.
 */
public final class SoftmaxKlDivergence {
  private SoftmaxKlDivergence() {}

  /**
   * The mean divergence.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]} probabilities, float32 or float64; constants, read
   */
  public static LossValue of(INDArray logits, INDArray targets) {
    return of(logits, targets, ExampleWeights.uniform());
  }

  /**
   * The weighted divergence.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]} probabilities, float32 or float64; constants, read
   * @param weights one for each of the N examples
   */
  public static LossValue of(INDArray logits, INDArray targets, ExampleWeights weights) {
    Arrays2d.checkMatrix("logits", logits);
    INDArray gradient = Arrays2d.allocateLike(logits);
    return new LossValue(into(logits, targets, weights, gradient), gradient);
  }

  /**
   * The weighted divergence, the gradient in the caller's array.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]} probabilities, float32 or float64; constants, read
   * @param weights one for each of the N examples
   * @param gradientOut {@code [N, K]}, dtype of the logits, any strides; overwritten. It may be the
   *     logits themselves
   * @return the loss
   */
  public static double into(
      INDArray logits, INDArray targets, ExampleWeights weights, INDArray gradientOut) {
    Arrays2d.checkMatrix("logits", logits);
    Arrays2d.checkSameShape("targets", targets, logits);
    double[] q = Arrays2d.read(targets);
    return RowLoss.sum(
        logits,
        weights,
        gradientOut,
        (values, row, classes, scale) ->
            SoftmaxCrossEntropy.againstTargets(values, q, row, classes, scale)
                - entropy(q, row, classes));
  }

  private static double entropy(double[] q, int row, int classes) {
    double entropy = 0;
    for (int k = row; k < row + classes; k++) {
      if (q[k] != 0) {
        entropy -= q[k] * Math.log(q[k]);
      }
    }
    return entropy;
  }
}
