package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Probabilities from logits, {@code p_k = exp(x_k / T) / Σ_j exp(x_j / T)}, and their sharpening.
 */
public final class Softmax {
  private Softmax() {}

  /**
   * The softmax of every row at temperature 1.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @return {@code [N, K]} probabilities, dtype of the logits, newly allocated; a row with a logit
   *     that is not finite is all NaN
   */
  public static INDArray of(INDArray logits) {
    return of(logits, 1);
  }

  /**
   * The softmax of every row.
   *
   * @param logits {@code [N, K]}, float32 or float64; read
   * @param temperature T above 0; below 1 makes the probabilities more certain
   * @return {@code [N, K]} probabilities, dtype of the logits, newly allocated; a row with a logit
   *     that is not finite is all NaN
   */
  public static INDArray of(INDArray logits, double temperature) {
    Arrays2d.checkMatrix("logits", logits);
    checkTemperature(temperature);
    return Arrays2d.mapRows(
        logits, (values, count, classes) -> softmaxRows(values, count, classes, temperature));
  }

  /**
   * Replaces every row by its softmax, for matrices of which no copies should be made. Sums are
   * taken in float64, so that long rows of float32 sum to 1 within 1e-6 as well.
   *
   * @param logits {@code [N, K]}, float32 or float64, c order, adjacent elements; overwritten by
   *     the probabilities; a row with a NaN becomes all NaN
   * @return {@code [N]}: the largest probability of each row
   */
  public static double[] ofInPlace(INDArray logits) {
    Arrays2d.checkMatrix("logits", logits);
    Arrays2d.checkDense("logits", logits);
    Nd4j.exec(new SoftMax(logits, logits, -1));
    return RowSums.divideInPlace(logits);
  }

  /**
   * Raises probabilities to the power {@code 1 / T} and normalises them: {@code p_k^(1/T) / Σ_j
   * p_j^(1/T)} (MixMatch, Berthelot et al. 2019, equation 7).
   *
   * @param probabilities {@code [N, K]}, float32 or float64, at least 0, a positive one in each
   *     row; read
   * @param temperature T above 0; below 1 makes the probabilities more certain
   * @return {@code [N, K]} probabilities, dtype of the input, newly allocated; a row with a number
   *     that is negative or not finite, or with nothing but zeros, is all NaN
   */
  public static INDArray sharpen(INDArray probabilities, double temperature) {
    Arrays2d.checkMatrix("probabilities", probabilities);
    checkTemperature(temperature);
    return Arrays2d.mapRows(
        probabilities,
        (values, count, classes) -> {
          for (int row = 0; row < count; row += classes) {
            sharpenRow(values, row, classes, temperature);
          }
        });
  }

  /**
   * Replaces one row by the logarithm of its softmax; all NaN if an element is not finite.
   *
   * @param values rows of {@code classes} elements; mutated
   * @param row the index of the row's first element
   */
  static void logSoftmaxInPlace(double[] values, int row, int classes) {
    double greatest = Double.NEGATIVE_INFINITY;
    boolean finite = true;
    for (int k = row; k < row + classes; k++) {
      greatest = Math.max(greatest, values[k]);
      finite &= Double.isFinite(values[k]);
    }
    double sum = 0;
    for (int k = row; k < row + classes; k++) {
      sum += Math.exp(values[k] - greatest);
    }
    double logSum = finite ? Math.log(sum) : Double.NaN;
    for (int k = row; k < row + classes; k++) {
      values[k] = values[k] - greatest - logSum;
    }
  }

  private static void softmaxRows(double[] values, int count, int classes, double temperature) {
    for (int i = 0; i < count; i++) {
      values[i] /= temperature;
    }
    for (int row = 0; row < count; row += classes) {
      logSoftmaxInPlace(values, row, classes);
    }
    for (int i = 0; i < count; i++) {
      values[i] = Math.exp(values[i]);
    }
  }

  private static void sharpenRow(double[] values, int row, int classes, double temperature) {
    // Divided by the greatest first: small probabilities to a high power would vanish together.
    double greatest = 0;
    for (int k = row; k < row + classes; k++) {
      greatest = values[k] >= 0 ? Math.max(greatest, values[k]) : Double.NaN;
    }
    double sum = 0;
    for (int k = row; k < row + classes; k++) {
      values[k] = Math.pow(values[k] / greatest, 1 / temperature);
      sum += values[k];
    }
    for (int k = row; k < row + classes; k++) {
      values[k] /= sum;
    }
  }

  private static void checkTemperature(double temperature) {
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature: expected above 0, got %s",
        temperature);
  }
}
