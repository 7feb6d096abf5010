package dev.eman.train;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.NonFiniteException;
import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Backend;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A whole training run, which writes a folder of configuration, labels, metrics, checkpoints and,
 * at the end, results.
 *
 * <pre>{@code
 * try (TrainingRun run = TrainingRun.start(options, Path.of("runs/first"))) {
 *   if (run.train()) {
 *     System.out.println(run.finish().test().student());
 *   }
 * }
 * }</pre>
 */
public final class TrainingRun implements AutoCloseable {
  private final RunSetup setup;
  private final Instant started = Instant.now();

  /** Number of completed steps, once the best networks may have taken the place of the last. */
  private long trained = -1;

  private TrainingRun(RunSetup setup) {
    this.setup = setup;
  }

  /**
   * Starts a new run.
   *
   * @param folder created if missing; must not hold files of a run
   * @param listeners called in this order; {@link RunListener}s are also called now
   * @throws dev.eman.core.EmanException if anything fails; then nothing is left open or written
   */
  public static TrainingRun start(
      TrainingOptions options, Path folder, TrainingListener... listeners) {
    return start(options, folder, null, listeners);
  }

  /**
   * Starts a new run that several workers train together: this one, and a {@link TrainingWorker}
   * for each rank above 0. What is written is as of a run in one process with the same options.
   *
   * @param exchange of rank 0; closed with the run, also if this fails; null without others
   */
  public static TrainingRun start(
      TrainingOptions options,
      Path folder,
      @Nullable StepExchange exchange,
      TrainingListener... listeners) {
    return new TrainingRun(
        RunSetup.start(
            options,
            () -> RunFolder.create(folder),
            new RunSetup.Together(exchange, List.of(listeners))));
  }

  /**
   * Starts a new run as {@link #start} does, in the first free one of the folders {@code WANTED},
   * {@code WANTED-2}, {@code WANTED-3} and so on, also if several processes do so at once.
   *
   * @param wanted the folder if it holds no run; {@link #files} names the one that was taken
   */
  public static TrainingRun startNumbered(
      TrainingOptions options, Path wanted, TrainingListener... listeners) {
    return new TrainingRun(
        RunSetup.start(
            options,
            () -> RunFolder.createNumbered(wanted),
            new RunSetup.Together(null, List.of(listeners))));
  }

  /**
   * Resumes a run from its last checkpoint, or from its beginning if it has none yet, with the
   * options that it was started with. The result is the same as without the interruption.
   *
   * @param listeners called in this order; {@link RunListener}s are also called now
   * @throws dev.eman.core.EmanException if anything fails; then nothing is left open and the folder
   *     is as it was
   */
  public static TrainingRun resume(Path folder, TrainingListener... listeners) {
    return resume(folder, false, OptionTexts.empty(), listeners);
  }

  /**
   * Resumes a run with some options changed: its length, where its data are, what is measured and
   * saved when. A longer run has the schedules of that length from its next step on ({@link
   * #extension}), and is not finished until it has reached its new end.
   *
   * @param rebuildMetrics whether the metrics file may be damaged: lost cells become empty; a copy
   *     of the damaged file stays, also if this fails
   * @param changes options that override the run's own, which are changed in its folder
   * @throws dev.eman.core.UsageException for an option that cannot change, or fewer steps than the
   *     run has done
   */
  public static TrainingRun resume(
      Path folder, boolean rebuildMetrics, OptionTexts changes, TrainingListener... listeners) {
    return resume(folder, rebuildMetrics, changes, null, listeners);
  }

  /**
   * Resumes a run as {@link #resume(Path, boolean, OptionTexts, TrainingListener...)} does, with
   * the options of a new run that would be the same: what may change is taken from these, except
   * for places that they do not name. Without a limit of steps among them the run's own ends.
   *
   * @throws EmanException if an option differs that cannot change; names it
   */
  public static TrainingRun resume(
      Path folder, TrainingOptions options, TrainingListener... listeners) {
    return new TrainingRun(
        RunSetup.resume(
            folder,
            false,
            files -> ResumedOptions.read(files, options),
            new RunSetup.Together(null, List.of(listeners))));
  }

  /**
   * Whether the run in a folder has finished, and resuming it with the options of a new run that
   * would be the same would not train it further. Where the images lie makes no difference.
   *
   * @throws EmanException if an option differs that cannot change; names it
   */
  public static boolean isFinished(Path folder, TrainingOptions options) {
    return ResumedOptions.isFinished(new RunFiles(folder), options);
  }

  /** Whether a process, or a part of this one, works on the run in a folder at this moment. */
  public static boolean isTaken(Path folder) {
    return RunFolder.isTaken(new RunFiles(folder));
  }

  /**
   * Checks whether several workers can share a run, before anything is done for it.
   *
   * @throws dev.eman.core.UsageException if they cannot
   */
  public static void checkShared(TrainingOptions options, int workers) {
    RunSetup.checkShared(options, workers);
  }

  /**
   * Checks that a run whose options have early stopping has accuracies to decide by.
   *
   * @param measures whether there are images to measure on
   * @throws dev.eman.core.UsageException if it has not
   */
  public static void checkEarlyStop(TrainingOptions options, boolean measures) {
    RunSetup.checkEarlyStop(options, measures);
  }

  /** Whether an option may change when a run is resumed. */
  public static boolean canChange(TrainingOption<?> option) {
    return ResumedOptions.isChangeable(option);
  }

  /**
   * Resumes a run that several workers train together; see {@link #start(TrainingOptions, Path,
   * StepExchange, TrainingListener...)}. They need not be those that it was begun with, nor as
   * many.
   *
   * @param exchange of rank 0; closed with the run, also if this fails; null without others
   */
  public static TrainingRun resume(
      Path folder,
      boolean rebuildMetrics,
      OptionTexts changes,
      @Nullable StepExchange exchange,
      TrainingListener... listeners) {
    return new TrainingRun(
        RunSetup.resume(
            folder,
            rebuildMetrics,
            files -> ResumedOptions.read(files, changes),
            new RunSetup.Together(exchange, List.of(listeners))));
  }

  /** The change of its length with which the run was resumed; empty if there was none. */
  public Optional<RunExtension> extension() {
    return Optional.ofNullable(setup.extension);
  }

  /**
   * Trains to the end or until {@link #stop}; writes a checkpoint in both cases, and where an
   * evaluation, or a listener that receives it, fails for another reason than numbers that are not
   * finite.
   *
   * @return whether the end was reached
   * @throws IncompleteRunException if the end was reached and saved, but not evaluated
   * @throws EmanException if anything else fails; the run resumes at its last checkpoint
   * @throws NonFiniteException if a loss or metric, weights that would be measured or saved, or
   *     outputs in an evaluation are not finite; the last checkpoint is kept
   */
  public boolean train() {
    try {
      return setup.steps.run();
    } catch (EmanException e) {
      if (e instanceof NonFiniteException || !setup.lacksEvaluationAlone()) {
        throw e;
      }
      throw incomplete(null, "the evaluation after the last step", e);
    }
  }

  /**
   * Stops the training after the current step, from any thread; where several workers train the
   * run, all of them, after the step that is under way or the next one. To cancel a task that
   * trains, call this and wait; do not interrupt its thread ({@code Future.cancel(true)}, {@code
   * shutdownNow}): an interrupt fails the run if it meets a wait for a batch or the writing of a
   * file, and the steps since the last checkpoint are lost.
   */
  public void stop() {
    setup.steps.stop();
  }

  /** Whether the best network counts, and it is not the last. */
  private boolean takesBest() {
    return state().options().evaluation().earlyStop() > 0 && setup.history.sinceBest() > 0;
  }

  /**
   * Evaluates a completed run on the test set and writes its results; with early stopping those of
   * its best networks, which this object has from here on.
   *
   * @throws IllegalStateException before the end, as after a {@link #stop}: {@link #train} says
   *     whether it was reached
   * @throws IncompleteRunException if a part cannot be made, such as for an image that cannot be
   *     decoded; the others are written, and the record says what is missing
   */
  public RunResult finish() {
    checkState(
        trained() >= state().plan().trained() || setup.isEnough(),
        "finish: expected a run at its end, %s is at step %s of %s; resume it",
        files().root(),
        trained(),
        state().plan().trained());
    trained = trained();
    @Nullable EvaluationReport test;
    try {
      if (takesBest()) {
        RunCheckpoint.open(files().best(), RunCheckpoint.Which.BEST).state().restore(algorithm());
      }
      test = test();
    } catch (EmanException e) {
      throw incomplete(null, "the evaluation on the test set", e);
    }
    RunFiles files = files();
    EvaluationFile.write(files.evaluation(), test);
    setup.metrics.onCheckpoint(trained());
    try {
      RunFolder.writeJson(files.pseudoErrors(), PseudoErrors.of(state(), PseudoErrors.MANY));
    } catch (EmanException e) {
      throw incomplete(test, "the list of wrong predictions", e);
    }
    RunRecord record = record(test, ImmutableList.of());
    record.write(files); // Last, because it marks the run as finished.
    return new RunResult(record, test);
  }

  /**
   * Makes a further part of a finished run's results.
   *
   * @param result of {@link #finish}
   * @param what the part, for messages
   * @throws IncompleteRunException if it cannot be made; the record then says so
   */
  public void finishPart(RunResult result, String what, Runnable part) {
    try {
      part.run();
    } catch (EmanException e) {
      throw incomplete(result.test(), what, e);
    }
  }

  /** Keeps what there is of a trained run, and says in its record what is missing. */
  private IncompleteRunException incomplete(
      @Nullable EvaluationReport test, String what, EmanException why) {
    String missing = what + ": " + why.getMessage();
    IncompleteRunException failure = new IncompleteRunException(files().root(), missing, why);
    try {
      record(test, ImmutableList.of(missing)).write(files());
    } catch (EmanException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /**
   * Evaluates on the test set, even if checkpoints are chosen on validation images; on the images
   * that stand for it if there is none, {@link RunState#testImages}. Null if nothing is measured.
   */
  public @Nullable EvaluationReport test() {
    if (state().testImages() == TestImages.NONE) {
      return null;
    }
    EvaluationReport latest = setup.latestTest();
    if (latest != null) {
      return latest;
    }
    try (BatchSource source = state().evaluated(state().test())) {
      return setup.evaluation.evaluate(source);
    }
  }

  private RunRecord record(@Nullable EvaluationReport test, ImmutableList<String> missing) {
    TrainingOptions options = state().options();
    return new RunRecord(
        String.valueOf(setup.folder.root().toAbsolutePath().getFileName()),
        new RunRecord.Training(
            options.algorithm(),
            options.seed(),
            trained(),
            teacherName(),
            setup.metrics.seconds(),
            started,
            Duration.between(started, Instant.now()).toMillis() / 1000.0),
        new RunRecord.Data(
            state().train().name(),
            state().train().fingerprint(),
            state().train().classNames(),
            state().split().toString(),
            state().split().hash(),
            Ascii.toLowerCase(state().provider().orientation().name())),
        state()
            .trainingImages()
            .record(setup.batches.drawnUnlabeledImages(), state().images().replaced().count()),
        new RunRecord.Measurement(
            chosenOn(),
            measuredBy(),
            state().testImages().toString(),
            test == null ? null : Long.valueOf(test.step()),
            test == null ? null : Long.valueOf(test.student().count()),
            state().testFingerprint()),
        new RunRecord.Program(Provenance.version(), Provenance.commit(), Backend.describe()),
        RunRecord.Results.of(setup.history, chosenOn(), test),
        missing);
  }

  private long trained() {
    return trained >= 0 ? trained : algorithm().steps();
  }

  private String measuredBy() {
    if (state().testImages() == TestImages.NONE) {
      return TestImages.NONE.toString();
    }
    return setup.monitor == null
        ? RunRecord.Measurement.CLASSIFIER
        : String.format(
            Locale.ROOT,
            "%d nearest neighbours among %,d training images",
            setup.monitor.neighbors(),
            setup.monitor.bankSize());
  }

  /** What is measured during training, in words: "accuracy on the test set", for example. */
  public String accuracyName() {
    return setup.accuracyName();
  }

  private String chosenOn() {
    return setup.chosenOn();
  }

  private String teacherName() {
    Teacher teacher = algorithm().teacher();
    if (teacher == null) {
      return "none";
    }
    return switch (teacher.statistics()) {
      case AVERAGED -> "eman";
      case BATCH -> "ema";
      case STUDENT -> "student statistics";
    };
  }

  /** What a user should know before the first step, one line each; often none. */
  public ImmutableList<String> notes() {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    if (setup.startsAgain) {
      RunFiles files = files();
      notes.add(
          String.format(
              Locale.ROOT,
              "%s has %s but no %s: it starts again at step 0 and replaces what it had; stop it and"
                  + " copy %s elsewhere to keep that",
              files.root(),
              files.best().getFileName(),
              files.last().getFileName(),
              files.best().getFileName()));
    }
    notes.addAll(state().notes());
    RunKnnMonitor monitor = setup.monitor;
    int neighbors = state().options().evaluation().neighbors();
    if (monitor != null && monitor.neighbors() < neighbors) {
      notes.add(
          String.format(
              Locale.ROOT,
              "k-NN evaluation: %,d images vote, fewer than the %,d of --knn; k is %,d",
              monitor.bankSize(),
              neighbors,
              monitor.neighbors()));
    }
    return notes.build();
  }

  /** The deployed network's features before the head. */
  public FeatureExtractor deployedFeatures() {
    String vertex =
        Backbones.named(state().options().backbone(), state().provider().statistics().channels())
            .featureVertex();
    return deployed() == Network.STUDENT
        ? FeatureExtractor.of(algorithm().student(), vertex)
        : FeatureExtractor.of(state().teacher(), vertex);
  }

  /** The network to deploy, as of {@link RunCheckpoint#deployed}. */
  public Network deployed() {
    return state().deployed();
  }

  /** The accuracies so far. */
  public History history() {
    return setup.history;
  }

  /** The file names in the run's folder. */
  public RunFiles files() {
    return setup.folder.files();
  }

  /** Data, networks and optimiser. */
  public RunState state() {
    return setup.state;
  }

  private StudentTeacherAlgorithm algorithm() {
    return state().algorithm();
  }

  /**
   * Closes everything, also after a failure.
   *
   * @throws RuntimeException the first failure, with the others suppressed
   */
  @Override
  public void close() {
    setup.close();
  }
}
