package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.TensorScan;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.train.Checkpoint;
import dev.eman.core.train.CheckpointFacts;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.train.metrics.History;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint of a run, with everything needed to use its networks: it opens on a machine that has
 * neither the data nor the other files of the run. Checkpoints of early versions lack image size
 * and normalisation, which are then taken from the data set of the recorded name.
 */
public final class RunCheckpoint {
  /** Which of a run's checkpoints. */
  public enum Which {
    /** The one with the highest top-1. */
    BEST,
    LAST
  }

  private static final Logger LOG = LoggerFactory.getLogger(RunCheckpoint.class);

  private final Path file;
  private final CheckpointFacts recorded;
  private final @Nullable Checkpoint state;
  private final OptionTexts texts;
  private final RunFacts facts;

  /** With its arrays, or, if the state is null, without them. */
  private RunCheckpoint(Path file, CheckpointFacts recorded, @Nullable Checkpoint state) {
    this.file = file;
    this.recorded = recorded;
    this.state = state;
    this.texts = OptionTexts.of(recorded).locatedBy(file);
    this.facts = new RunFacts(file, recorded, texts);
  }

  private static RunCheckpoint whole(Path file, Checkpoint state) {
    return new RunCheckpoint(file, state.facts(), state);
  }

  /**
   * Opens a checkpoint and reads it whole.
   *
   * @param path a run's folder, or one of its checkpoints
   * @param which which checkpoint of a folder; if it is missing, another one is taken, and the log
   *     says so
   * @throws EmanException if it is missing or damaged
   */
  public static RunCheckpoint open(Path path, Which which) {
    Path file = file(path, which);
    return whole(file, Checkpoint.read(file));
  }

  /**
   * Opens a checkpoint for what it says of its run. Its arrays, most of the file, are not read now:
   * what needs them reads the whole file, as it is then, each time, and keeps none of it.
   *
   * @param path a run's folder, or one of its checkpoints
   * @param which as for {@link #open}
   * @throws EmanException if it is missing, or damaged in what it says
   */
  public static RunCheckpoint openFacts(Path path, Which which) {
    Path file = file(path, which);
    return new RunCheckpoint(file, CheckpointFacts.read(file), null);
  }

  /**
   * Opens the checkpoint that a run's results are of: the last, or the best with early stopping.
   *
   * @param path a run's folder, or one of its checkpoints
   * @throws EmanException if it is missing or damaged
   */
  public static RunCheckpoint openResult(Path path) {
    Path last = file(path, Which.LAST);
    boolean earlier = Files.isDirectory(path) && openFacts(last, Which.LAST).isAfterBest();
    return open(earlier ? path : last, Which.BEST);
  }

  /** Whether the results of its run are of the best checkpoint, which is an earlier one. */
  public boolean isAfterBest() {
    return history().sinceBest() > 0
        && EvaluationOptions.EARLY_STOP.parse(text(EvaluationOptions.EARLY_STOP)) > 0;
  }

  /** The checkpoint that a run is resumed from; null if it has none yet. */
  static @Nullable RunCheckpoint lastOf(RunFiles files) {
    return Files.exists(files.last()) ? open(files.last(), Which.LAST) : null;
  }

  /**
   * Reads the content of a checkpoint that does not lie in a file of this machine.
   *
   * @param name of where it comes from, for messages
   * @throws EmanException if it is damaged
   */
  public static RunCheckpoint read(byte[] content, Path name) {
    return whole(name, Checkpoint.read(content, name));
  }

  /**
   * The file to open: the path itself, or a checkpoint in a folder.
   *
   * @throws EmanException if it is a folder without any, or with several of other names
   */
  static Path file(Path path, Which which) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    RunFiles run = new RunFiles(path);
    Path file = which == Which.BEST ? run.best() : run.last();
    if (Files.exists(file)) {
      return file;
    }
    Path other = run.checkpointInstead(file);
    LOG.info(
        "{} has no {}: {} is used",
        Printable.escape(path.toString()),
        file.getFileName(),
        other.getFileName());
    return other;
  }

  /**
   * The checkpoint to take of a run's folder that is not one of this machine: the wanted one, else
   * the last, else the best, else that of the highest step, else the only file of its kind.
   *
   * @param folder for messages
   * @param names of the files in it
   * @throws EmanException if there is none, or there are several of other names
   */
  public static String choose(String folder, Collection<String> names, Which which) {
    String wanted = which == Which.BEST ? RunFiles.BEST : RunFiles.LAST;
    return names.contains(wanted) ? wanted : RunFiles.choose(folder, names, wanted);
  }

  /** Whether a file seems to be a checkpoint; false if it cannot be read. */
  public static boolean isCheckpoint(Path file) {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      ZipEntry first = zip.getNextEntry();
      return first != null && first.getName().equals("format");
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  /** The file that it was read from. */
  public Path file() {
    return file;
  }

  /** The networks' parameters and all other training state. */
  Checkpoint state() {
    return state == null ? Checkpoint.read(file) : state;
  }

  /**
   * The options that the run was trained with.
   *
   * @throws UsageException if its algorithm is not on the class path
   */
  public TrainingOptions options() {
    return texts.resolve(file.toString());
  }

  /**
   * The same options as text, which can be changed before they are resolved. Paths that are gone
   * are replaced by those at the same place relative to the checkpoint, where there is something.
   */
  public OptionTexts optionTexts() {
    return texts;
  }

  /**
   * The same options for other images to use the networks on, or for the run's own at another
   * place.
   *
   * @param given options of the images, which override the run's
   * @throws EmanException if images are needed that are neither where they were nor at the same
   *     place relative to the run
   */
  public OptionTexts optionTexts(OptionTexts given) {
    OptionTexts own = texts;
    if (given.has(DataOptions.DATASET)) { // It need not lie where the run's images were.
      own = own.withoutMissing(DataOptions.DATA).without(ImmutableList.of(DataOptions.IMAGES));
    }
    OptionTexts all = own.and(given);
    all.checkFound(DataOptions.PLACES);
    return all;
  }

  /** What the run did about images that cannot be decoded. */
  public CorruptImages corruptImages() {
    return DataOptions.CORRUPT_IMAGES.parse(text(DataOptions.CORRUPT_IMAGES));
  }

  private String text(TrainingOption<?> option) {
    return facts.text(option);
  }

  /** Number of completed steps. */
  public long steps() {
    return recorded.steps();
  }

  /** The accuracies up to this step. */
  public History history() {
    return facts.history(deployed());
  }

  /** The fingerprint of the training images. */
  String dataFingerprint() {
    return facts.dataFingerprint();
  }

  /**
   * The fingerprint of the data set's own test images; empty if there are none, and of early
   * versions.
   */
  Optional<String> testFingerprint() {
    return facts.testFingerprint();
  }

  /** The other files of its run, which may be missing; empty if it lies in no folder. */
  Optional<RunFiles> runFiles() {
    return Optional.ofNullable(file.toAbsolutePath().getParent()).map(RunFiles::new);
  }

  /** The hash of the images that had labels. */
  String splitHash() {
    return facts.splitHash();
  }

  /** The classes' names, in the order of the logits; none if the training images had no labels. */
  public ImmutableList<String> classNames() {
    return facts.classNames();
  }

  /** The same as a list to label images by; empty if there are none. */
  Optional<ClassList> classes() {
    ImmutableList<String> names = classNames();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(ClassList.of(names, "the images that " + file + " was trained on"));
  }

  /** Width and height in pixels of the training images. */
  public int imageSize() {
    return facts.imageSize();
  }

  /** Whether photos are turned as their files say before they are classified. */
  public Orientation orientation() {
    return facts.orientation();
  }

  /** Mean and deviation that images are normalised by; also gives the number of channels. */
  public ChannelStatistics statistics() {
    return facts.statistics();
  }

  /** The preparation of an image before it is classified. */
  public Transform testView() {
    return ViewOptions.TEST.parse(text(ViewOptions.TEST)).create(imageSize());
  }

  /** What is done to images before the networks see them. */
  public ImagePreparation preparation() {
    return new ImagePreparation(statistics(), imageSize(), testView(), orientation());
  }

  /** The architecture up to the features. */
  public Backbone backbone() {
    return Backbones.named(text(TrainingOptions.BACKBONE), statistics().channels());
  }

  /** Whether the run trained a classifier, rather than features alone. */
  public boolean classifies() {
    return facts.classifies();
  }

  /**
   * Checks that there is a classifier.
   *
   * @throws UsageException if the run trained none
   */
  public void checkClassifies() {
    if (!classifies()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "expected a run with a classifier, found one of %s, which learns features: measure it"
                  + " with eman knn or eman linear, or train a classifier from it with eman"
                  + " finetune or eman train --init",
              text(TrainingOptions.ALGORITHM)));
    }
  }

  /** The network to deploy: the teacher if it has statistics of its own, else the student. */
  public Network deployed() {
    return recorded.hasTeacher() && !teacherNeedsBatch() ? Network.TEACHER : Network.STUDENT;
  }

  private boolean teacherNeedsBatch() {
    return recorded
        .teacherStatistics()
        .map(statistics -> statistics == TeacherStatistics.BATCH)
        // Earlier versions only had this library's algorithms.
        .orElseGet(() -> texts.setting("teacher").equals(Optional.of("ema")));
  }

  /**
   * Checks that a network can be used on its own: a teacher that normalises with its batch cannot.
   *
   * @throws EmanException if it cannot
   */
  public void checkUsable(Network network) {
    if (network == Network.TEACHER && recorded.hasTeacher() && teacherNeedsBatch()) {
      throw new EmanException(
          file
              + ": an EMA teacher normalises with its batch and has no statistics of its own; take"
              + " the student (--network student)");
    }
  }

  /**
   * One of the networks, ready for inference.
   *
   * @throws EmanException if there is no such network, or it needs its batch to normalise
   * @throws UsageException if the run trained no classifier
   */
  public TrainedClassifier network(Network network) {
    checkClassifies();
    return new TrainedClassifier(this, network, weights(network));
  }

  /**
   * One of the networks with its weights: a classifier as a whole, any other network without its
   * heads.
   *
   * @throws EmanException if there is no such network, it needs its batch to normalise, or its
   *     training diverged
   */
  public ComputationGraph weights(Network network) {
    checkUsable(network);
    Backbone backbone = backbone();
    if (!classifies()) {
      ComputationGraph features = backbone.features(0);
      loadBackbone(network, features, backbone);
      return features;
    }
    ComputationGraph graph = backbone.classifier(classNames().size(), 0);
    ParameterTable parameters = ParameterTable.of(graph);
    state().loadPart(network == Network.TEACHER, parameters); // Other heads are left out.
    checkValues(network, parameters);
    return graph;
  }

  private void checkValues(Network network, ParameterTable parameters) {
    TensorScan.check(file + ", " + network.label(), parameters);
  }

  /**
   * Sets the parameters and statistics of a network's backbone; the head is unchanged.
   *
   * @param graph mutated
   * @param backbone of the graph
   * @throws EmanException if it is of another backbone, needs its batch to normalise, or its
   *     training diverged; then nothing is changed
   */
  public void loadBackbone(Network network, ComputationGraph graph, Backbone backbone) {
    checkUsable(network);
    checkBackbone(backbone);
    ComputationGraph part = GraphParts.upTo(graph, backbone.featureVertex());
    state().loadPart(network == Network.TEACHER, ParameterTable.of(part));
    checkValues(network, ParameterTable.of(part));
    GraphParts.copyShared(part, graph);
  }

  /** By name: a shallower network's tensors may all be in a deeper one, with the same shapes. */
  private void checkBackbone(Backbone wanted) {
    String recorded = text(TrainingOptions.BACKBONE);
    if (!recorded.equals(wanted.name())) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected a run of backbone %s, found one of %s; specify --backbone %s",
              file,
              wanted.name(),
              recorded,
              recorded));
    }
  }

  /**
   * Opens the run's data, and its networks and optimiser as they were at this step, for studies or
   * further training. No file of the run is changed.
   *
   * @throws EmanException if the data are missing or different
   */
  public RunState restore() {
    texts.checkFound(DataOptions.PLACES);
    return RunState.open(options(), runFiles().orElse(null), this);
  }

  /** What a file of one of its networks should say about it. */
  public ExportFacts exportFacts(Network network) {
    return new ExportFacts(
        text(TrainingOptions.BACKBONE),
        network,
        text(TrainingOptions.ALGORITHM).toLowerCase(Locale.ROOT),
        datasetName(),
        classifies() ? classNames() : ImmutableList.of(),
        imageSize(),
        statistics(),
        text(ViewOptions.TEST),
        orientation());
  }

  /** Without the folders that a user's data lie in. */
  private String datasetName() {
    String name = text(DataOptions.DATASET);
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }
}
