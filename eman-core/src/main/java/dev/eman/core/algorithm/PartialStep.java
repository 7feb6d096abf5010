package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What some parts of a batch have come to, of a step that others have a share in: all that has to
 * travel between devices or machines. All of it are sums over the parts.
 *
 * @param parts how many parts of the batch, at least 1
 * @param gradient {@code [n]}: the sum of the parts' gradients, in the order of {@link
 *     dev.eman.core.model.Student#parameters}; empty if it travels apart
 * @param statistics {@code [m]}: the sum of where each part has moved the student's running
 *     statistics; empty for a network without
 * @param contributions to the algorithm's state
 * @param scalars of the losses
 */
public record PartialStep(
    int parts,
    INDArray gradient,
    INDArray statistics,
    Contributions contributions,
    StepScalars scalars) {
  /** Checks the number of parts. */
  public PartialStep {
    checkArgument(parts > 0, "parts: expected at least 1, got %s", parts);
  }

  /** All but the gradient, which is empty. */
  public PartialStep withoutGradient() {
    return withGradient(Nd4j.empty(gradient.dataType()));
  }

  /** The same with another gradient. */
  public PartialStep withGradient(INDArray other) {
    return new PartialStep(parts, other, statistics, contributions, scalars);
  }

  PartialStep withContributions(Contributions others) {
    return new PartialStep(parts, gradient, statistics, others, scalars);
  }

  /**
   * This one and the one of the parts that follow, in new arrays.
   *
   * @throws IllegalArgumentException if they are of different networks
   */
  public PartialStep plus(PartialStep next) {
    checkArgument(
        gradient.length() == next.gradient.length()
            && statistics.length() == next.statistics.length(),
        "partial step: expected %s parameters and %s statistics, got %s and %s",
        gradient.length(),
        statistics.length(),
        next.gradient.length(),
        next.statistics.length());
    return new PartialStep(
        parts + next.parts,
        sum(gradient, next.gradient),
        sum(statistics, next.statistics),
        contributions.plus(next.contributions),
        scalars.plus(next.scalars));
  }

  private static INDArray sum(INDArray a, INDArray b) {
    return a.isEmpty() ? a : a.add(b);
  }
}
