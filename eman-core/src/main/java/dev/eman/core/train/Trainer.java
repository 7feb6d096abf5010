package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TrainingStep;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.train.TrainingListener.EvaluationReport;
import dev.eman.core.train.TrainingListener.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The training loop: batch, step, and now and then a look at both networks and a checkpoint. Goes
 * on from the steps that the algorithm has done, so resuming is restoring a {@link Checkpoint}
 * first.
 */
public final class Trainer {
  private final StudentTeacherAlgorithm algorithm;
  private final BatchSource batches;
  private final LearningRateSchedule schedule;
  private final TrainingConfig config;
  private final @Nullable Supplier<BatchSource> evaluation;
  private final int classes;
  private final ImmutableList<TrainingListener> listeners;
  private TrainingStep stepping;
  private @Nullable Supplier<EvaluationReport> measuring;
  private volatile boolean stopping;

  /**
   * A training.
   *
   * @param batches to train on; not closed
   * @param evaluation opens the images to measure on, from the beginning; closed after each use;
   *     null to measure nothing
   * @param classes of the data
   * @param listeners called in this order
   */
  public Trainer(
      StudentTeacherAlgorithm algorithm,
      BatchSource batches,
      LearningRateSchedule schedule,
      TrainingConfig config,
      @Nullable Supplier<BatchSource> evaluation,
      int classes,
      List<? extends TrainingListener> listeners) {
    this.algorithm = algorithm;
    this.batches = batches;
    this.schedule = schedule;
    this.config = config;
    this.evaluation = evaluation;
    this.classes = classes;
    this.listeners = ImmutableList.copyOf(listeners);
    this.stepping = algorithm::step;
  }

  /** A training of so many steps that saves and measures nothing. */
  public Trainer(
      StudentTeacherAlgorithm algorithm,
      BatchSource batches,
      LearningRateSchedule schedule,
      long steps) {
    this(
        algorithm,
        batches,
        schedule,
        new TrainingConfig(steps, 0, 0, 0),
        null,
        1,
        ImmutableList.of());
  }

  /**
   * Makes steps in another way than whole: in parts, or with {@link
   * dev.eman.core.algorithm.DataParallel}.
   *
   * @param step of this trainer's algorithm
   */
  public void stepBy(TrainingStep step) {
    stepping = step;
  }

  /**
   * Measures in another way than as classifiers: features by their neighbours, for example.
   *
   * @param measure of this trainer's networks as they are when it is called
   */
  public void measureBy(Supplier<EvaluationReport> measure) {
    measuring = measure;
  }

  /**
   * Trains to the end, or until {@link #stop}, with a checkpoint at the end of either.
   *
   * @return whether the end was reached
   * @throws NonFiniteLossException when a loss is NaN or infinite; the last checkpoint stays
   */
  public boolean run() {
    long saved = -1;
    while (algorithm.steps() < config.steps() && !stopping) {
      long start = System.nanoTime();
      double waitedBefore = batches.waitedSeconds();
      long step = algorithm.steps();
      seedRandom(step);
      Batch batch = batches.next();
      double learningRate = schedule.at(step);
      ImmutableMap<String, Double> scalars = stepping.run(batch, learningRate);
      double seconds = (System.nanoTime() - start) / 1e9;
      double waited = batches.waitedSeconds() - waitedBefore;
      StepReport report = new StepReport(step + 1, learningRate, scalars, seconds, waited);
      listeners.forEach(listener -> listener.onStep(report));
      if ((evaluation != null || measuring != null) && config.evaluatesAfter(step + 1)) {
        EvaluationReport measured = evaluate();
        listeners.forEach(listener -> listener.onEvaluation(measured));
      }
      if (config.savesAfter(step + 1)) {
        saved = step + 1;
        listeners.forEach(listener -> listener.onCheckpoint(step + 1));
      }
    }
    // Here alone is looked whether it was stopped: in the loop a stop could come between two looks,
    // and before the first step.
    long reached = algorithm.steps();
    if (reached < config.steps() && reached != saved) {
      listeners.forEach(listener -> listener.onCheckpoint(reached));
    }
    return reached >= config.steps();
  }

  /** What a network draws, for dropout, follows from the step: a resumed run draws the same. */
  private void seedRandom(long step) {
    long seed = config.seed() * 1_000_003 + step;
    Nd4j.getRandom().setSeed(seed == 0 ? -1 : seed); // ND4J takes 0 for the time of day.
  }

  /**
   * Measures student and teacher now.
   *
   * @throws IllegalStateException if there is nothing to measure on
   */
  public EvaluationReport evaluate() {
    if (measuring != null) {
      return measuring.get();
    }
    checkState(evaluation != null, "this training has nothing to measure on");
    List<Classifier> networks = new ArrayList<>();
    networks.add(Classifier.of(algorithm.student()));
    if (algorithm.teacher() != null) {
      networks.add(Classifier.of(algorithm.teacher()));
    }
    try (BatchSource source = evaluation.get()) {
      List<Evaluation> found = Evaluator.evaluate(source, classes, networks);
      return new EvaluationReport(
          algorithm.steps(), found.get(0), found.size() > 1 ? found.get(1) : null);
    }
  }

  /**
   * Ends the run after the current step, or before the first, with a checkpoint; from any thread.
   */
  public void stop() {
    stopping = true;
  }
}
