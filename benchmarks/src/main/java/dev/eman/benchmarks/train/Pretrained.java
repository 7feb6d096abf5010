package dev.eman.benchmarks.train;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.train.Checkpoint;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.pipeline.BatchPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a backbone and the images to judge it by are named on the command line. */
final class Pretrained {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description =
          "A run folder, one of its checkpoints, or weights of PyTorch (.pth) or safetensors;"
              + " without: random weights, to compare with.")
  private @Nullable Path path;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: student).")
  private SavedModel.@Nullable Network network;

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

  /** What is judged, in words. */
  String name() {
    return path == null ? "random weights" : path.toString();
  }

  @Nullable Path path() {
    return path;
  }

  /** The run's options as far as they matter here, and what was given instead. */
  RunOptions options() {
    List<String> arguments = new ArrayList<>();
    Path file = path == null ? null : weights(path).file();
    if (file != null && InitialWeights.isCheckpoint(file)) {
      arguments.addAll(
          RunConfig.arguments(
              Checkpoint.read(file).require("config"), "the checkpoint's configuration"));
    } else if (file != null && !Files.exists(file)) {
      throw new EmanException("expected a run, a checkpoint or weights at " + file);
    }
    add(arguments, "--backbone", backbone);
    add(arguments, "--dataset", dataset);
    add(arguments, "--data", data);
    add(arguments, "--size", size);
    add(arguments, "--test-view", testView);
    add(arguments, "--seed", seed);
    return RunConfig.parse(arguments);
  }

  private static void add(List<String> arguments, String name, @Nullable Object value) {
    if (value != null) {
      arguments.add(name + "=" + value);
    }
  }

  private InitialWeights weights(Path from) {
    return new InitialWeights(from, network, prefix);
  }

  Opened open() {
    RunOptions options = options();
    DatasetProvider provider = Datasets.named(options.dataset);
    Backbone body;
    try {
      body = Backbones.named(options.backbone, provider.statistics().channels());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    ComputationGraph graph = body.features(options.seed);
    if (path != null) {
      weights(path).load(graph, body);
    }
    DataDirectories directories = DataDirectories.of(options.data);
    return new Opened(
        options,
        FeatureExtractor.of(graph, body.featureVertex()),
        body.featureSize(),
        new RunImages(options, provider, Algorithms.named(options.algorithm)),
        provider.open(Part.TRAIN, directories),
        provider.open(Part.TEST, directories));
  }

  /**
   * A backbone with its images.
   *
   * @param width of its features
   */
  record Opened(
      RunOptions options,
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
