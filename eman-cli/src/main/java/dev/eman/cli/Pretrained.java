package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.io.CommandLines;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.RenormalizedProvider;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.DataParts;
import dev.eman.train.InitialWeights;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunFiles;
import dev.eman.train.RunImages;
import dev.eman.train.encoder.OnnxEncoder;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import dev.eman.train.options.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Options that select backbones and the images to evaluate them on. */
final class Pretrained {
  @Parameters(
      index = "0..*",
      arity = "0..*",
      paramLabel = "FILE",
      description =
          "Run folders, checkpoints, weight files (PyTorch .pth or safetensors), or published"
              + " weights by name, such as torchvision:resnet18; without any, random weights, for"
              + " comparison. For several, prints each result and the mean.")
  private List<String> files = List.of(); // Picocli does not say why it cannot convert one.

  private boolean measures = true;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: student, or a weight file's only network).")
  private @Nullable Network network;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description = "Prefix of the weight names, such as module.encoder_q (default: detected).")
  private @Nullable String prefix;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      description = "Backbone of a weight file (default: the run's own, or resnet14-w16).")
  private @Nullable String backbone;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Data set to evaluate on (default: the run's own, or fashion-mnist-mini).")
  private @Nullable String dataset;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder to search for data first (default: where the run found its data).")
  private @Nullable Path data;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of images (default: the run's own, or the data set's).")
  private @Nullable Integer size;

  @Option(
      names = "--test-view",
      paramLabel = "PRESET",
      description = "Preparation of images for evaluation (default: the run's own, or none).")
  private @Nullable String testView;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of random weights and of drawn labels (default: the run's own, or 0).")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Number of networks with random weights, with seeds from --seed (default: 1).")
  private @Nullable Integer seeds;

  @Mixin private EncoderSource encoder = new EncoderSource();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  private @Nullable Path images;

  /** What a run's options say of its own data alone. */
  private static final ImmutableSet<TrainingOption<?>> OF_OWN_DATA =
      ImmutableSet.of(
          DataOptions.IMAGES,
          DataOptions.CLASSES,
          DataOptions.HOLDOUT,
          DataOptions.VALIDATION,
          DataOptions.LABELS_FILE,
          DataOptions.UNLABELED_DATA);

  /** What they say of its own place alone. */
  private static final ImmutableSet<TrainingOption<?>> OF_OWN_PLACE =
      ImmutableSet.of(DataOptions.IMAGES);

  /** Names the folder of a table's images; null for the run's own, or the table's. */
  void images(@Nullable Path folder) {
    images = folder;
  }

  /**
   * A network to evaluate.
   *
   * @param weights of it; null for random ones
   * @param options relevant options of the run, and those that override them
   */
  private record Source(@Nullable InitialWeights weights, TrainingOptions options) {
    String name() {
      return weights == null
          ? "random weights, seed " + options.seed()
          : weights.source().toString();
    }
  }

  /** Whether there is a network that has learned something. */
  boolean isGiven() {
    return !files.isEmpty() || encoder.isGiven();
  }

  /** The folder of the first run, also where one of its checkpoints is named; empty for others. */
  Optional<Path> runFolder() {
    if (files.isEmpty()
        || !(WeightSource.parse(files.get(0)) instanceof WeightSource.Local local)) {
      return Optional.empty();
    }
    Path path = local.path();
    if (Files.isDirectory(path)) {
      return Optional.of(path);
    }
    return RunCheckpoint.isCheckpoint(path)
        ? Optional.ofNullable(path.getParent()).filter(folder -> new RunFiles(folder).isBegun())
        : Optional.empty();
  }

  /** Whether the images are named, and not only those of a run. */
  boolean namesDataset() {
    return dataset != null;
  }

  /** Whether the network is a model of another program. */
  boolean isEncoder() {
    return encoder.isGiven();
  }

  /** Processes one after the other; checks that all files exist before the first. */
  void each(Consumer<Opened> judge) {
    Set<String> printed = new HashSet<>(); // Several networks are mostly of the same data.
    for (Source source : sources()) {
      try (Opened opened = open(source)) {
        Notes.print(
            requireNonNull(command).commandLine().getErr(),
            notes(source, opened).filter(printed::add).toList());
        judge.accept(opened);
        OnnxEncoder model = opened.model();
        if (model != null) {
          EncoderSource.report(requireNonNull(command).commandLine().getOut(), model);
        }
      }
    }
  }

  private Stream<String> notes(Source source, Opened opened) {
    Stream<String> ofData = opened.data().notes().stream();
    InitialWeights weights = source.weights();
    OnnxEncoder model = opened.model();
    if (model != null) {
      Stream<String> ofClasses =
          model.classes().stream()
              .map(
                  classes ->
                      String.format(
                          Locale.ROOT,
                          "%s is a classifier, of %.80s: what it says of them is taken for the"
                              + " features",
                          encoder.name(),
                          classes));
      return Stream.of(model.notes().stream(), ofClasses, ofData).flatMap(lines -> lines);
    }
    return weights == null
        ? ofData
        : Stream.of(weights.notes().stream(), ofData, otherStatistics(weights, opened).stream())
            .flatMap(lines -> lines);
  }

  /** Features depend on how images are normalised, which follows the data set. */
  private Optional<String> otherStatistics(InitialWeights weights, Opened opened) {
    if (dataset == null && weights.checkpoint().isPresent()) {
      return Optional.empty(); // On a run's own data it is the same.
    }
    return weights.otherStatistics(
        dataset == null ? opened.datasetName() : dataset, opened.data().provider().statistics());
  }

  /** Nothing is measured, so that there may be no test images. */
  void measuresNothing() {
    measures = false;
  }

  /** Requires a single network. */
  void only(Consumer<Opened> judge) {
    if (files.size() > 1) {
      throw new UsageException("expected one FILE, got " + files.size());
    }
    each(judge);
  }

  private List<Source> sources() {
    if (encoder.isGiven()) {
      if (!files.isEmpty()
          || network != null
          || prefix != null
          || backbone != null
          || seeds != null) {
        throw new UsageException(
            "--encoder: expected no FILE, --network, --prefix, --backbone or --seeds, because the"
                + " model is the network; omit one of them");
      }
      return List.of(new Source(null, options(null, seed)));
    }
    encoder.checkUnused();
    if (!files.isEmpty()) {
      if (seeds != null) {
        throw new UsageException(
            "--seeds: expected no FILE, because --seeds is for random"
                + " weights; omit one of them");
      }
      return files.stream().map(WeightSource::parse).map(this::weights).map(this::source).toList();
    }
    int count = seeds == null ? 1 : seeds;
    if (count < 1) {
      throw new UsageException("--seeds: expected at least 1, got " + count);
    }
    if (network != null || prefix != null) {
      throw new UsageException(
          (network != null ? "--network" : "--prefix")
              + ": expected a run, a checkpoint or a file of weights beside it, found none");
    }
    long first = seed == null ? 0 : seed;
    return LongStream.range(first, first + count)
        .mapToObj(s -> new Source(null, options(null, s)))
        .toList();
  }

  private Source source(InitialWeights weights) {
    return new Source(weights, options(weights, seed));
  }

  private TrainingOptions options(@Nullable InitialWeights weights, @Nullable Long chosenSeed) {
    return options(weights, chosenSeed, OF_OWN_DATA);
  }

  private TrainingOptions options(
      @Nullable InitialWeights weights,
      @Nullable Long chosenSeed,
      Collection<TrainingOption<?>> ofOtherData) {
    OptionTexts texts = weights == null ? OptionTexts.empty() : weights.options();
    return options(texts, chosenSeed, ofOtherData);
  }

  /**
   * With the options given here.
   *
   * @param of what the network is known to expect
   */
  private TrainingOptions options(
      OptionTexts of, @Nullable Long chosenSeed, Collection<TrainingOption<?>> ofOtherData) {
    OptionTexts texts = with(of, TrainingOptions.BACKBONE, backbone);
    if (dataset != null) {
      texts = texts.with(DataOptions.DATASET, dataset).without(ofOtherData);
    }
    texts = with(texts, DataOptions.DATA, data);
    texts = with(texts, DataOptions.IMAGES, images);
    texts = with(texts, DataOptions.SIZE, size);
    texts = with(texts, ViewOptions.TEST, testView);
    texts = with(texts, TrainingOptions.SEED, chosenSeed);
    if (dataset != null) { // Another data set need not lie where the run's was.
      texts = texts.withoutMissing(DataOptions.DATA);
    }
    texts.checkFound(DataOptions.PLACES);
    TrainingOptions options = texts.resolve();
    DataOptions.checkTable(images, options.data().provider());
    return options;
  }

  private static OptionTexts with(
      OptionTexts texts, TrainingOption<?> option, @Nullable Object value) {
    return value == null ? texts : texts.with(option, value.toString());
  }

  private InitialWeights weights(WeightSource from) {
    if (from instanceof WeightSource.Local local && Files.isDirectory(local.path())) {
      RunFiles run = new RunFiles(local.path());
      if (!run.isBegun() && !run.hasCheckpoint()) { // It may be photos.
        throw new EmanException(
            String.format(
                Locale.ROOT,
                "expected a checkpoint in %s, found none; to measure on images, give them by"
                    + " --dataset %s",
                run.root(),
                CommandLines.quote(run.root().toString())));
      }
    }
    InitialWeights weights = new InitialWeights(from, network, prefix, data);
    weights.checkPrefix("--prefix");
    return weights;
  }

  private Opened open(Source source) {
    if (encoder.isGiven()) {
      return openEncoder();
    }
    InitialWeights weights = source.weights();
    RunCheckpoint run = weights == null ? null : weights.checkpoint().orElse(null);
    if (run == null) {
      return open(source, DataParts.available(source.options(), null, null));
    }
    if (dataset == null) {
      return open(source, asLeft(run, source.options()));
    }
    // The run's own images may have moved: it has learned from some of them.
    Source moved = new Source(weights, options(weights, seed, OF_OWN_PLACE));
    DataParts own;
    try {
      own = DataParts.ofRun(run, moved.options());
    } catch (EmanException e) {
      if (isOfItsOwn(run, source.options())) {
        if (measures) {
          throw e;
        }
        return open(moved, DataParts.toSearch(run, moved.options()));
      }
      return open(source, DataParts.available(source.options(), null, null));
    }
    return open(moved, own);
  }

  private DataParts asLeft(RunCheckpoint run, TrainingOptions options) {
    return measures ? DataParts.asLeft(run, options) : DataParts.toSearch(run, options);
  }

  /**
   * Whether images are called like a run's own, or a table names some of these (label trains on a
   * copy of its table), and there are none to measure on that it cannot know.
   */
  private static boolean isOfItsOwn(RunCheckpoint run, TrainingOptions options) {
    if (options.data().provider().parts().contains(Part.TEST)) {
      return false;
    }
    TrainingOptions own = run.options();
    return OptionTexts.of(options)
            .text(DataOptions.DATASET)
            .equals(OptionTexts.of(own).text(DataOptions.DATASET))
        || options.data().sharesImages(own.data());
  }

  private Opened open(Source source, DataParts data) {
    try {
      requireTest(data);
      return openNetwork(source, matching(source, data));
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private void requireTest(DataParts data) {
    if (measures) {
      data.requireTest();
    }
  }

  /** A run's own images have the channels of its network; others may have to become gray. */
  private DataParts matching(Source source, DataParts data) {
    InitialWeights weights = source.weights();
    return weights == null || dataset == null
        ? data
        : weights.statistics().map(known -> data.matching(known, source.name())).orElse(data);
  }

  /** The model says whether photos are turned, and so is opened before them. */
  private Opened openEncoder() {
    OnnxEncoder model = encoder.open(size);
    try {
      OptionTexts known =
          with(
              OptionTexts.empty(),
              DataOptions.ORIENTATION,
              model.orientation().map(Orientation::name).map(Ascii::toLowerCase).orElse(null));
      DataParts data = DataParts.available(options(known, seed, OF_OWN_DATA), null, null);
      try {
        requireTest(data);
        return openEncoder(model, known, data);
      } catch (RuntimeException e) {
        data.close();
        throw e;
      }
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** The model sees pixels, and normalises them itself. */
  private Opened openEncoder(OnnxEncoder model, OptionTexts known, DataParts data) {
    int channels = data.provider().statistics().channels();
    if (channels != 1 && channels != model.channels()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected images of %d channel, found %d in %s",
              encoder.name(),
              model.channels(),
              channels,
              data.train().name()));
    }
    OptionTexts texts = known.with(DataOptions.SIZE, Integer.toString(model.imageSize()));
    texts = with(texts, DataOptions.DATASET, dataset);
    texts = with(texts, TrainingOptions.SEED, seed);
    texts =
        texts.with(ViewOptions.TEST, testView == null ? EncoderView.of(model).label() : testView);
    TrainingOptions options = texts.resolve();
    DatasetProvider pixels =
        new RenormalizedProvider(data.provider(), OnnxEncoder.statistics(channels));
    return new Opened(
        encoder.name(),
        options,
        model,
        model::width,
        "ONNX",
        new RunImages(options, pixels, Algorithms.named(options.algorithm())),
        data,
        model);
  }

  private Opened openNetwork(Source source, DataParts data) {
    TrainingOptions options = source.options();
    DatasetProvider provider = data.provider();
    Backbone body = Backbones.named(options.backbone(), provider.statistics().channels());
    ComputationGraph graph = body.features(options.seed());
    if (source.weights() != null) {
      source.weights().load(graph, body);
    }
    return new Opened(
        source.name(),
        options,
        FeatureExtractor.of(graph, body.featureVertex()),
        body::featureSize,
        options.backbone(),
        new RunImages(options, provider, Algorithms.named(options.algorithm())),
        data,
        null);
  }

  /**
   * A backbone and the images to evaluate it on.
   *
   * @param name description of the backbone
   * @param features their number, once the first are computed
   * @param kind of the backbone
   * @param model of another program; null for a network of this one
   */
  record Opened(
      String name,
      TrainingOptions options,
      ImageEncoder extractor,
      IntSupplier features,
      String kind,
      RunImages images,
      DataParts data,
      @Nullable OnnxEncoder model)
      implements AutoCloseable {
    int width() {
      return features.getAsInt();
    }

    /** The file of a model of another program, without its folder. */
    String encoderName() {
      return String.valueOf(Path.of(name).getFileName());
    }

    /** Without the folders that a user's data lie in. */
    String datasetName() {
      return String.valueOf(Path.of(options.data().dataset()).getFileName());
    }

    ImageDataset train() {
      return data.train();
    }

    ImageDataset test() {
      return data.requireTest();
    }

    BatchPipeline trainInOrder(ImmutableIntArray indices) {
      return images.inOrder(train(), indices);
    }

    BatchPipeline testInOrder() {
      return images.inOrder(test());
    }

    int classes() {
      return data.classes().names().size();
    }

    @Override
    public void close() {
      try {
        if (model != null) {
          model.close();
        }
      } finally {
        data.close();
      }
    }
  }
}
