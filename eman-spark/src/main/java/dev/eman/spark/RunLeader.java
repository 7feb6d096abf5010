package dev.eman.spark;

import dev.eman.core.train.TrainingListener;
import dev.eman.train.TrainingRun;
import java.io.PrintWriter;
import java.io.Serializable;
import java.util.function.Consumer;

/**
 * What the worker of rank 0 does with a run beyond its steps: shows progress, evaluates, writes
 * results. Serializable, since it is chosen on the driver.
 */
@FunctionalInterface
public interface RunLeader extends Serializable {
  /** Opens the run with these listeners, or with others before them. */
  @FunctionalInterface
  interface Opening {
    /** Opens; called once. */
    TrainingRun open(TrainingListener... listeners);
  }

  /**
   * Leads a run to its end, or until it is stopped.
   *
   * @param opening opens the run
   * @param opened to be called with it, before it is trained
   * @param out its lines are shown on the driver
   * @return whether the run has reached its end
   */
  boolean lead(Opening opening, Consumer<TrainingRun> opened, PrintWriter out);
}
