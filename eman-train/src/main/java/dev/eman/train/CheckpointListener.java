package dev.eman.train;

import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.metrics.History;
import java.nio.file.Files;
import java.util.Map;

/** Saves the last, the best and every N-th checkpoint. Must come after all other listeners. */
final class CheckpointListener implements TrainingListener {
  private final RunFiles files;
  private final StudentTeacherAlgorithm algorithm;
  private final BatchSource batches;
  private final History history;
  private final Map<String, String> facts;
  private final long keepEvery;

  /** The step of the last checkpoint; -1 while there is none. */
  private long saved;

  /**
   * Creates a listener, which must be the run's last.
   *
   * @param history stored in each checkpoint
   * @param facts stored in every checkpoint: configuration, versions, data fingerprint
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
    this.saved = Files.exists(files.last()) ? algorithm.steps() : -1; // Where a run is resumed.
  }

  /** The step of the last checkpoint; -1 while there is none. */
  long saved() {
    return saved;
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    if (history.add(report)) {
      try {
        Checkpoint.write(files.best(), algorithm, batches.position(), metadata());
      } catch (Throwable e) {
        history.removeLast(); // A resumed run makes the evaluation up, and with it this file.
        throw e;
      }
    }
  }

  /** Writes the last checkpoint alone: the present state, with these facts. */
  void saveLast() {
    Checkpoint.write(files.last(), algorithm, batches.position(), metadata());
    saved = algorithm.steps();
  }

  @Override
  public void onCheckpoint(long step) {
    saveLast();
    if (keepEvery > 0 && step % keepEvery == 0) {
      Checkpoint.write(files.atStep(step), algorithm, batches.position(), metadata());
    }
  }

  private Map<String, String> metadata() {
    return RunFacts.metadata(facts, history);
  }
}
