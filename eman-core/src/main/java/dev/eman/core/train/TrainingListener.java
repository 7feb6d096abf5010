package dev.eman.core.train;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.eval.EvaluationReport;

/**
 * Observes a training run; every method does nothing unless overridden. An exception ends the run.
 */
public interface TrainingListener {
  /**
   * One step.
   *
   * @param step number of steps done, this one included
   * @param learningRate of this step
   * @param scalars losses and metrics by name
   * @param seconds duration of the step, including the wait for data
   * @param waited seconds spent waiting for data
   */
  record StepReport(
      long step,
      double learningRate,
      ImmutableMap<String, Double> scalars,
      double seconds,
      double waited) {}

  /** Called after each step. */
  default void onStep(StepReport report) {}

  /** Called after student and teacher have been evaluated. */
  default void onEvaluation(EvaluationReport report) {}

  /**
   * Called when the state after {@code step} steps should be saved. Listeners that record metrics
   * must bring them to disk here: the last listener saves the checkpoint, which refers to them.
   */
  default void onCheckpoint(long step) {}
}
