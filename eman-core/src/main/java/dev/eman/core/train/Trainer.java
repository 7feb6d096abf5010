package dev.eman.core.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.algorithm.TrainingStep;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.internal.FlatMath;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.SpinGuard;
import dev.eman.core.model.Teacher;
import dev.eman.core.train.TrainingListener.StepReport;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The training loop: batch, step, and at intervals an evaluation of both networks and a checkpoint.
 * It starts at the number of steps that the algorithm has done, so resuming is restoring a {@link
 * Checkpoint} first, and opening the source of batches at its {@link Checkpoint#position}: {@code
 * BatchPipeline.builder()...startAt(checkpoint.position())}. A source that has given out fewer
 * batches than steps were done is warned of, as the same one's first batches would be trained with
 * again.
 */
public final class Trainer {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final StudentTeacherAlgorithm algorithm;
  private final BatchSource batches;
  private final LearningRateSchedule schedule;
  private final long steps;
  private final long evaluateEvery;
  private final long checkpointEvery;
  private final long alsoCheckpointEvery;
  private final long checkpointNanos;
  private final LongSupplier clock;
  private final Consumer<String> warn;
  private final long evaluated;
  private final long seed;
  private final TrainingStep stepping;
  private final @Nullable Supplier<EvaluationReport> evaluation;
  private final ImmutableList<TrainingListener> listeners;
  private final BooleanSupplier enough;
  private final BooleanSupplier worthKeeping;
  private volatile boolean stopping;

  /** The step of the last checkpoint, and the clock when it had been saved. */
  private long saved = -1;

  private long savedAt;

  private Trainer(Builder builder, LearningRateSchedule schedule) {
    this.algorithm = builder.algorithm;
    this.batches = builder.batches;
    this.schedule = schedule;
    this.steps = builder.steps;
    this.evaluateEvery = builder.evaluateEvery;
    this.checkpointEvery = builder.checkpointEvery;
    this.alsoCheckpointEvery = builder.alsoCheckpointEvery;
    this.checkpointNanos = builder.checkpointNanos;
    this.clock = builder.clock;
    this.warn = builder.warn;
    this.evaluated = builder.evaluated;
    this.seed = builder.seed;
    this.stepping = builder.stepping;
    this.evaluation = builder.evaluation;
    this.listeners = builder.listeners.build();
    this.enough = builder.enough;
    this.worthKeeping = builder.worthKeeping;
  }

  /**
   * A training that measures and saves nothing unless the builder says so.
   *
   * @param algorithm to train; mutated by {@link #run}
   * @param batches to train on; not closed
   */
  public static Builder builder(StudentTeacherAlgorithm algorithm, BatchSource batches) {
    return new Builder(algorithm, batches);
  }

  /**
   * Trains to the end, until it is enough ({@link Builder#until}) or until {@link #stop}, and makes
   * a checkpoint in both cases. One is also made where an evaluation, or a listener that receives
   * it, fails for another reason than numbers that are not finite, so that the steps before it are
   * not lost.
   *
   * @return whether the end was reached, or it was enough
   * @throws IllegalStateException before the first step, if the algorithm's state cannot be saved:
   *     {@link StudentTeacherAlgorithm#savedState}
   * @throws NonFiniteLossException when a loss is NaN or infinite, or weights are that would be
   *     measured or saved; the last checkpoint is kept
   * @throws NonFiniteException when a metric of a step, or outputs in an evaluation, are NaN or
   *     infinite; the last checkpoint is kept
   */
  public boolean run() {
    SpinGuard.start();
    algorithm.savedState(); // One that cannot be saved fails now, not at the first checkpoint.
    checkPosition();
    savedAt = clock.getAsLong();
    makeUpEvaluation();
    boolean over = enough.getAsBoolean();
    while (algorithm.steps() < steps && !stopping && !over) {
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
      boolean kept = false;
      if (isDue(step + 1, evaluateEvery)) {
        evaluate(step + 1);
        over = enough.getAsBoolean();
        kept = worthKeeping.getAsBoolean();
      }
      if (kept
          || isDue(step + 1, checkpointEvery)
          || isDue(step + 1, alsoCheckpointEvery)
          || isTimeToSave()) {
        save(step + 1);
      }
    }
    // Only here is it decided whether the run was stopped: a stop could come between two checks of
    // the loop, or before the first step.
    long reached = algorithm.steps();
    if (reached < steps && reached != saved) {
      save(reached);
    }
    return reached >= steps || over;
  }

  /** Not refused: a source may not count, or be another one than before. */
  private void checkPosition() {
    if (batches.position() < algorithm.steps()) {
      warn.accept(
          String.format(
              Locale.ROOT,
              "after step %d: expected a source of batches that begins at %d, found one at %d; to"
                  + " resume, open it at the checkpoint's position (startAt), or its first batches"
                  + " are trained with again, if it is the same source",
              algorithm.steps(),
              algorithm.steps(),
              batches.position()));
    }
  }

  /** A resumed run may have been saved because this evaluation failed. */
  private void makeUpEvaluation() {
    long done = algorithm.steps();
    boolean missing = evaluation != null && evaluated >= 0 && evaluated < done;
    if (missing && isDue(done, evaluateEvery) && !stopping) {
      evaluate(done);
      save(done);
    }
  }

  private void evaluate(long step) {
    if (evaluation == null) {
      return;
    }
    checkWeights(step);
    try {
      EvaluationReport measured = evaluation.get();
      listeners.forEach(listener -> listener.onEvaluation(measured));
    } catch (NonFiniteException e) {
      throw e; // Finite weights too large to work with: a run that resumes there would fail again.
    } catch (Throwable e) {
      saveAfter(e, step);
      throw e;
    }
  }

  private void save(long step) {
    checkWeights(step);
    listeners.forEach(listener -> listener.onCheckpoint(step));
    saved = step;
    savedAt = clock.getAsLong();
  }

  /** A loss is that of the weights before its step: no loss has seen those of the last one. */
  private void checkWeights(long step) {
    checkWeights(step, "student", algorithm.student().parameters());
    Teacher teacher = algorithm.teacher();
    if (teacher != null) {
      checkWeights(step, "teacher", teacher.parameters());
    }
  }

  private static void checkWeights(long step, String network, ParameterTable parameters) {
    INDArray vector = parameters.vector();
    if (FlatMath.anyNonFinite(vector, 0, vector.length())) {
      throw new NonFiniteLossException(step, network);
    }
  }

  private void saveAfter(Throwable failure, long step) {
    try {
      save(step);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private boolean isTimeToSave() {
    return checkpointNanos > 0 && clock.getAsLong() - savedAt >= checkpointNanos;
  }

  /** Intervals are counted from step 0; 0 is the end alone. */
  private boolean isDue(long step, long every) {
    return step == steps || (every > 0 && step % every == 0);
  }

  /**
   * Random numbers of networks, for dropout, follow from the step: a resumed run draws the same.
   */
  private void seedRandom(long step) {
    long drawn = seed * 1_000_003 + step;
    Nd4j.getRandom().setSeed(drawn == 0 ? -1 : drawn); // ND4J takes 0 for the time of day.
  }

  /**
   * Ends the run after the current step, or before the first, with a checkpoint; from any thread.
   * An interrupt of the training thread is no substitute: it fails the run if it meets a wait for a
   * batch or the writing of a file, and the steps since the last checkpoint are lost.
   */
  public void stop() {
    stopping = true;
  }

  /** Collects the settings of a {@link Trainer}; the schedule and the steps are required. */
  public static final class Builder {
    /** What fits in nanoseconds, some 292 years. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private final StudentTeacherAlgorithm algorithm;
    private final BatchSource batches;
    private final ImmutableList.Builder<TrainingListener> listeners = ImmutableList.builder();
    private @Nullable LearningRateSchedule schedule;
    private long steps;
    private long evaluateEvery;
    private long checkpointEvery;
    private long alsoCheckpointEvery;
    private long checkpointNanos;
    private LongSupplier clock = System::nanoTime;
    private Consumer<String> warn = LOG::warn;
    private long evaluated = -1;
    private long seed;
    private TrainingStep stepping;
    private @Nullable Supplier<EvaluationReport> evaluation;
    private BooleanSupplier enough = () -> false;
    private BooleanSupplier worthKeeping = () -> false;

    private Builder(StudentTeacherAlgorithm algorithm, BatchSource batches) {
      this.algorithm = algorithm;
      this.batches = batches;
      this.stepping = algorithm::step;
    }

    /** The learning rate of each step. */
    public Builder schedule(LearningRateSchedule schedule) {
      this.schedule = schedule;
      return this;
    }

    /** Steps in all, at least 1, those that the algorithm has done already included. */
    public Builder steps(long steps) {
      checkArgument(steps > 0, "steps: expected at least 1, got %s", steps);
      this.steps = steps;
      return this;
    }

    /** Steps between evaluations; 0, the default, evaluates at the end only. */
    public Builder evaluateEvery(long steps) {
      checkArgument(steps >= 0, "evaluate every: expected at least 0 steps, got %s", steps);
      this.evaluateEvery = steps;
      return this;
    }

    /** Steps between checkpoints; 0, the default, saves at the end only. */
    public Builder checkpointEvery(long steps) {
      checkArgument(steps >= 0, "checkpoint every: expected at least 0 steps, got %s", steps);
      this.checkpointEvery = steps;
      return this;
    }

    /** Steps between checkpoints that are made in addition; 0, the default, makes none. */
    public Builder alsoCheckpointEvery(long steps) {
      checkArgument(steps >= 0, "checkpoint every: expected at least 0 steps, got %s", steps);
      this.alsoCheckpointEvery = steps;
      return this;
    }

    /**
     * The time after which a checkpoint is made in addition; zero, the default, makes none. When
     * the state is saved does not change what is trained.
     */
    public Builder checkpointEvery(Duration time) {
      checkArgument(
          !time.isNegative() && time.compareTo(LONGEST) <= 0,
          "checkpoint every: expected from 0 to %s, got %s",
          LONGEST,
          time);
      this.checkpointNanos = time.toNanos();
      return this;
    }

    /** Measures that time, in nanoseconds. */
    @VisibleForTesting
    Builder clock(LongSupplier nanos) {
      this.clock = nanos;
      return this;
    }

    /** Takes warnings. */
    @VisibleForTesting
    Builder warnings(Consumer<String> taker) {
      this.warn = taker;
      return this;
    }

    /**
     * The step of the last evaluation of a run that is resumed, 0 if there was none: one that has
     * been due since then is made before the first step.
     */
    public Builder evaluated(long step) {
      checkArgument(step >= 0, "evaluated: expected at least step 0, got %s", step);
      this.evaluated = step;
      return this;
    }

    /** Seed of the random numbers that networks draw in training, for dropout; 0 by default. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Evaluates both networks at the end, and every {@link #evaluateEvery} steps; without this
     * nothing is evaluated.
     *
     * @param networks measures this trainer's algorithm
     * @param images opens the images to measure on, from the beginning; closed after each use
     */
    public Builder evaluation(NetworkEvaluation networks, Supplier<? extends BatchSource> images) {
      this.evaluation =
          () -> {
            try (BatchSource source = images.get()) {
              return networks.evaluate(source);
            }
          };
      return this;
    }

    /**
     * Ends the run early.
     *
     * @param condition whether it is enough; asked before the first step and after each evaluation,
     *     when the listeners have been called. It must follow from what they have recorded, or a
     *     resumed run would end elsewhere.
     */
    public Builder until(BooleanSupplier condition) {
      this.enough = condition;
      return this;
    }

    /**
     * Makes further checkpoints.
     *
     * @param condition whether to save after an evaluation; asked when the listeners have been
     *     called
     */
    public Builder checkpointWhen(BooleanSupplier condition) {
      this.worthKeeping = condition;
      return this;
    }

    /**
     * Replaces {@link StudentTeacherAlgorithm#step}: steps over parts of a batch, for example, or
     * {@link dev.eman.core.algorithm.DataParallel}.
     *
     * @param step of this trainer's algorithm
     */
    public Builder step(TrainingStep step) {
      this.stepping = step;
      return this;
    }

    /** Adds listeners, which are called in the order that they were added in. */
    public Builder listeners(Iterable<? extends TrainingListener> listeners) {
      this.listeners.addAll(listeners);
      return this;
    }

    /**
     * The trainer.
     *
     * @throws IllegalStateException without a schedule or steps
     */
    public Trainer build() {
      checkState(
          schedule != null && steps > 0,
          "trainer: expected a schedule and steps, got %s and %s steps",
          schedule == null ? "no schedule" : "a schedule",
          steps);
      return new Trainer(this, schedule);
    }
  }
}
