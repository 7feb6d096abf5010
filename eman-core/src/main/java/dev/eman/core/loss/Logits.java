package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Logits, moved. */
public final class Logits {
  private Logits() {}

  /**
   * Adds a bias for each class.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param bias {@code [K]}; read
   * @return {@code [N, K]}, dtype of the logits, newly allocated
   */
  public static INDArray biased(INDArray logits, double... bias) {
    Arrays2d.checkMatrix("logits", logits);
    checkArgument(
        bias.length == logits.size(1),
        "bias: expected [%s], got [%s]",
        logits.size(1),
        bias.length);
    double[] values = Arrays2d.read(logits);
    for (int i = 0; i < values.length; i++) {
      values[i] += bias[i % bias.length];
    }
    INDArray result = Arrays2d.allocateLike(logits);
    Arrays2d.write(values, result);
    return result;
  }
}
