package dev.eman.spark;

import dev.eman.train.TrainingRun;
import java.io.PrintWriter;
import java.util.function.Consumer;

/** Trains, evaluates and writes results, and says little. */
final class PlainLeader implements RunLeader {
  private static final long serialVersionUID = 1;

  @Override
  public boolean lead(Opening opening, Consumer<TrainingRun> opened, PrintWriter out) {
    try (TrainingRun run = opening.open()) {
      opened.accept(run);
      if (!run.train()) {
        return false;
      }
      run.finish();
      return true;
    }
  }
}
