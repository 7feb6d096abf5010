package dev.eman.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.math.LongMath;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.train.CollapseWarning;
import dev.eman.core.train.IdleLossWarning;
import dev.eman.core.train.Trainer;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.metrics.EventLog;
import dev.eman.train.metrics.History;
import dev.eman.train.metrics.MetricsFile;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All open resources of a run, opened as a whole or not at all: a failed start leaves no thread, no
 * open file, and the folder as it was. To that end files are written last.
 */
final class RunSetup implements AutoCloseable {
  final RunFolder folder;
  final RunState state;
  final History history;
  final MetricsFile metrics;
  final NetworkEvaluation evaluation;
  final @Nullable RunKnnMonitor monitor;
  final BatchPipeline batches;
  final @Nullable RunExtension extension;
  final RunSteps steps;

  /** Whether the run had trained, but has no checkpoint to resume at. */
  final boolean startsAgain;

  private final CheckpointListener checkpoints;
  private final OpenResources open;
  private final FormerFiles former;
  private @Nullable EvaluationReport latest;

  private RunSetup(
      RunFolder folder,
      ResumedOptions resumed,
      @Nullable RunCheckpoint from,
      boolean rebuildMetrics,
      Together together,
      OpenResources open) {
    this.folder = folder;
    this.open = open;
    RunFiles files = folder.files();
    startsAgain = from == null && Files.exists(files.best());
    TrainingOptions options = resumed.now();
    together.check(options);
    state = open.add(RunState.open(options, files, from), RunState::close);
    checkAdded(resumed);
    checkEarlyStop(options, state.testImages() != TestImages.NONE);
    history = from == null ? new History(state.deployed()) : from.history();
    extension = extension(resumed);
    steps = open.add(new RunSteps(state, together.exchange()), RunSteps::close);
    batches = open.add(steps.batches(), BatchPipeline::close);
    monitor =
        state.algorithmProvider().classifies() || state.testImages() == TestImages.NONE
            ? null
            : new RunKnnMonitor(
                options,
                state.provider(),
                state.algorithm(),
                state.images(),
                state.train(),
                state.split().validation());
    evaluation =
        monitor == null
            ? NetworkEvaluation.ofClassifiers(
                state.algorithm(), Math.max(1, state.train().classNames().size()))
            : monitor;
    ImmutableMap<String, String> facts = RunFacts.of(state, folder.root());
    start(together.listeners());
    former = open.add(new FormerFiles(), FormerFiles::close);
    keepRewritten();
    EventLog events = open.add(EventLog.open(files.events()), EventLog::close);
    if (from == null) { // First the file that makes the run resumable.
      AtomicFiles.saveString(files.config(), OptionTexts.toYaml(options, folder.root()));
    }
    if (!Files.exists(files.split())) {
      state.split().save(files.split());
    }
    if (state.holdOut() != null && !Files.exists(files.holdOut())) {
      state.holdOut().save(files.holdOut());
    }
    long done = state.algorithm().steps();
    metrics =
        open.add(
            rebuildMetrics
                ? MetricsFile.rebuild(files.metrics(), done, history)
                : MetricsFile.resume(files.metrics(), done),
            MetricsFile::close);
    if (done == 0) { // Rows of a run that starts again are not its own.
      events.begin();
    } else {
      events.begin(files.metrics());
    }
    checkpoints =
        new CheckpointListener(
            files, state.algorithm(), batches, history, facts, options.evaluation().keepEvery());
    ProgressFile progress =
        open.add(
            new ProgressFile(
                files,
                new ProgressFile.Facts(
                    state.plan().trained(),
                    state.train().classNames(),
                    accuracyName(),
                    () -> PseudoErrors.of(state, PseudoErrors.FEW))),
            ProgressFile::close);
    Trainer.Builder training =
        steps
            .training(batches)
            .evaluateEvery(options.evaluation().evaluateEvery())
            .checkpointEvery(options.evaluation().checkpointEvery())
            .alsoCheckpointEvery(options.evaluation().keepEvery())
            .checkpointEvery(options.evaluation().checkpointTime())
            .evaluated(history.lastStep())
            .until(this::isEnough)
            // Else a run resumed before its best network may not pass there again.
            .checkpointWhen(() -> history.lastStep() > 0 && history.sinceBest() == 0)
            .listeners(together.listeners())
            .listeners(warnings(options))
            .listeners(
                List.of(metrics, events, progress, checkpoints, saved(together.listeners())));
    if (state.testImages() != TestImages.NONE) {
      training.evaluation(evaluation, this::measured);
    }
    steps.begin(training);
    progress.begin();
    if (from != null && resumed.changed()) {
      change(options);
    }
    former.forget();
    folder.keep();
  }

  /** What is measured during training, in words. */
  String accuracyName() {
    return (monitor == null ? "" : "k-NN ") + "accuracy on the " + chosenOn() + " set";
  }

  /** The set that chooses the best checkpoint. */
  String chosenOn() {
    return state.split().validation().isEmpty()
        ? state.testImages().set()
        : TestImages.VALIDATION.set();
  }

  /** Whether the patience of early stopping is at an end. */
  boolean isEnough() {
    int patience = state.options().evaluation().earlyStop();
    return patience > 0 && history.sinceBest() >= patience;
  }

  /** Whether the last step is saved, but not its evaluation: resuming makes that alone. */
  boolean lacksEvaluationAlone() {
    long end = state.plan().trained();
    return state.testImages() != TestImages.NONE
        && checkpoints.saved() == end
        && history.lastStep() < end;
  }

  /** Behind the listener that saves. */
  private static TrainingListener saved(List<? extends TrainingListener> listeners) {
    return new TrainingListener() {
      @Override
      public void onCheckpoint(long step) {
        for (TrainingListener listener : listeners) {
          if (listener instanceof RunListener run) {
            run.onSaved(step);
          }
        }
      }
    };
  }

  /**
   * Checks that early stopping has accuracies to decide by.
   *
   * @param measures whether there are images to measure on
   */
  static void checkEarlyStop(TrainingOptions options, boolean measures) {
    if (options.evaluation().earlyStop() > 0 && !measures) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--early-stop: expected 0, because there are no labelled images to measure on, got"
                  + " %d",
              options.evaluation().earlyStop()));
    }
  }

  private void checkAdded(ResumedOptions resumed) {
    boolean none = resumed.before().data().unlabeledData() == null;
    if (none && resumed.now().data().unlabeledData() != null && state.split().addedSize() == 0) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--unlabeled-data: expected none, as this run began without such images and only"
                  + " their place can change; begin a new run with its weights: --init %s",
              folder.root()));
    }
  }

  private @Nullable RunExtension extension(ResumedOptions resumed) {
    RunPlan before = state.plan(resumed.before());
    RunPlan now = state.plan();
    long done = state.algorithm().steps();
    if (now.trained() == before.trained()) {
      checkLimit(before, now);
      return null;
    }
    if (now.trained() < done) {
      throw tooShort(now, done);
    }
    if (now.trained() > before.trained() && isEnough()) { // It would not train a step.
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--early-stop: expected 0, or above %d, for a longer run, got %d, by which this one"
                  + " ends at step %,d",
              history.sinceBest(),
              state.options().evaluation().earlyStop(),
              done));
    }
    return RunExtension.of(done, before, now);
  }

  /** Names the option that decides. */
  private UsageException tooShort(RunPlan now, long done) {
    Integer epochs = state.options().schedule().epochs();
    if (now.trained() < now.steps()) {
      return new UsageException(
          String.format(
              Locale.ROOT,
              "--limit-steps: expected at least the %,d steps that this run has done, got %,d",
              done,
              now.trained()));
    }
    if (epochs != null) {
      return new UsageException(
          String.format(
              Locale.ROOT,
              "--epochs: expected at least %,d, as this run has done %,d steps and an epoch has"
                  + " %,d, got %,d",
              LongMath.divide(done, now.stepsPerEpoch(), RoundingMode.CEILING),
              done,
              now.stepsPerEpoch(),
              epochs));
    }
    return new UsageException(
        String.format(
            Locale.ROOT,
            "--steps: expected at least the %,d that this run has done, got %,d",
            done,
            now.trained()));
  }

  /** A limit that stays makes a run of more steps no longer, which nobody would notice. */
  private void checkLimit(RunPlan before, RunPlan now) {
    if (now.steps() != before.steps() && now.trained() < now.steps()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--%s: this run stops at --limit-steps %,d, however long its schedule is; give a"
                  + " larger --limit-steps too",
              state.options().schedule().epochs() == null ? "steps" : "epochs",
              now.trained()));
    }
  }

  /** Keeps the files that any start may write. */
  private void keepRewritten() {
    RunFiles files = folder.files();
    former.keepOverwritten(files.events());
    former.keepOverwritten(files.metrics());
    List.of(files.config(), files.split(), files.holdOut(), files.progress())
        .forEach(former::keepReplaced);
  }

  /**
   * Writes other options of a run, which is then not finished any more if it is longer: what was
   * measured at its former end goes with its record.
   */
  private void change(TrainingOptions options) {
    RunFiles files = folder.files();
    List.of(files.last(), files.record(), files.evaluation()).forEach(former::keepReplaced);
    checkpoints.saveLast(); // Its options decide which networks a run's results are of.
    if (state.algorithm().steps() < state.plan().trained()) {
      delete(files.record());
      delete(files.evaluation());
    }
    AtomicFiles.saveString(files.config(), OptionTexts.toYaml(options, folder.root()));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /** Whether as many workers can share a run of these options. */
  static void checkShared(TrainingOptions options, int workers) {
    RunSteps.check(options.batch(), workers);
    if (options.evaluation().earlyStop() > 0 && workers > 1) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--early-stop: expected 0 where %d workers share a run, got %d",
              workers,
              options.evaluation().earlyStop()));
    }
  }

  /**
   * Who else has a part in a run.
   *
   * @param exchange with the other workers; null without others
   * @param listeners called in this order
   */
  record Together(@Nullable StepExchange exchange, List<? extends TrainingListener> listeners) {
    void check(TrainingOptions options) {
      if (exchange != null) {
        checkArgument(
            exchange.rank() == 0, "run: expected rank 0 of its workers, got %s", exchange.rank());
        checkShared(options, exchange.size());
      }
    }

    private RunSetup open(Opening opening) {
      OpenResources open = new OpenResources();
      try {
        if (exchange != null) {
          open.add(exchange, StepExchange::close);
        }
        return opening.with(open);
      } catch (Throwable e) {
        if (exchange != null) {
          exchange.abort(String.valueOf(e.getMessage()));
        }
        open.closeAfter(e);
        throw e;
      }
    }
  }

  private interface Opening {
    RunSetup with(OpenResources open);
  }

  /**
   * Starts a new run.
   *
   * @param creating makes its folder
   */
  static RunSetup start(TrainingOptions options, Supplier<RunFolder> creating, Together together) {
    return together.open(
        open -> {
          RunFolder created = open.add(creating.get(), RunFolder::close);
          // As it will be read again, so that a run is the same whether it is stopped or not.
          TrainingOptions recorded = OptionTexts.of(options).resolve();
          return new RunSetup(
              created, new ResumedOptions(recorded, recorded), null, false, together, open);
        });
  }

  /** Resumes a run at its last checkpoint, or at its beginning if it has none yet. */
  static RunSetup resume(
      Path folder,
      boolean rebuildMetrics,
      Function<RunFiles, ResumedOptions> reading,
      Together together) {
    return together.open(
        open -> {
          RunFolder opened = open.add(RunFolder.open(folder), RunFolder::close);
          RunFiles files = opened.files();
          ResumedOptions options = reading.apply(files);
          RunCheckpoint from = RunCheckpoint.lastOf(files);
          return new RunSetup(opened, options, from, rebuildMetrics, together, open);
        });
  }

  private void start(List<? extends TrainingListener> listeners) {
    RunListener.RunStart start =
        new RunListener.RunStart(folder.root(), state.algorithm().steps(), state.plan().trained());
    for (TrainingListener listener : listeners) {
      if (listener instanceof RunListener run) {
        run.onStart(start);
      }
    }
  }

  private ImmutableList<TrainingListener> warnings(TrainingOptions options) {
    ImmutableList.Builder<TrainingListener> warnings = ImmutableList.builder();
    warnings.add(
        new TrainingListener() {
          @Override
          public void onEvaluation(EvaluationReport report) {
            latest = report;
          }
        });
    if (!state.algorithmProvider().views().isEmpty()) {
      long images = options.batch().unlabeled();
      warnings.add(new IdleLossWarning(Math.max(1, state.split().unlabeled().length() / images)));
    }
    if (!state.algorithmProvider().classifies()) {
      warnings.add(
          new CollapseWarning(GraphParts.outputWidth(state.algorithm().student().graph())));
    }
    return warnings.build();
  }

  /**
   * The images that choose the best checkpoint: validation images if there are any, else the test
   * set.
   */
  private BatchSource measured() {
    return state.split().validation().isEmpty()
        ? state.evaluated(state.test())
        : state.evaluated(state.train(), state.split().validation());
  }

  /** The last evaluation if it was of these weights on the images to measure on, else null. */
  @Nullable EvaluationReport latestTest() {
    return latest != null
            && latest.step() == state.algorithm().steps()
            && (state.split().validation().isEmpty() || state.testImages() == TestImages.VALIDATION)
        ? latest
        : null;
  }

  @Override
  public void close() {
    open.close();
  }
}
