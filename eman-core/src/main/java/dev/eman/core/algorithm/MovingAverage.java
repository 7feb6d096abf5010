package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A vector's moving average over the steps, {@code a ← m a + (1 − m) v}, that a rule uses within
 * the step already: with the value of the batch, or of the part of it that passes through the
 * networks. It moves once a step, by the mean over all parts, so that every part starts from the
 * same.
 *
 * <p>In an algorithm, {@link #including} belongs in the loss, {@link #update} in {@link
 * StudentTeacherAlgorithm#afterStep}, and {@link #array} in {@link StudentTeacherAlgorithm#state}.
 */
public final class MovingAverage {
  private final String name;
  private final double momentum;
  private final INDArray average;
  private final boolean takesFirst;

  private MovingAverage(String name, double momentum, double[] start, boolean takesFirst) {
    checkArgument(
        momentum >= 0 && momentum <= 1, "%s momentum: expected [0, 1], got %s", name, momentum);
    this.name = name;
    this.momentum = momentum;
    this.average = Nd4j.createFromArray(start);
    this.takesFirst = takesFirst;
  }

  /**
   * An average that starts somewhere.
   *
   * @param name of what is contributed
   * @param momentum m in [0, 1]
   * @param start {@code [n]}; copied
   */
  public static MovingAverage from(String name, double momentum, double... start) {
    return new MovingAverage(name, momentum, start, false);
  }

  /** An average of probabilities that starts with all equal. */
  public static MovingAverage fromUniform(String name, double momentum, int classes) {
    double[] start = new double[classes];
    Arrays.fill(start, 1.0 / classes);
    return from(name, momentum, start);
  }

  /**
   * An average of probabilities that starts with the first batch's; all zero before.
   *
   * @param name of what is contributed
   * @param momentum m in [0, 1]
   */
  public static MovingAverage fromFirst(String name, double momentum, int classes) {
    return new MovingAverage(name, momentum, new double[classes], true);
  }

  /**
   * The average with this part's value, which is contributed to the step's.
   *
   * @param value {@code [n]}; read
   * @return {@code [n]}; a new array
   */
  public double[] including(StepContext context, double... value) {
    context.contribute(name, Reduction.MEAN, Nd4j.createFromArray(value));
    return moved(value);
  }

  /** Moves by what all parts have contributed. */
  public void update(Contributions contributions) {
    average.assign(Nd4j.createFromArray(moved(contributions.get(name).toDoubleVector())));
  }

  private double[] moved(double[] value) {
    double[] moved = values();
    if (takesFirst && Arrays.stream(moved).allMatch(a -> a == 0)) {
      return value.clone();
    }
    Arrays.setAll(moved, i -> momentum * moved[i] + (1 - momentum) * value[i]);
    return moved;
  }

  /** The average before this step {@code [n]}; a new array. */
  public double[] values() {
    return average.toDoubleVector();
  }

  /** The average's own memory {@code [n]}, float64, for checkpoints. */
  public INDArray array() {
    return average;
  }
}
