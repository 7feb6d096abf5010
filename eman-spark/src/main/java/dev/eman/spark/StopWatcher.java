package dev.eman.spark;

import dev.eman.core.train.TrainingListener;
import dev.eman.train.TrainingRun;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Ends a run where the driver asks for it, or somebody on Spark's page. */
final class StopWatcher implements TrainingListener {
  private static final long PERIOD = Duration.ofSeconds(1).toNanos();

  private final BooleanSupplier requested;
  private @Nullable TrainingRun run;
  private long looked = System.nanoTime();

  /**
   * Watches nothing yet.
   *
   * @param requested asked once a second
   */
  StopWatcher(BooleanSupplier requested) {
    this.requested = requested;
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
    if (requested.getAsBoolean()) {
      run.stop();
    }
  }
}
