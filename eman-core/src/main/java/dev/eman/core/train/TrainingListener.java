package dev.eman.core.train;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.eval.EvaluationReport;

/**
 * Follows a training; every method does nothing unless overridden. One that throws ends the run.
 */
public interface TrainingListener {
  /**
   * One step.
   *
   * @param step how many are done, this one included
   * @param learningRate of this step
   * @param scalars losses and metrics by name
   * @param seconds that it took, waiting for data included
   * @param waited seconds of these that were spent waiting for data
   */
  record StepReport(
      long step,
      double learningRate,
      ImmutableMap<String, Double> scalars,
      double seconds,
      double waited) {}

  /** A step is done. */
  default void onStep(StepReport report) {}

  /** Student and teacher have been measured. */
  default void onEvaluation(EvaluationReport report) {}

  /**
   * A checkpoint is due: the state after {@code step} steps should be saved. Whoever keeps figures
   * of the run must have them on disk before the last listener, which saves, is called.
   */
  default void onCheckpoint(long step) {}
}
