package dev.eman.train.fit;

import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Carries out the runs of {@link Fit}: a program can show their progress, and stop them. */
public interface FitDriver {
  /** Trains without a word. */
  FitDriver SILENT =
      opening -> {
        try (TrainingRun run = opening.apply(new RunListener() {})) {
          return run.train() ? run.finish() : null;
        }
      };

  /** Called with each line on what was chosen and why, before the run is opened. */
  default void chosen(String line) {}

  /**
   * Opens a run, trains it, finishes it and closes it.
   *
   * @param opening opens it with a listener of the driver's
   * @return its results; null if it was stopped
   */
  @Nullable RunResult train(Function<? super RunListener, TrainingRun> opening);
}
