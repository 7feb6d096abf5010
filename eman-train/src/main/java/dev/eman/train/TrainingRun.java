package dev.eman.train;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Backend;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    return new TrainingRun(RunSetup.start(options, folder, List.of(listeners)));
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
    return new TrainingRun(RunSetup.resume(folder, false, List.of(listeners)));
  }

  /** Resumes a run whose metrics file may be damaged: lost cells become empty. */
  public static TrainingRun resumeRebuildingMetrics(Path folder, TrainingListener... listeners) {
    return new TrainingRun(RunSetup.resume(folder, true, List.of(listeners)));
  }

  /**
   * Trains to the end or until {@link #stop}; writes a checkpoint in both cases.
   *
   * @return whether the end was reached
   */
  public boolean train() {
    return setup.trainer.run();
  }

  /** Stops the training after the current step, from any thread. */
  public void stop() {
    setup.trainer.stop();
  }

  /** Evaluates a completed run on the test set and writes its results. */
  public RunResult finish() {
    @Nullable EvaluationReport test = test();
    RunRecord record = record(test);
    RunFiles files = files();
    EvaluationFile.write(files.evaluation(), test);
    RunFolder.writeJson(files.pseudoErrors(), pseudoErrors());
    setup.metrics.onCheckpoint(algorithm().steps());
    record.write(files); // Last, because it marks the run as finished.
    return new RunResult(record, test);
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
    try (BatchSource source = state().images().inOrder(state().test())) {
      return setup.evaluation.evaluate(source);
    }
  }

  private RunRecord record(@Nullable EvaluationReport test) {
    TrainingOptions options = state().options();
    return new RunRecord(
        String.valueOf(setup.folder.root().toAbsolutePath().getFileName()),
        new RunRecord.Training(
            options.algorithm(),
            options.seed(),
            algorithm().steps(),
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
        state().trainingImages().record(setup.batches.drawnUnlabeledImages()),
        new RunRecord.Measurement(chosenOn(), measuredBy(), state().testImages().toString()),
        new RunRecord.Program(Provenance.version(), Provenance.commit(), Backend.describe()),
        RunRecord.Results.of(setup.history, chosenOn(), test));
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

  private String chosenOn() {
    return state().split().validation().isEmpty()
        ? state().testImages().set()
        : TestImages.VALIDATION.set();
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

  /** Confident errors of the deployed network on unlabelled images. */
  private List<Map<String, Object>> pseudoErrors() {
    ImmutableIntArray candidates =
        PseudoErrors.candidates(state().train(), state().unlabeledOfTrain());
    if (candidates.isEmpty()
        || !state().algorithmProvider().classifies()
        || state().algorithmProvider().views().isEmpty()) {
      return List.of();
    }
    @Nullable Teacher teacher = algorithm().teacher();
    Classifier network =
        teacher == null ? Classifier.of(algorithm().student()) : Classifier.of(teacher);
    try (BatchPipeline shown = state().images().inOrder(state().train(), candidates)) {
      return PseudoErrors.find(state().train(), shown, network);
    }
  }

  /** What a user should know of the data before the first step, one line each; often none. */
  public ImmutableList<String> notes() {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
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
    Teacher teacher = algorithm().teacher();
    return teacher == null
        ? FeatureExtractor.of(algorithm().student(), vertex)
        : FeatureExtractor.of(teacher, vertex);
  }

  /** The deployed network: the teacher if there is one. */
  public Network deployed() {
    return algorithm().teacher() == null ? Network.STUDENT : Network.TEACHER;
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
