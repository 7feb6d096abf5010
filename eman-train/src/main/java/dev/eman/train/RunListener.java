package dev.eman.train;

import dev.eman.core.train.TrainingListener;
import java.nio.file.Path;

/** Follows a run: a listener that also learns where it starts. */
public interface RunListener extends TrainingListener {
  /**
   * A run that is about to train.
   *
   * @param folder of the run
   * @param done steps that it has done already, 0 for a new one
   * @param total steps in all
   */
  record RunStart(Path folder, long done, long total) {}

  /** All of the run has been opened, and nothing is written yet. One that throws ends it here. */
  default void onStart(RunStart start) {}
}
