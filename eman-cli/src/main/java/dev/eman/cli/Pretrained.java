package dev.eman.cli;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.InitialWeights;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunImages;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How backbones and the images to judge them by are named on the command line. */
final class Pretrained {
  @Parameters(
      index = "0..*",
      arity = "0..*",
      paramLabel = "FILE",
      description =
          "A run folder, one of its checkpoints, or weights of PyTorch (.pth) or safetensors;"
              + " without: random weights, to compare with. Of several, each and the mean.")
  private List<Path> paths = List.of();

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: student).")
  private @Nullable Network network;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      description =
          "What the names of weights begin with, such as module.encoder_q (default: found).")
  private @Nullable String prefix;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      description = "Of weights (default: the run's own, or resnet14-w16).")
  private @Nullable String backbone;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "Images to judge by (default: the run's own, or fashion-mnist-mini).")
  private @Nullable String dataset;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where to look for data first (default: where the run found it).")
  private @Nullable Path data;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Width and height of images (default: the run's own, or the data's).")
  private @Nullable Integer size;

  @Option(
      names = "--test-view",
      paramLabel = "PRESET",
      description = "What is done to images to measure on (default: the run's own, or none).")
  private @Nullable String testView;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of random weights and of drawn labels (default: the run's own, or 0).")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "So many networks of random weights, of seeds from --seed on (default: 1).")
  private @Nullable Integer seeds;

  /**
   * What is judged.
   *
   * @param path where its weights are; null for random ones
   * @param options of the run as far as they matter here, and what was given instead
   */
  private record Source(@Nullable Path path, TrainingOptions options) {
    String name() {
      return path == null ? "random weights, seed " + options.seed() : path.toString();
    }
  }

  /** One after the other; all files are looked for before the first is judged. */
  void each(Consumer<Opened> judge) {
    for (Source source : sources()) {
      try (Opened opened = open(source)) {
        judge.accept(opened);
      }
    }
  }

  /** Of one network alone. */
  void only(Consumer<Opened> judge) {
    if (sources().size() > 1) {
      throw new UsageException("expected one FILE, or random weights of one seed, got more");
    }
    each(judge);
  }

  private List<Source> sources() {
    if (!paths.isEmpty()) {
      if (seeds != null) {
        throw new UsageException("--seeds: expected without files: it is for random weights");
      }
      return paths.stream().map(path -> new Source(path, options(path, seed))).toList();
    }
    int count = seeds == null ? 1 : seeds;
    if (count < 1) {
      throw new UsageException("--seeds: expected at least 1, got " + count);
    }
    long first = seed == null ? 0 : seed;
    return LongStream.range(first, first + count)
        .mapToObj(s -> new Source(null, options(null, s)))
        .toList();
  }

  private TrainingOptions options(@Nullable Path path, @Nullable Long chosenSeed) {
    OptionTexts texts = OptionTexts.empty();
    Path file = path == null ? null : weights(path).file();
    if (file != null && RunCheckpoint.isCheckpoint(file)) {
      texts = RunCheckpoint.open(file, RunCheckpoint.Which.LAST).optionTexts();
    } else if (file != null && !Files.exists(file)) {
      throw new EmanException(
          "expected a run, a checkpoint or weights at " + file + ", found nothing; check the path");
    }
    texts = with(texts, TrainingOptions.BACKBONE, backbone);
    texts = with(texts, DataOptions.DATASET, dataset);
    texts = with(texts, DataOptions.DATA, data);
    texts = with(texts, DataOptions.SIZE, size);
    texts = with(texts, ViewOptions.TEST, testView);
    texts = with(texts, TrainingOptions.SEED, chosenSeed);
    return texts.resolve();
  }

  private static OptionTexts with(
      OptionTexts texts, TrainingOption<?> option, @Nullable Object value) {
    return value == null ? texts : texts.with(option, value.toString());
  }

  private InitialWeights weights(Path from) {
    return new InitialWeights(from, network, prefix);
  }

  private Opened open(Source source) {
    TrainingOptions options = source.options();
    DatasetProvider provider = Datasets.named(options.data().dataset());
    Backbone body = Backbones.named(options.backbone(), provider.statistics().channels());
    ComputationGraph graph = body.features(options.seed());
    if (source.path() != null) {
      weights(source.path()).load(graph, body);
    }
    DataDirectories directories = DataDirectories.of(options.data().folder());
    return new Opened(
        source.name(),
        options,
        FeatureExtractor.of(graph, body.featureVertex()),
        body.featureSize(),
        new RunImages(options, provider, Algorithms.named(options.algorithm())),
        provider.open(Part.TRAIN, directories),
        provider.open(Part.TEST, directories));
  }

  /**
   * A backbone with its images.
   *
   * @param name of the backbone, in words
   * @param width of its features
   */
  record Opened(
      String name,
      TrainingOptions options,
      FeatureExtractor extractor,
      int width,
      RunImages images,
      ImageDataset train,
      ImageDataset test)
      implements AutoCloseable {
    BatchPipeline trainInOrder(ImmutableIntArray indices) {
      return images.inOrder(train, indices);
    }

    BatchPipeline testInOrder() {
      return images.inOrder(test);
    }

    int classes() {
      return train.classNames().size();
    }

    @Override
    public void close() {
      train.close();
      test.close();
    }
  }
}
