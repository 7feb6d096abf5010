package dev.eman.train;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.loss.ClassWeights;
import dev.eman.core.model.Teacher;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.split.HoldOut;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.Network;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.protocol.EvaluationOrder;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Data, networks and optimiser of a run at one step: at its beginning, or as stored in a
 * checkpoint. Training it changes no file.
 */
public final class RunState implements AutoCloseable {
  private final TrainingOptions options;
  private final DatasetProvider provider;
  private final AlgorithmProvider algorithmProvider;
  private final ImmutableList<String> notes;
  private final ImageDataset train;
  private final ImageDataset pool;
  private final TrainingImages trainingImages;
  private final @Nullable ImageDataset test;
  private final TestImages testImages;
  private final @Nullable HoldOut holdOut;
  private final LabelSplit split;
  private final RunPlan plan;
  private final StudentTeacherAlgorithm algorithm;
  private final RunImages images;
  private final long position;
  private final OpenResources open;

  private RunState(
      TrainingOptions options,
      @Nullable RunFiles files,
      @Nullable RunCheckpoint from,
      OpenResources open) {
    this.options = options;
    this.open = open;
    algorithmProvider = options.provider();
    DataParts data =
        DataParts.open(
            options,
            files == null ? null : files.holdOut(),
            from == null ? null : from.classes().orElse(null));
    provider = data.provider();
    train = data.train();
    ImageDataset[] owner = {train}; // Once there is a pool, it closes the training images.
    open.add(owner, images -> images[0].close());
    if (data.test() != null) {
      open.add(data.test(), ImageDataset::close);
    }
    holdOut = data.holdOut();
    DataDirectories directories = data.directories();
    split =
        files != null && Files.exists(files.split()) // A resumed run keeps its split.
            ? LabelSplit.load(files.split(), train)
            : RunSplit.of(options, provider, train, directories);
    testImages = testImages(data);
    test = testImages == TestImages.VALIDATION ? DataParts.validation(train, split) : data.test();
    RunPool drawnFrom = RunPool.open(split, train, provider, directories, options.data());
    pool = drawnFrom.images();
    owner[0] = pool;
    trainingImages =
        new TrainingImages(options, algorithmProvider, train, split, drawnFrom.sources());
    InitialWeights initial = from == null ? InitialWeights.of(options) : null;
    notes =
        ImmutableList.<String>builder()
            .addAll(initial == null ? ImmutableList.of() : notes(initial, provider))
            .addAll(data.notes())
            .addAll(initial == null ? ImmutableList.of() : knownValidation())
            .addAll(drawnFrom.notes())
            .addAll(trainingImages.notes())
            .addAll(withoutLabels(data.classes()))
            .build();
    plan = plan(options);
    if (from == null) {
      plan.checkReached();
    }
    if (!algorithmProvider.views().isEmpty()) { // Before anything is trained.
      algorithmProvider.checkBatch(
          options.algorithmOptions(), options.batch().unlabeled() / options.batch().parts());
    }
    algorithm = newAlgorithm(initial);
    open.add(algorithm.student(), student -> student.releaseMemory());
    if (algorithm.teacher() != null) {
      open.add(algorithm.teacher(), Teacher::releaseMemory);
    }
    position = from == null ? 0 : from.state().position();
    if (from != null) {
      checkData(from);
      from.state().restore(algorithm);
    }
    images = new RunImages(options, provider, algorithmProvider);
  }

  /**
   * Opens everything or nothing.
   *
   * @param files of the run: which images have labels, and which are held out; drawn if there are
   *     no such files
   * @param from the checkpoint; null for the beginning
   */
  static RunState open(
      TrainingOptions options, @Nullable RunFiles files, @Nullable RunCheckpoint from) {
    OpenResources open = new OpenResources();
    try {
      return new RunState(options, files, from, open);
    } catch (Throwable e) {
      open.closeAfter(e);
      throw e;
    }
  }

  /** What a user should know of the weights that a run begins with. */
  private static ImmutableList<String> notes(InitialWeights initial, DatasetProvider images) {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    notes.addAll(initial.notes());
    initial.otherStatistics(images.name(), images.statistics()).ifPresent(notes::add);
    return notes.build();
  }

  private TestImages testImages(DataParts data) {
    if (data.holdOut() != null) {
      return TestImages.HELD_OUT;
    }
    if (data.test() != null) {
      return TestImages.TEST_SET;
    }
    boolean labels = data.classes().names().size() > 1;
    return labels && options.data().validation() > 0 ? TestImages.VALIDATION : TestImages.NONE;
  }

  /** A sentence if the initial weights may have learned from the images of the final figures. */
  private ImmutableList<String> knownValidation() {
    InitialRun run = testImages == TestImages.VALIDATION ? InitialRun.of(options) : null;
    return run == null
        ? ImmutableList.of()
        : run.note(train, split.validation(), "kept for validation").stream()
            .collect(toImmutableList());
  }

  /** A sentence about classes that no labelled image is of; drawn labels are of every class. */
  private ImmutableList<String> withoutLabels(ClassList classes) {
    if (!algorithmProvider.usesLabels() || classes.names().isEmpty()) {
      return ImmutableList.of();
    }
    ImmutableList<String> missing =
        classes.missing(SubsetDataset.of(train, split.labeled(), train.name()));
    return missing.isEmpty()
        ? ImmutableList.of()
        : ImmutableList.of(
            String.format(
                Locale.ROOT,
                "no image of %s has a label (%s): the network cannot learn %s",
                ClassList.list(missing),
                split.origin(),
                missing.size() == 1 ? "it" : "them"));
  }

  private void checkData(RunCheckpoint from) {
    if (!from.splitHash().equals(split.hash())) {
      throw new EmanException(
          from.file()
              + " was trained on other labels or data: expected the split "
              + from.splitHash()
              + ", found "
              + split.hash());
    }
    checkTest(from);
  }

  /** The best checkpoint, and means over evaluations, must be of one test set. */
  private void checkTest(RunCheckpoint from) {
    String measured = from.testFingerprint().orElse(null); // Early versions did not note it.
    String now = testFingerprint();
    boolean measures = split.validation().isEmpty(); // Else these images choose.
    if (measures
        && measured != null
        && now != null
        && !measured.equals(now)
        && from.history().lastStep() > 0) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected the test images that the run was measured on (fingerprint %s), found"
                  + " others in %s (%s); restore them, or start a new run, which --init can begin"
                  + " with these weights",
              from.file(),
              measured,
              test().name(),
              now));
    }
  }

  /**
   * The fingerprint of the data set's own test images; null if there are none: images held out and
   * for validation follow from the training images.
   */
  @Nullable String testFingerprint() {
    return testImages == TestImages.TEST_SET ? test().fingerprint() : null;
  }

  /** A new, equal algorithm in its initial state. */
  StudentTeacherAlgorithm newAlgorithm(@Nullable InitialWeights initial) {
    return new AlgorithmFactory(
            options,
            provider.statistics().channels(),
            Math.max(1, train.classNames().size()), // Methods without labels do without classes.
            split.labeled().length(),
            split.unlabeled().length(),
            plan.steps(),
            classWeights())
        .create(initial);
  }

  private @Nullable ClassWeights classWeights() {
    int[] labels = new int[train.classNames().size()];
    split.labeled().forEach(image -> labels[train.requireLabel(image)]++);
    return options.classWeights().of(train.classNames(), labels);
  }

  /** The options of the run. */
  public TrainingOptions options() {
    return options;
  }

  /** The data set. */
  public DatasetProvider provider() {
    return provider;
  }

  AlgorithmProvider algorithmProvider() {
    return algorithmProvider;
  }

  /** The training images. */
  public ImageDataset train() {
    return train;
  }

  /**
   * The images that final accuracies are of.
   *
   * @throws EmanException if there are none
   */
  public ImageDataset test() {
    if (test == null) {
      throw new EmanException(
          "expected a run with images to measure on, found one without: " + provider.name());
    }
    return test;
  }

  /** What {@link #test} is. */
  public TestImages testImages() {
    return testImages;
  }

  /** Which images are held out; null if none are. */
  @Nullable HoldOut holdOut() {
    return holdOut;
  }

  /** The split: which images have labels. */
  public LabelSplit split() {
    return split;
  }

  /** The training images used without labels. */
  ImmutableIntArray unlabeledOfTrain() {
    ImmutableIntArray all = split.unlabeled(); // Images of the training set come first.
    return all.subArray(0, all.length() - split.partSize() - split.addedSize());
  }

  /** How many images the run trains on, and where they come from. */
  public TrainingImages trainingImages() {
    return trainingImages;
  }

  /** What a user should know of the images, one line each, before the first step; often none. */
  public ImmutableList<String> notes() {
    return notes;
  }

  /** What is done about photos' orientations, in a line; empty for data that note none. */
  public Optional<String> orientationNote() {
    return options.data().orientationNote(provider);
  }

  /** The plan under other options, of the same data. */
  RunPlan plan(TrainingOptions others) {
    return RunPlan.of(
        others, algorithmProvider, split.labeled().length(), split.unlabeled().length());
  }

  /** The run's length and learning-rate schedule. */
  public RunPlan plan() {
    return plan;
  }

  /** The networks and the optimiser. */
  public StudentTeacherAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * The teacher.
   *
   * @throws EmanException if there is none
   */
  public Teacher teacher() {
    Teacher teacher = algorithm.teacher();
    if (teacher == null) {
      throw new EmanException("expected a run with a teacher, found a run without one");
    }
    return teacher;
  }

  /** The network to deploy: the teacher if it has statistics of its own, else the student. */
  public Network deployed() {
    return algorithm.teacher() == null || EvaluationOrder.isMixed(algorithm)
        ? Network.STUDENT
        : Network.TEACHER;
  }

  /** The learning rate of the last completed step. */
  public double learningRate() {
    return plan.schedule().at(Math.max(0, algorithm.steps() - 1));
  }

  /** Opens batches as the run's options specify. */
  public RunImages images() {
    return images;
  }

  /** All images of a set once, in the order that the networks are evaluated in. */
  BatchPipeline evaluated(ImageDataset data) {
    return evaluated(data, ImmutableIntArray.copyOf(IntStream.range(0, data.size())));
  }

  /** Some images of a set once, in the order that the networks are evaluated in. */
  BatchPipeline evaluated(ImageDataset data, ImmutableIntArray some) {
    return images.inOrder(data, EvaluationOrder.of(algorithm, some));
  }

  /** The batches from this step on; close them after use. */
  public BatchPipeline training() {
    return images.training(pool, split, position);
  }

  /** One worker's share of these batches. */
  BatchPipeline training(int rank, int workers) {
    return images.training(pool, split, position, rank, workers);
  }

  /** Closes the data and releases the networks' memory. */
  @Override
  public void close() {
    open.close();
  }
}
