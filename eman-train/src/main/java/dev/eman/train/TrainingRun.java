package dev.eman.train;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.DataParallel;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Evaluator.Classifier;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.NetworkEvaluation;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Backend;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.CollapseWarning;
import dev.eman.core.train.IdleLossWarning;
import dev.eman.core.train.Trainer;
import dev.eman.core.train.TrainingListener;
import dev.eman.datasets.ClassNames;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.metrics.EventLog;
import dev.eman.train.metrics.History;
import dev.eman.train.metrics.MetricsFile;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One training from its options to its files: what {@code eman train} and {@code demo} share. */
public final class TrainingRun implements AutoCloseable {
  /** {@link #measuredBy} of a network that classifies. */
  public static final String CLASSIFIER = "classifier";

  private final TrainingOptions options;
  private final RunFolder folder;
  private final DatasetProvider provider;
  private final ImageDataset train;

  /** The training images and then any of the data set's own unlabelled ones. */
  private final ImageDataset pool;

  private final ImageDataset test;
  private final LabelSplit split;
  private final AlgorithmProvider algorithmProvider;
  private final StudentTeacherAlgorithm algorithm;
  private final RunImages images;
  private final BatchPipeline batches;
  private final History history;
  private final MetricsFile metrics;
  private final EventLog events;
  private final Trainer trainer;
  private final RunPlan plan;
  private final @Nullable DataParallel workers;
  private final @Nullable RunKnnMonitor monitor;
  private final NetworkEvaluation evaluation;
  private @Nullable EvaluationReport latest;

  private TrainingRun(
      TrainingOptions options,
      RunFolder folder,
      @Nullable Checkpoint from,
      boolean rebuildMetrics,
      List<TrainingListener> watchers) {
    this.options = options;
    this.folder = folder;
    DataDirectories directories = DataDirectories.of(options.data().folder());
    provider = Datasets.named(options.data().dataset());
    algorithmProvider = Algorithms.named(options.algorithm());
    train = provider.open(Part.TRAIN, directories);
    ClassNames.check(train.classNames(), train.name());
    test = provider.open(Part.TEST, directories);
    split =
        Files.exists(folder.split()) // A resumed run never draws its split again.
            ? LabelSplit.load(folder.split(), train)
            : RunSplit.of(options, provider, train, directories);
    pool = split.images(train, provider, directories);
    plan =
        RunPlan.of(
            options, algorithmProvider, split.labeled().length(), split.unlabeled().length());
    checkParts();
    AlgorithmFactory factory =
        new AlgorithmFactory(
            options,
            provider.statistics().channels(),
            train.classNames().size(),
            split.labeled().length(),
            split.unlabeled().length(),
            plan.steps());
    algorithm = factory.create(from == null ? InitialWeights.of(options.initial()) : null);
    history = from == null ? new History() : History.parse(from.require("history"));
    if (from != null) {
      checkData(from);
      from.restore(algorithm);
    }
    workers = options.batch().devices() == 1 ? null : workers(factory);
    images = new RunImages(options, provider, algorithmProvider);
    batches = images.training(pool, split, from == null ? 0 : from.position());
    metrics =
        rebuildMetrics
            ? MetricsFile.rebuild(folder.metrics(), algorithm.steps(), history)
            : MetricsFile.resume(folder.metrics(), algorithm.steps());
    List<TrainingListener> listeners = new ArrayList<>(watchers);
    listeners.add(
        new TrainingListener() {
          @Override
          public void onEvaluation(EvaluationReport report) {
            latest = report;
          }
        });
    if (!algorithmProvider.views().isEmpty()) {
      long images = options.batch().unlabeled();
      listeners.add(new IdleLossWarning(Math.max(1, split.unlabeled().length() / images)));
    }
    if (!algorithmProvider.classifies()) {
      listeners.add(new CollapseWarning(GraphParts.outputWidth(algorithm.student().graph())));
    }
    listeners.add(metrics);
    events = EventLog.open(folder.root());
    listeners.add(events);
    listeners.add(
        new CheckpointListener(
            folder, algorithm, batches, history, facts(), options.evaluation().keepEvery()));
    monitor =
        algorithmProvider.classifies()
            ? null
            : new RunKnnMonitor(options, provider, algorithm, images, train, split.validation());
    evaluation =
        monitor == null
            ? NetworkEvaluation.ofClassifiers(algorithm, train.classNames().size())
            : monitor;
    trainer =
        Trainer.builder(algorithm, batches)
            .schedule(plan.schedule())
            .steps(plan.trained())
            .evaluateEvery(options.evaluation().evaluateEvery())
            .checkpointEvery(options.evaluation().checkpointEvery())
            .seed(options.seed())
            .evaluation(evaluation, this::measured)
            .step(
                workers != null
                    ? workers
                    : (batch, rate) -> algorithm.step(batch, options.batch().accumulate(), rate))
            .listeners(listeners)
            .build();
  }

  /** A new run. */
  public static TrainingRun start(
      TrainingOptions options, RunFolder folder, List<TrainingListener> watchers) {
    TrainingRun run = new TrainingRun(options, folder, null, false, watchers);
    run.split.save(folder.split());
    folder.writeText(folder.config(), OptionTexts.toYaml(options));
    return run;
  }

  /**
   * A run that goes on from its last checkpoint, or from the beginning if it has none yet.
   *
   * @param rebuildMetrics whether damaged metrics may have empty cells
   */
  public static TrainingRun resume(
      RunFolder folder, boolean rebuildMetrics, List<TrainingListener> watchers) {
    TrainingOptions options = OptionTexts.read(folder.config()).resolve();
    Checkpoint from = Files.exists(folder.last()) ? Checkpoint.read(folder.last()) : null;
    return new TrainingRun(options, folder, from, rebuildMetrics, watchers);
  }

  /** Trains. Returns whether the end was reached. */
  public boolean run() {
    return trainer.run();
  }

  public void stop() {
    trainer.stop();
  }

  public History history() {
    return history;
  }

  private DataParallel workers(AlgorithmFactory factory) {
    return new DataParallel(
        algorithm,
        options.batch().devices(),
        options.batch().accumulate(),
        () -> factory.create(null));
  }

  public StudentTeacherAlgorithm algorithm() {
    return algorithm;
  }

  ImageDataset trainImages() {
    return train;
  }

  LabelSplit labels() {
    return split;
  }

  /** How many images of each kind serve without labels; empty if that needs no saying. */
  public Optional<String> unlabeledKinds() {
    if (algorithmProvider.views().isEmpty() || !provider.parts().contains(Part.UNLABELED)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "unlabelled images: %,d of the training set, %,d of the data set's own",
            unlabeledOfTrain().length(),
            split.ownUnlabeled()));
  }

  private ImmutableIntArray unlabeledOfTrain() {
    ImmutableIntArray all = split.unlabeled(); // Those of the training set come first.
    return all.subArray(0, all.length() - split.ownUnlabeled());
  }

  public long totalSteps() {
    return plan.trained();
  }

  /** Measures on the test set, whatever checkpoints are chosen by. */
  public EvaluationReport test() {
    if (latest != null && latest.step() == algorithm.steps() && split.validation().isEmpty()) {
      return latest; // That was the test set, with these weights.
    }
    try (BatchSource source = images.inOrder(test)) {
      return evaluation.evaluate(source);
    }
  }

  /** Brings all figures to the disk. */
  public void flush() {
    metrics.onCheckpoint(algorithm.steps());
  }

  /** Facts for {@code run.json}. */
  public Map<String, Object> describe() {
    Map<String, Object> facts = new TreeMap<>();
    facts.put("algorithm", options.algorithm());
    facts.put("teacher", teacherName());
    facts.put("dataset", train.name());
    facts.put("split", split.toString());
    facts.put("unlabeled_train", unlabeledOfTrain().length());
    facts.put("unlabeled_own", split.ownUnlabeled());
    facts.put("split_hash", split.hash());
    facts.put("data_fingerprint", train.fingerprint());
    facts.put("seed", options.seed());
    facts.put("steps", algorithm.steps());
    facts.put("training_seconds", metrics.seconds());
    facts.put("classes", train.classNames());
    facts.put("chosen_on", chosenOn());
    facts.put("measured_by", measuredBy());
    return facts;
  }

  /** What accuracies are of, in words. */
  public String measuredBy() {
    return monitor == null
        ? CLASSIFIER
        : String.format(
            Locale.ROOT,
            "%d nearest neighbours among %,d training images",
            options.evaluation().neighbors(),
            monitor.bankSize());
  }

  /** The set that accuracies are of while training, and the best checkpoint is chosen by. */
  public String chosenOn() {
    return split.validation().isEmpty() ? "test" : "validation";
  }

  private String teacherName() {
    if (algorithm.teacher() == null) {
      return "none";
    }
    return switch (algorithm.teacher().statistics()) {
      case AVERAGED -> "eman";
      case BATCH -> "ema";
      case STUDENT -> "student statistics";
    };
  }

  /** Before anything is trained. */
  private void checkParts() {
    if (!algorithmProvider.views().isEmpty()) {
      algorithmProvider.checkBatch(
          options.algorithmOptions(), options.batch().unlabeled() / options.batch().parts());
    }
  }

  /** What checkpoints are chosen by: the validation images if there are any, else the test set. */
  private BatchSource measured() {
    return split.validation().isEmpty()
        ? images.inOrder(test)
        : images.inOrder(train, split.validation());
  }

  /** Confident errors of the network that would be deployed, on images without labels. */
  public List<Map<String, Object>> pseudoErrors() {
    ImmutableIntArray candidates = PseudoErrors.candidates(train, unlabeledOfTrain());
    if (candidates.isEmpty()
        || !algorithmProvider.classifies()
        || algorithmProvider.views().isEmpty()) {
      return List.of();
    }
    Teacher teacher = algorithm.teacher();
    Classifier network =
        teacher == null ? Classifier.of(algorithm.student()) : Classifier.of(teacher);
    try (BatchPipeline shown = images.inOrder(train, candidates)) {
      return PseudoErrors.find(train, shown, network);
    }
  }

  /** The features before the head, of the network that would be deployed. */
  public FeatureExtractor deployedFeatures() {
    String vertex =
        Backbones.named(options.backbone(), provider.statistics().channels()).featureVertex();
    Teacher teacher = algorithm.teacher();
    return teacher == null
        ? FeatureExtractor.of(algorithm.student(), vertex)
        : FeatureExtractor.of(teacher, vertex);
  }

  /** Student, or teacher if there is one. */
  public String deployedName() {
    return algorithm.teacher() == null ? "student" : "teacher";
  }

  public TrainingOptions options() {
    return options;
  }

  public RunImages images() {
    return images;
  }

  public ImageDataset testImages() {
    return test;
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put("config", OptionTexts.toYaml(options));
    facts.put("version", Provenance.version());
    facts.put("backend", Backend.describe());
    facts.put("split_hash", split.hash());
    facts.put("data_fingerprint", train.fingerprint());
    facts.put("classes", String.join("\n", train.classNames()));
    return facts;
  }

  private void checkData(Checkpoint from) {
    if (!from.require("split_hash").equals(split.hash())) {
      throw new EmanException(
          folder.last()
              + " was trained on other labels or data: expected the split "
              + from.require("split_hash")
              + ", found "
              + split.hash());
    }
  }

  @Override
  public void close() {
    List<Runnable> closing = new ArrayList<>();
    if (workers != null) {
      closing.add(workers::close);
    }
    Collections.addAll(
        closing, batches::close, metrics::close, events::close, pool::close, test::close);
    closing.add(algorithm.student()::releaseMemory);
    if (algorithm.teacher() != null) {
      closing.add(algorithm.teacher()::releaseMemory);
    }
    RuntimeException failure = null;
    for (Runnable one : closing) {
      try {
        one.run();
      } catch (
          RuntimeException e) { // A full disk, for example: the others are closed all the same.
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
