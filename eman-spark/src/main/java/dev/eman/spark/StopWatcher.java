package dev.eman.spark;

import dev.eman.core.train.TrainingListener;
import dev.eman.train.TrainingRun;
import java.time.Duration;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** Ends a run where the driver asks for it, or somebody on Spark's page. */
final class StopWatcher implements TrainingListener {
  private static final long PERIOD = Duration.ofSeconds(1).toNanos();

  private final TaskContext task;
  private final RunPlace place;
  private @Nullable TrainingRun run;
  private long looked = System.nanoTime();

  StopWatcher(TaskContext task, RunPlace place) {
    this.task = task;
    this.place = place;
  }

  void watch(TrainingRun opened) {
    run = opened;
  }

  @Override
  public void onStep(StepReport report) {
    long now = System.nanoTime();
    if (run == null || now - looked < PERIOD) {
      return;
    }
    looked = now;
    if (task.isInterrupted() || place.isStopRequested()) {
      run.stop();
    }
  }
}
