package dev.eman.spark;

import dev.eman.core.EmanException;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.TrainingRun;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a run where the driver asks for it, or somebody on Spark's page. */
final class StopWatcher implements TrainingListener {
  private static final long PERIOD = Duration.ofSeconds(1).toNanos();

  private static final Logger LOG = LoggerFactory.getLogger(StopWatcher.class);

  private final BooleanSupplier requested;
  private @Nullable TrainingRun run;
  private long looked = System.nanoTime();
  private boolean warned;

  /**
   * Watches nothing yet.
   *
   * @param requested asked once a second; where it fails, nothing was requested
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
    if (isRequested()) {
      run.stop();
    }
  }

  /** A run need not end because a file system did not answer once; one that saves will say so. */
  private boolean isRequested() {
    try {
      return requested.getAsBoolean();
    } catch (EmanException e) {
      if (!warned) {
        warned = true;
        LOG.warn("{}; the run goes on", e.getMessage());
      }
      return false;
    }
  }
}
