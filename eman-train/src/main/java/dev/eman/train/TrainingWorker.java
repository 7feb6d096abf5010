package dev.eman.train;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of several workers that train a run together, of any rank but 0: that one is a {@link
 * TrainingRun}, which evaluates and writes the run's folder, while the others wait in the exchange.
 * Each trains its share of every batch, with the same options, data and checkpoint; this one writes
 * nothing.
 *
 * <pre>{@code
 * try (TrainingWorker worker = TrainingWorker.start(options, exchange)) {
 *   worker.train();
 * }
 * }</pre>
 *
 * <p>The batch of the options is that of all workers together, and so is the number of its parts
 * ({@code --accumulate}), which must be a multiple of the workers. So the options say what is
 * learnt, whoever computes it: one process resumes what several have begun, and the reverse. With
 * one part for each worker, and one thread each, results are the same to the last bit.
 */
public final class TrainingWorker implements AutoCloseable {
  private final RunState state;
  private final RunSteps steps;
  private final OpenResources open;

  private TrainingWorker(
      TrainingOptions options,
      @Nullable RunFiles files,
      @Nullable RunCheckpoint from,
      StepExchange exchange,
      List<TrainingListener> listeners,
      OpenResources open) {
    this.open = open;
    RunSteps.check(options.batch(), exchange.size());
    state = open.add(RunState.open(options, files, from), RunState::close);
    steps = open.add(new RunSteps(state, exchange), RunSteps::close);
    BatchPipeline batches = open.add(steps.batches(), BatchPipeline::close);
    steps.begin(steps.training(batches).listeners(listeners));
  }

  /**
   * A worker of a new run.
   *
   * @param options as rank 0 has them
   * @param exchange of a rank above 0; closed with the worker, also if this fails
   * @param listeners called in this order after each step, and for no evaluation
   * @throws dev.eman.core.EmanException if anything fails; then nothing is left open
   */
  public static TrainingWorker start(
      TrainingOptions options, StepExchange exchange, TrainingListener... listeners) {
    return open(
        exchange,
        open ->
            new TrainingWorker(
                OptionTexts.of(options).resolve(), null, null, exchange, List.of(listeners), open));
  }

  /**
   * A worker of a run that is resumed from its last checkpoint, or from its beginning if it has
   * none.
   *
   * @param folder of the run, or a copy with its configuration, its splits and its last checkpoint;
   *     read
   * @param changes options that override the run's own, as rank 0 has them; the places of data may
   *     differ
   * @param exchange of a rank above 0; closed with the worker, also if this fails
   * @param listeners called in this order after each step, and for no evaluation
   * @throws dev.eman.core.EmanException if anything fails; then nothing is left open
   */
  public static TrainingWorker resume(
      Path folder, OptionTexts changes, StepExchange exchange, TrainingListener... listeners) {
    return open(
        exchange,
        open -> {
          RunFiles files = new RunFiles(folder);
          return new TrainingWorker(
              ResumedOptions.read(files, changes).now(),
              files,
              RunCheckpoint.lastOf(files),
              exchange,
              List.of(listeners),
              open);
        });
  }

  private interface Opening {
    TrainingWorker with(OpenResources open);
  }

  private static TrainingWorker open(StepExchange exchange, Opening opening) {
    OpenResources open = new OpenResources();
    try {
      open.add(exchange, StepExchange::close);
      checkArgument(exchange.rank() > 0, "worker: expected a rank above 0, which is the run's own");
      return opening.with(open);
    } catch (Throwable e) {
      exchange.abort(String.valueOf(e.getMessage()));
      open.closeAfter(e);
      throw e;
    }
  }

  /**
   * Trains to the end, or to the step after which a worker was stopped.
   *
   * @return whether the end was reached
   * @throws dev.eman.core.EmanException if this or another worker fails
   */
  public boolean train() {
    return steps.run();
  }

  /** Stops all workers after the step that is under way, or the next one; from any thread. */
  public void stop() {
    steps.stop();
  }

  /** Data, networks and optimiser. */
  public RunState state() {
    return state;
  }

  /** Closes everything, the exchange too. */
  @Override
  public void close() {
    open.close();
  }
}
