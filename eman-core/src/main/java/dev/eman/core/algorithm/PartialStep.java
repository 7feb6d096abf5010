package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What some parts of a batch have come to, of a step that others have a share in: all that has to
 * travel between devices or machines.
 *
 * @param parts how many parts of the batch, at least 1
 * @param gradient {@code [n]}: the sum of the parts' gradients, in the order of {@link
 *     dev.eman.core.model.Student#parameters}
 * @param statistics {@code [m]}: the student's running statistics, the mean of where each part has
 *     moved them; empty for a network without
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

  /**
   * This one and the one of the parts that follow, in new arrays.
   *
   * @throws IllegalArgumentException if they are of different networks
   */
  public PartialStep plus(PartialStep next) {
    checkArgument(
        gradient.equalShapes(next.gradient) && statistics.equalShapes(next.statistics),
        "partial step: expected %s parameters and %s statistics, got %s and %s",
        gradient.length(),
        statistics.length(),
        next.gradient.length(),
        next.statistics.length());
    int all = parts + next.parts;
    INDArray mean =
        statistics.isEmpty()
            ? statistics
            : statistics.mul(parts).addi(next.statistics.mul(next.parts)).divi(all);
    return new PartialStep(
        all,
        gradient.add(next.gradient),
        mean,
        contributions.plus(next.contributions),
        scalars.plus(next.scalars));
  }
}
