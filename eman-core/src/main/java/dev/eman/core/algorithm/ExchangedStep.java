package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.data.Batch;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * One worker's side of training on several: each has an algorithm in the same state and an equal
 * share of every batch, and after each step they are in the same state again. The gradients are
 * summed by a {@link StepExchange} while the backward pass still runs, and the algorithm's state
 * changes by what all workers have contributed. With one part each, workers that compute with one
 * thread come to the very bits of one worker that does the whole batch in as many parts ({@link
 * StudentTeacherAlgorithm#step(Batch, int, double)}).
 *
 * <p>Before the first step the workers compare what they start from. Where a step fails, here or on
 * another worker, the exchange is over for all of them.
 */
public final class ExchangedStep implements TrainingStep {
  private final StudentTeacherAlgorithm algorithm;
  private final StepExchange exchange;
  private final int partsEach;
  private final WorkerRows rows;
  private final Runnable stop;
  private volatile boolean stopRequested;
  private boolean compared;

  /**
   * A worker's steps.
   *
   * @param exchange with the other workers; {@linkplain StepExchange#abort aborted} where a step
   *     fails, not closed
   * @param partsEach parts of its share that each worker takes one after the other, at least 1
   * @param common what must be the same on all workers beside the networks, such as the
   *     configuration and the data's fingerprint
   * @param stop called on every worker at the end of the same step, after {@link #requestStop} on
   *     any of them
   */
  public ExchangedStep(
      StudentTeacherAlgorithm algorithm,
      StepExchange exchange,
      int partsEach,
      String common,
      Runnable stop) {
    checkArgument(partsEach > 0, "parts: expected at least 1, got %s", partsEach);
    checkArgument(
        algorithm.student().parameters().dataType() == DataType.FLOAT,
        "exchange: expected a network of float32, got %s",
        algorithm.student().parameters().dataType());
    this.algorithm = algorithm;
    this.exchange = exchange;
    this.partsEach = partsEach;
    this.rows = new WorkerRows(algorithm, partsEach, common);
    this.stop = stop;
  }

  /**
   * Asks all workers to stop after the step that is under way, or after the next one if its passes
   * are over; from any thread.
   */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * One step, which returns when all workers have done their passes.
   *
   * @param share of this worker: its labelled and its unlabelled images must each divide into the
   *     parts
   * @return the means over the parts of all workers
   * @throws dev.eman.core.EmanException if another worker has failed, has vanished, or has started
   *     from something else
   */
  @Override
  public ImmutableMap<String, Double> run(Batch share, double learningRate) {
    try {
      List<Batch> parts = share.split(partsEach);
      if (!compared) {
        rows.compare(exchange);
        compared = true;
      }
      return run(share, parts, learningRate);
    } catch (RuntimeException | Error e) {
      exchange.abort(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private ImmutableMap<String, Double> run(Batch share, List<Batch> parts, double learningRate) {
    GradientStep step =
        GradientStep.begin(
            algorithm, share, partsEach * exchange.size(), partsEach * exchange.rank());
    try {
      exchange.begin(step.gradient());
      parts.subList(0, partsEach - 1).forEach(step::add);
      step.addLast(parts.get(partsEach - 1), exchange::ready);
      PartialStep whole = exchange.finish(rows.addTo(step.partial(), stopRequested));
      step.replace(WorkerRows.removeFrom(whole));
      ImmutableMap<String, Double> scalars = step.finish(learningRate);
      if (rows.stopRequested(whole)) {
        stop.run();
      }
      return scalars;
    } finally {
      step.discard(); // If it is not finished.
    }
  }
}
