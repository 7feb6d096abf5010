package dev.eman.train;

import dev.eman.core.train.TrainingListener;
import java.nio.file.Path;

/** A training listener that is also called before the run starts. */
public interface RunListener extends TrainingListener {
  /**
   * A run that is about to start.
   *
   * @param folder of the run
   * @param done number of completed steps, 0 for a new run
   * @param total number of steps in all
   */
  record RunStart(Path folder, long done, long total) {}

  /**
   * Called when the whole run has been opened and nothing has been written. An exception aborts the
   * start.
   */
  default void onStart(RunStart start) {}

  /**
   * Called when a checkpoint, and all that belongs to it, is in the run's folder: after {@link
   * #onCheckpoint} of all listeners. An exception ends the run.
   *
   * @param step of the checkpoint
   */
  default void onSaved(long step) {}
}
