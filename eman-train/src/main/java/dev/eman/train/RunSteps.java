package dev.eman.train;

import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.DataParallel;
import dev.eman.core.algorithm.ExchangedStep;
import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.algorithm.TrainingStep;
import dev.eman.core.nn.SingleValueException;
import dev.eman.core.train.Trainer;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.options.BatchOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a run trains and stops: alone, over devices, or as one of several workers, each of which has
 * some of the parts of every batch.
 */
final class RunSteps implements AutoCloseable {
  private final RunState state;
  private final @Nullable StepExchange exchange;
  private final @Nullable DataParallel devices;
  private final @Nullable ExchangedStep exchanged;
  private final TrainingStep step;
  private @Nullable Trainer trainer;

  /**
   * The steps of a run.
   *
   * @param exchange with the other workers, not closed; null without others
   */
  RunSteps(RunState state, @Nullable StepExchange exchange) {
    this.state = state;
    this.exchange = exchange;
    BatchOptions batch = state.options().batch();
    if (exchange != null) {
      check(batch, exchange.size());
      devices = null;
      exchanged =
          new ExchangedStep(
              state.algorithm(),
              exchange,
              batch.parts() / exchange.size(),
              SharedRun.common(state),
              this::stopTrainer);
      step = exchanged;
    } else if (batch.devices() > 1) {
      devices = devices();
      exchanged = null;
      step = devices;
    } else {
      devices = null;
      exchanged = null;
      step = (images, rate) -> state.algorithm().step(images, batch.accumulate(), rate);
    }
  }

  /**
   * Checks that workers can share a batch.
   *
   * @throws UsageException if they cannot
   */
  static void check(BatchOptions batch, int workers) {
    if (batch.devices() != 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--devices: expected 1 where %d workers share a run, as each has one device, got %d",
              workers,
              batch.devices()));
    }
    if (batch.accumulate() % workers != 0) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--accumulate: expected a multiple of %d, as each of %d workers takes as many parts"
                  + " of a batch, got %d",
              workers,
              workers,
              batch.accumulate()));
    }
  }

  private DataParallel devices() {
    try {
      return new DataParallel(
          state.algorithm(),
          state.options().batch().devices(),
          state.options().batch().accumulate(),
          () -> state.newAlgorithm(null));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--devices: " + e.getMessage(), e);
    }
  }

  /** The batches from this step on, or this worker's share of each; close them after use. */
  BatchPipeline batches() {
    return exchange == null ? state.training() : state.training(exchange.rank(), exchange.size());
  }

  /** A trainer over these batches, with the run's schedule, length and seed. */
  Trainer.Builder training(BatchPipeline batches) {
    return Trainer.builder(state.algorithm(), batches)
        .schedule(state.plan().schedule())
        .steps(state.plan().trained())
        .seed(state.options().seed())
        .step(step);
  }

  /** Takes the trainer that {@link #run} runs. */
  void begin(Trainer.Builder training) {
    trainer = training.build();
  }

  /**
   * See {@link Trainer#run}. The other workers hear of a failure.
   *
   * @throws UsageException if a normalisation has one value per channel
   */
  boolean run() {
    try {
      return runTrainer();
    } catch (RuntimeException | Error e) {
      if (exchange != null && state.algorithm().steps() < state.plan().trained()) {
        exchange.abort(String.valueOf(e.getMessage())); // Elsewhere the last step may be under way.
      }
      throw e;
    }
  }

  private boolean runTrainer() {
    try {
      return trainer().run();
    } catch (SingleValueException e) {
      throw new UsageException(
          e.getMessage()
              + "; train with a larger --batch, fewer parts of it (--accumulate, --devices), or"
              + " larger images (--size)",
          e);
    }
  }

  /**
   * Ends the run after the current step; with other workers, after the next one if its passes are
   * over. From any thread.
   */
  void stop() {
    if (exchanged == null) {
      stopTrainer();
    } else {
      exchanged.requestStop();
    }
  }

  private void stopTrainer() {
    trainer().stop();
  }

  private Trainer trainer() {
    checkState(trainer != null, "the trainer has not been made");
    return trainer;
  }

  @Override
  public void close() {
    if (devices != null) {
      devices.close();
    }
  }
}
