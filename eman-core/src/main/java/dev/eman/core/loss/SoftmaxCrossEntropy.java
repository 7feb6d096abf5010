package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Cross-entropy of the softmax of the logits against labels or target probabilities: {@code ceᵢ =
 * −Σ_k q_ik log softmax(xᵢ)_k}, with {@code q} one-hot for labels. Without weights the result is
 * the mean over the examples, as PyTorch's {@code F.cross_entropy}; see {@link ExampleWeights} for
 * masks and other divisors.
 *
 * <p>The gradient is {@code wᵢ (softmax(xᵢ) Σ_k q_ik − qᵢ) / divisor}; targets are constants.
 */
public final class SoftmaxCrossEntropy {
  private SoftmaxCrossEntropy() {}

  /**
   * Mean cross-entropy against labels.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, each in [0, K); read
   */
  public static LossValue withLabels(INDArray logits, int[] labels) {
    return withLabels(logits, labels, ExampleWeights.uniform());
  }

  /**
   * Weighted cross-entropy against labels.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, each in [0, K); read
   * @param weights one for each of the N examples
   */
  public static LossValue withLabels(INDArray logits, int[] labels, ExampleWeights weights) {
    Arrays2d.checkMatrix("logits", logits);
    INDArray gradient = Arrays2d.allocateLike(logits);
    return new LossValue(withLabelsInto(logits, labels, weights, gradient), gradient);
  }

  /**
   * Mean cross-entropy against labels.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, an integer dtype, each in [0, K); read
   */
  public static LossValue withLabels(INDArray logits, INDArray labels) {
    return withLabels(logits, toInts(labels));
  }

  /**
   * Weighted cross-entropy against labels.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, an integer dtype, each in [0, K); read
   * @param weights one for each of the N examples
   */
  public static LossValue withLabels(INDArray logits, INDArray labels, ExampleWeights weights) {
    return withLabels(logits, toInts(labels), weights);
  }

  /**
   * Weighted cross-entropy against labels, the gradient in the caller's array.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, each in [0, K); read
   * @param weights one for each of the N examples
   * @param gradientOut {@code [N, K]}, dtype of the logits, any strides; overwritten. It may be the
   *     logits themselves
   * @return the loss
   */
  public static double withLabelsInto(
      INDArray logits, int[] labels, ExampleWeights weights, INDArray gradientOut) {
    Arrays2d.checkMatrix("logits", logits);
    checkLabels(labels, logits);
    return RowLoss.sum(
        logits,
        weights,
        gradientOut,
        (values, row, classes, scale) -> {
          Softmax.logSoftmaxInPlace(values, row, classes);
          int target = row + labels[row / classes];
          double loss = -values[target];
          for (int k = row; k < row + classes; k++) {
            values[k] = scale * Math.exp(values[k]);
          }
          values[target] -= scale;
          return loss;
        });
  }

  /**
   * Weighted cross-entropy against labels, the gradient in the caller's array.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param labels {@code [N]}, an integer dtype, each in [0, K); read
   * @param weights one for each of the N examples
   * @param gradientOut {@code [N, K]}, dtype of the logits, any strides; overwritten. It may be the
   *     logits themselves
   * @return the loss
   */
  public static double withLabelsInto(
      INDArray logits, INDArray labels, ExampleWeights weights, INDArray gradientOut) {
    return withLabelsInto(logits, toInts(labels), weights, gradientOut);
  }

  /**
   * Mean cross-entropy against target probabilities.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]}, float32 or float64, at least 0; constants, read
   */
  public static LossValue withTargets(INDArray logits, INDArray targets) {
    return withTargets(logits, targets, ExampleWeights.uniform());
  }

  /**
   * Weighted cross-entropy against target probabilities.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]}, float32 or float64, at least 0; constants, read
   * @param weights one for each of the N examples
   */
  public static LossValue withTargets(INDArray logits, INDArray targets, ExampleWeights weights) {
    Arrays2d.checkMatrix("logits", logits);
    INDArray gradient = Arrays2d.allocateLike(logits);
    return new LossValue(withTargetsInto(logits, targets, weights, gradient), gradient);
  }

  /**
   * Weighted cross-entropy against target probabilities, the gradient in the caller's array.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param targets {@code [N, K]}, float32 or float64, at least 0; constants, read
   * @param weights one for each of the N examples
   * @param gradientOut {@code [N, K]}, dtype of the logits, any strides; overwritten. It may be the
   *     logits themselves
   * @return the loss
   */
  public static double withTargetsInto(
      INDArray logits, INDArray targets, ExampleWeights weights, INDArray gradientOut) {
    Arrays2d.checkMatrix("logits", logits);
    Arrays2d.checkSameShape("targets", targets, logits);
    double[] q = Arrays2d.read(targets);
    return RowLoss.sum(
        logits,
        weights,
        gradientOut,
        (values, row, classes, scale) -> againstTargets(values, q, row, classes, scale));
  }

  /** {@link RowLoss} of the cross-entropy against the same row of {@code q}. */
  static double againstTargets(double[] values, double[] q, int row, int classes, double scale) {
    Softmax.logSoftmaxInPlace(values, row, classes);
    double loss = 0;
    double mass = 0;
    for (int k = row; k < row + classes; k++) {
      loss -= q[k] * values[k];
      mass += q[k];
    }
    for (int k = row; k < row + classes; k++) {
      values[k] = scale * (mass * Math.exp(values[k]) - q[k]);
    }
    return loss;
  }

  private static int[] toInts(INDArray labels) {
    checkArgument(
        labels.rank() == 1 && labels.dataType().isIntType(),
        "labels: expected [N] of an integer dtype, got %s of %s",
        Arrays2d.describeShape(labels),
        labels.dataType());
    return labels.toIntVector();
  }

  private static void checkLabels(int[] labels, INDArray logits) {
    checkArgument(
        labels.length == logits.size(0),
        "labels: expected [%s], got [%s]",
        logits.size(0),
        labels.length);
    for (int i = 0; i < labels.length; i++) {
      checkArgument(
          labels[i] >= 0 && labels[i] < logits.size(1),
          "labels[%s]: expected [0, %s), got %s",
          i,
          logits.size(1),
          labels[i]);
    }
  }
}
