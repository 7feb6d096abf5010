package dev.eman.train;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.metrics.History;
import java.util.Map;

/** Saves the last, the best and every N-th checkpoint. The last of the listeners. */
final class CheckpointListener implements TrainingListener {
  private final RunFiles files;
  private final StudentTeacherAlgorithm algorithm;
  private final BatchSource batches;
  private final History history;
  private final Map<String, String> facts;
  private final long keepEvery;

  /**
   * A listener, to be the last of the run's.
   *
   * @param history read at each checkpoint, which keeps it
   * @param facts that every checkpoint keeps: configuration, versions, the data's fingerprint
   */
  CheckpointListener(
      RunFiles files,
      StudentTeacherAlgorithm algorithm,
      BatchSource batches,
      History history,
      Map<String, String> facts,
      long keepEvery) {
    this.files = files;
    this.algorithm = algorithm;
    this.batches = batches;
    this.history = history;
    this.facts = facts;
    this.keepEvery = keepEvery;
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    if (history.add(report)) {
      Checkpoint.write(files.best(), algorithm, batches.position(), metadata());
    }
  }

  @Override
  public void onCheckpoint(long step) {
    Checkpoint.write(files.last(), algorithm, batches.position(), metadata());
    if (keepEvery > 0 && step % keepEvery == 0) {
      Checkpoint.write(files.atStep(step), algorithm, batches.position(), metadata());
    }
  }

  private Map<String, String> metadata() {
    return RunCheckpoint.metadata(facts, history);
  }
}
