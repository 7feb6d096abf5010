package dev.eman.weights.onnx;

import dev.eman.core.EmanException;
import java.util.Arrays;
import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The comparison of a model's outputs with those of the network that it was made of.
 *
 * @param images how many were compared
 * @param largestDifference of two outputs
 * @param tolerance that it stayed within
 */
public record OnnxCheck(int images, double largestDifference, double tolerance) {
  /** The largest difference allowed where no output is above 1 in magnitude; scaled above it. */
  public static final double TOLERANCE = 1e-4;

  /**
   * Compares outputs.
   *
   * @param expected {@code [N, K]}, of the network
   * @param found {@code [N, K]}, of the model
   * @param what was run, for the message
   * @throws EmanException if shapes differ, an output is not finite, or a difference is above
   *     {@link #TOLERANCE} times the largest output's magnitude, if that is above 1
   */
  public static OnnxCheck of(INDArray expected, INDArray found, String what) {
    if (!Arrays.equals(expected.shape(), found.shape())) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected outputs %s, found %s",
              what,
              Arrays.toString(expected.shape()),
              Arrays.toString(found.shape())));
    }
    float[] ours = expected.dup('c').data().asFloat();
    float[] theirs = found.dup('c').data().asFloat();
    double largest = 0;
    double magnitude = 1;
    for (int i = 0; i < ours.length; i++) {
      double difference = Math.abs((double) ours[i] - theirs[i]);
      if (Double.isNaN(difference) || difference > largest) {
        largest = difference;
      }
      if (Double.isNaN(largest)) {
        break;
      }
      magnitude = Math.max(magnitude, Math.abs(ours[i]));
    }
    double tolerance = TOLERANCE * magnitude;
    if (!(largest <= tolerance)) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected our network's outputs within %.1e, found a difference of %.1e",
              what,
              tolerance,
              largest));
    }
    return new OnnxCheck((int) expected.size(0), largest, tolerance);
  }

  /** Two comparisons as one. */
  public OnnxCheck and(OnnxCheck other) {
    return new OnnxCheck(
        images + other.images,
        Math.max(largestDifference, other.largestDifference),
        Math.max(tolerance, other.tolerance));
  }
}
