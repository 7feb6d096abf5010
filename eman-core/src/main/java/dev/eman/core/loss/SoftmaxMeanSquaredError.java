package dev.eman.core.loss;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Squared distance between the softmax of the logits and target probabilities, the consistency loss
 * of Mean Teacher (Tarvainen and Valpola 2017): {@code mseᵢ = (1/K) Σ_k (softmax(xᵢ)_k − q_ik)²}.
 * Without weights the result is the mean over examples and classes, PyTorch's {@code F.mse_loss} of
 * the two probabilities.
 *
 * <p>With {@code p = softmax(xᵢ)} and {@code d = p − qᵢ} the gradient is {@code 2 wᵢ p_k (d_k − Σ_j
 * p_j d_j) / (K divisor)}; the targets are constants.
 */
public final class SoftmaxMeanSquaredError {
  private SoftmaxMeanSquaredError() {}

  /**
   * The mean squared error.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]} probabilities, float32 or float64; constants, read
   */
  public static LossValue of(INDArray logits, INDArray targets) {
    return of(logits, targets, ExampleWeights.uniform());
  }

  /**
   * The weighted squared error.
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
   * The weighted squared error, the gradient in the caller's array.
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
        (values, row, classes, scale) -> {
          Softmax.logSoftmaxInPlace(values, row, classes);
          double squares = 0;
          double tilt = 0;
          for (int k = row; k < row + classes; k++) {
            values[k] = Math.exp(values[k]);
            double difference = values[k] - q[k];
            squares += difference * difference;
            tilt += values[k] * difference;
          }
          double factor = 2 * scale / classes;
          for (int k = row; k < row + classes; k++) {
            values[k] = factor * values[k] * (values[k] - q[k] - tilt);
          }
          return squares / classes;
        });
  }
}
