package dev.eman.train;

import static com.google.common.base.Preconditions.checkState;

import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.core.train.Trainer;
import dev.eman.core.train.TrainingListener;
import dev.eman.core.train.TrainingListener.StepReport;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.options.TrainingOptions;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first steps of a run, to measure them: with its data, augmentation, networks and optimiser,
 * perhaps at other learning rates. Nothing is evaluated, and no file is written.
 */
public final class TrialSteps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrialSteps.class);

  private final RunState state;
  private final RunSteps steps;
  private final BatchPipeline batches;
  private final OpenResources open;
  private boolean trained;

  private TrialSteps(TrainingOptions options, OpenResources open) {
    this.open = open;
    state = open.add(RunState.open(options, null, null), RunState::close);
    steps = open.add(new RunSteps(state, null), RunSteps::close);
    batches = open.add(steps.batches(), BatchPipeline::close);
  }

  /**
   * Opens data and networks.
   *
   * @throws dev.eman.core.EmanException if anything fails; then nothing is left open
   */
  public static TrialSteps open(TrainingOptions options) {
    OpenResources open = new OpenResources();
    try {
      return new TrialSteps(options, open);
    } catch (Throwable e) {
      open.closeAfter(e);
      throw e;
    }
  }

  /** Data and networks. */
  public RunState state() {
    return state;
  }

  /**
   * Trains; once.
   *
   * @param rates in place of the run's own
   * @param most steps, at least 1
   * @param next called after each step; whether there should be another one
   * @return whether losses and weights stayed finite: false if a step failed for its loss, or, with
   *     a warning, for a metric, which is then not reported, or if weights are NaN or infinite at
   *     the end; the last step, which made them so, has been reported
   */
  public boolean train(LearningRateSchedule rates, long most, Predicate<StepReport> next) {
    checkState(!trained, "trial: expected one call of train, got another");
    trained = true;
    Trainer.Builder training = steps.training(batches).schedule(rates).steps(most);
    steps.begin(
        training.listeners(
            List.of(
                new TrainingListener() {
                  @Override
                  public void onStep(StepReport report) {
                    if (!next.test(report)) {
                      steps.stop();
                    }
                  }
                })));
    try {
      steps.run();
      return true;
    } catch (NonFiniteLossException e) {
      return false;
    } catch (NonFiniteException e) { // A metric, which may have no value at any rate.
      LOG.warn("the trial ends as if its loss had diverged: {}", e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    open.close();
  }
}
