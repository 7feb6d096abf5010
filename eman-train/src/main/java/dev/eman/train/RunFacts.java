package dev.eman.train;

import com.google.common.base.Ascii;
import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.Ints;
import dev.eman.core.EmanException;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.nn.Backend;
import dev.eman.core.train.CheckpointFacts;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.image.Orientation;
import dev.eman.train.metrics.History;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run writes about itself into its checkpoints, and reads from them. Early versions wrote
 * less: what is missing follows from the options.
 *
 * @param file of the checkpoint, for messages
 * @param state what the checkpoint says
 * @param texts the run's options
 */
record RunFacts(Path file, CheckpointFacts state, OptionTexts texts) {
  private static final String CONFIG = "config";
  private static final String CLASSES = "classes";
  private static final String SPLIT_HASH = "split_hash";
  private static final String DATA_FINGERPRINT = "data_fingerprint";
  private static final String TEST_FINGERPRINT = "test_fingerprint";
  private static final String HISTORY = "history";
  private static final String IMAGE_SIZE = "image_size";
  private static final String MEAN = "channel_mean";
  private static final String DEVIATION = "channel_deviation";
  private static final String CLASSIFIES = "classifies";
  private static final String ORIENTATION = "orientation";

  /** The metadata that a run writes to its checkpoints, without the history. */
  static ImmutableMap<String, String> of(RunState run, Path folder) {
    ChannelStatistics statistics = run.provider().statistics();
    Map<String, String> facts = new TreeMap<>();
    facts.put(CONFIG, OptionTexts.toYaml(run.options(), folder));
    facts.put("version", Provenance.version());
    facts.put("backend", Backend.describe());
    facts.put(SPLIT_HASH, run.split().hash());
    facts.put(DATA_FINGERPRINT, run.train().fingerprint());
    String measured = run.testFingerprint();
    if (measured != null) {
      facts.put(TEST_FINGERPRINT, measured);
    }
    facts.put(CLASSES, String.join("\n", run.train().classNames()));
    facts.put(IMAGE_SIZE, Integer.toString(run.options().data().imageSize(run.provider())));
    facts.put(MEAN, Joiner.on(',').join(statistics.mean().asList()));
    facts.put(DEVIATION, Joiner.on(',').join(statistics.deviation().asList()));
    facts.put(ORIENTATION, label(run.options().data().ofFiles(run.provider())));
    facts.put(CLASSIFIES, Boolean.toString(run.algorithmProvider().classifies()));
    return ImmutableMap.copyOf(facts);
  }

  /** The metadata of a checkpoint that is about to be written. */
  static ImmutableMap<String, String> metadata(Map<String, String> facts, History history) {
    return ImmutableMap.<String, String>builder()
        .putAll(facts)
        .put(HISTORY, history.toText())
        .buildOrThrow();
  }

  /** An option as text, by the run or by default. */
  String text(TrainingOption<?> option) {
    return texts.text(option).orElseGet(option::defaultText);
  }

  /** See {@link RunCheckpoint#history}. */
  History history(Network deployed) {
    return History.parse(state.require(HISTORY), deployed);
  }

  /** See {@link RunCheckpoint#dataFingerprint}. */
  String dataFingerprint() {
    return state.require(DATA_FINGERPRINT);
  }

  /** See {@link RunCheckpoint#testFingerprint}. */
  Optional<String> testFingerprint() {
    return Optional.ofNullable(state.metadata().get(TEST_FINGERPRINT));
  }

  /** See {@link RunCheckpoint#splitHash}. */
  String splitHash() {
    return state.require(SPLIT_HASH);
  }

  /** See {@link RunCheckpoint#classNames}. */
  ImmutableList<String> classNames() {
    String names = state.require(CLASSES);
    return names.isEmpty()
        ? ImmutableList.of()
        : ImmutableList.copyOf(Splitter.on('\n').splitToList(names));
  }

  /** See {@link RunCheckpoint#imageSize}. */
  int imageSize() {
    String recorded = state.metadata().get(IMAGE_SIZE);
    if (recorded == null) {
      return texts.resolve(file.toString()).data().imageSize(provider());
    }
    Integer size = Ints.tryParse(recorded);
    if (size == null || size < 1) {
      throw wrong(IMAGE_SIZE, "a number of pixels", recorded);
    }
    return size;
  }

  /** See {@link RunCheckpoint#orientation}. */
  Orientation orientation() {
    String recorded = state.metadata().get(ORIENTATION);
    return label(Orientation.EXIF).equals(recorded) ? Orientation.EXIF : Orientation.IGNORE;
  }

  private static String label(Orientation orientation) {
    return Ascii.toLowerCase(orientation.name());
  }

  /** See {@link RunCheckpoint#statistics}. */
  ChannelStatistics statistics() {
    if (!state.metadata().containsKey(MEAN)) {
      return provider().statistics();
    }
    try {
      return new ChannelStatistics(numbers(MEAN), numbers(DEVIATION));
    } catch (IllegalArgumentException e) {
      throw new EmanException(file + ": " + e.getMessage(), e);
    }
  }

  private ImmutableDoubleArray numbers(String name) {
    String recorded = state.require(name);
    ImmutableDoubleArray.Builder numbers = ImmutableDoubleArray.builder();
    for (String cell : Splitter.on(',').split(recorded)) {
      Double number = Doubles.tryParse(cell);
      if (number == null) {
        throw wrong(name, "numbers", recorded);
      }
      numbers.add(number);
    }
    return numbers.build();
  }

  private EmanException wrong(String name, String expected, String found) {
    return new EmanException(
        String.format(
            Locale.ROOT, "%s: expected %s of %s, found %.80s", file, name, expected, found));
  }

  /** See {@link RunCheckpoint#classifies}. */
  boolean classifies() {
    String recorded = state.metadata().get(CLASSIFIES);
    return recorded == null
        ? Algorithms.named(text(TrainingOptions.ALGORITHM)).classifies()
        : Boolean.parseBoolean(recorded);
  }

  private DatasetProvider provider() {
    return Datasets.named(text(DataOptions.DATASET));
  }
}
