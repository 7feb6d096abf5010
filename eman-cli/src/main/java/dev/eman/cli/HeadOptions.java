package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearLayer;
import dev.eman.datasets.ConcatDataset;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.options.ViewOptions;
import dev.eman.train.protocol.HeadProtocol;
import dev.eman.train.protocol.ViewFeatures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of classifiers that algorithms train on cached features of weak and strong views. */
final class HeadOptions {
  private static final int VIEWS = 2;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      split = ",",
      description =
          "Also train classifiers by these algorithms, such as fixmatch, on features of weak and"
              + " strong views that are computed once; supervised is the baseline.")
  private List<String> names = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "With --algorithm: an option of all of them, such as teacher=ema; may be repeated.")
  private List<String> settings = List.of();

  @Option(
      names = "--views",
      paramLabel = "N",
      description =
          "With --algorithm: weak views of each image, and as many strong ones (default: 2).")
  private @Nullable Integer views;

  @Option(
      names = "--weak",
      paramLabel = "PRESET",
      description =
          "With --algorithm: augmentation of weak views (default: that of --test-view, which leaves"
              + " the features that labels are learned from as they are).")
  private @Nullable String weak;

  @Option(
      names = "--strong",
      paramLabel = "PRESET",
      description = "With --algorithm: augmentation of strong views (default: fixmatch-strong).")
  private @Nullable String strong;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "With --algorithm: steps of training (default: 2000), of 64 labelled and 448 unlabelled"
              + " images at a rate that falls from 1.")
  private @Nullable Long steps;

  /**
   * An algorithm that trains classifiers.
   *
   * @param provider of it
   * @param options its own
   */
  private record Head(AlgorithmProvider provider, AlgorithmOptions options) {}

  /**
   * What was asked for, with all mistakes found.
   *
   * @param heads the algorithms, none if there are none
   * @param protocol their length
   * @param views weak views of each image, and as many strong ones
   * @param weak augmentation of weak views; null for the preparation for evaluation
   * @param strong augmentation of strong views
   */
  record Chosen(
      ImmutableList<Head> heads,
      HeadProtocol protocol,
      int views,
      @Nullable AugmentationPreset weak,
      AugmentationPreset strong) {
    boolean isEmpty() {
      return heads.isEmpty();
    }

    /** Computes the features of all views of the training images, and of the test images. */
    HeadProtocol.Data features(Pretrained.Opened opened) {
      Features test;
      try (BatchSource source = opened.testInOrder()) {
        test = Features.of(source, List.of(opened.extractor())).get(0);
      }
      try (ImageDataset part =
          UnlabeledPool.ALL
              .openPart(opened.data().provider(), opened.data().directories(), false)
              .orElse(null)) {
        ImageDataset images =
            part == null ? opened.train() : ConcatDataset.of(opened.train(), part);
        AugmentationPreset mild = weak == null ? opened.options().views().test() : weak;
        try (BatchPipeline source =
            opened.images().views(images, ViewFeatures.presets(views, mild, strong))) {
          return HeadProtocol.Data.standardized(
              ViewFeatures.of(source, opened.extractor()), images, test, opened.classes());
        }
      }
    }

    /**
     * Trains a classifier by each algorithm.
     *
     * @param labeled positions of the labelled images
     * @param listener of each network's name and accuracies
     * @return the last algorithm's classifier; null if it is more than a linear layer
     */
    @Nullable LinearLayer train(
        HeadProtocol.Data data,
        ImmutableIntArray labeled,
        long seed,
        BiConsumer<String, Evaluation> listener) {
      @Nullable LinearLayer last = null;
      for (Head head : heads) {
        String name = head.provider().name();
        HeadProtocol.Trained trained =
            protocol.train(head.provider(), head.options(), data, labeled, seed);
        EvaluationReport found = trained.report();
        listener.accept(name + " student", found.student());
        if (found.teacher() != null) {
          listener.accept(name + " teacher", found.teacher());
        }
        last = trained.classifier();
      }
      return last;
    }

    private Head last() {
      return heads.get(heads.size() - 1);
    }

    /** The name of the algorithm whose classifier {@link #train} returns. */
    String lastName() {
      return last().provider().name();
    }

    /** All options of this algorithm and of its training. */
    ImmutableMap<String, String> lastOptions() {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("steps", Long.toString(protocol.steps()));
      all.put("learning-rate", Double.toString(protocol.learningRate()));
      all.put("weight-decay", Double.toString(protocol.weightDecay()));
      all.put("weak", weak == null ? "as for evaluation" : weak.label());
      all.put("strong", strong.label());
      all.put("batch", Integer.toString(protocol.batchSize()));
      all.put("mu", Integer.toString(protocol.unlabeledRatio()));
      all.put("views", Integer.toString(views));
      last().options().asMap().forEach((key, value) -> all.put(key, String.valueOf(value)));
      return ImmutableMap.copyOf(all);
    }
  }

  /**
   * Reads the options.
   *
   * @throws UsageException for an unknown algorithm or option, or one that cannot be trained so
   */
  Chosen choose() {
    if (names.isEmpty() && hasMore()) {
      throw new UsageException(
          "--set, --views, --weak, --strong and --steps: expected with --algorithm");
    }
    int count = views == null ? VIEWS : views;
    if (count < 1) {
      throw new UsageException("--views: expected at least 1, got " + count);
    }
    Map<String, String> set = settings();
    ImmutableList.Builder<Head> heads = ImmutableList.builder();
    for (String name : names) {
      AlgorithmProvider provider = Algorithms.named(name);
      HeadProtocol.check(provider, count);
      AlgorithmOptions options = AlgorithmOptions.of(provider, set);
      if (names.size() == 1) { // Of several it need not have an effect on all.
        provider.checkEffect(options, set.keySet());
      }
      heads.add(new Head(provider, options));
    }
    return new Chosen(
        heads.build(),
        steps == null ? HeadProtocol.DEFAULT : HeadProtocol.DEFAULT.withSteps(steps),
        count,
        weak == null ? null : ViewOptions.WEAK.parse(weak),
        strong == null ? AugmentationPreset.FIXMATCH_STRONG : ViewOptions.STRONG.parse(strong));
  }

  private Map<String, String> settings() {
    Map<String, String> set = new LinkedHashMap<>();
    for (String pair : settings) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw new UsageException("--set: expected KEY=VALUE, got " + pair);
      }
      String key = pair.substring(0, equals);
      if (set.put(key, pair.substring(equals + 1)) != null) {
        throw new UsageException("--set: expected " + key + " once, found twice");
      }
    }
    return set;
  }

  private boolean hasMore() {
    return !settings.isEmpty() || views != null || weak != null || strong != null || steps != null;
  }
}
