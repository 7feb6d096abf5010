package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.Printable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.GraphParts;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.ViewOptions;
import dev.eman.train.options.WeightSource;
import dev.eman.train.published.PublishedWeights;
import dev.eman.train.published.WeightFiles;
import dev.eman.weights.ImportReport;
import dev.eman.weights.SafeTensors;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source of a backbone's initial weights.
 *
 * @param source a run, a file, or published weights by name
 * @param network which of its networks to take; null for the student, or a file's only one
 * @param prefix of the weight names; null to detect it
 * @param data folder that published weights may lie in; null for the usual places only
 */
public record InitialWeights(
    WeightSource source, @Nullable Network network, @Nullable String prefix, @Nullable Path data) {
  private static final Logger LOG = LoggerFactory.getLogger(InitialWeights.class);

  /**
   * Weights on this machine.
   *
   * @param path a run folder, a checkpoint, or weights of PyTorch or safetensors
   */
  public InitialWeights(Path path, @Nullable Network network, @Nullable String prefix) {
    this(new WeightSource.Local(path), network, prefix, null);
  }

  /** The weights that the options name; null for random weights. */
  static @Nullable InitialWeights of(TrainingOptions options) {
    InitialOptions initial = options.initial();
    return initial.source() == null
        ? null
        : new InitialWeights(
            initial.source(), initial.network(), initial.prefix(), options.data().folder());
  }

  /**
   * Sets the parameters and statistics of a network's backbone; the head is unchanged.
   *
   * @param graph mutated
   * @throws EmanException if the source is missing, damaged, of another backbone, or has weights
   *     that are not finite, and if a file does not tell which of its networks is meant; then
   *     nothing is changed
   */
  public void load(ComputationGraph graph, Backbone backbone) {
    Path file = file();
    if (RunCheckpoint.isCheckpoint(file)) {
      Network chosen = network == null ? Network.STUDENT : network;
      RunCheckpoint.open(file, RunCheckpoint.Which.LAST).loadBackbone(chosen, graph, backbone);
      return;
    }
    ComputationGraph part = GraphParts.upTo(graph, backbone.featureVertex());
    try (TensorFile weights = TensorFiles.open(file)) {
      ImportReport report = WeightImport.load(part, weights, role(), prefix);
      LOG.info("{}: {}", file, Printable.escapeLines(report.toString()));
    }
    GraphParts.copyShared(part, graph);
  }

  /**
   * Mean and deviation that the network's images were normalised by in training.
   *
   * @return empty for a file that is neither a checkpoint of a run nor an exported one
   * @throws EmanException if there is no file, or it is damaged
   */
  public Optional<ChannelStatistics> statistics() {
    if (source instanceof WeightSource.Published published) {
      return Optional.of(published.weights().input().statistics());
    }
    Optional<RunCheckpoint> run = checkpoint();
    if (run.isPresent()) {
      return run.map(RunCheckpoint::statistics);
    }
    try (TensorFile weights = TensorFiles.open(file())) {
      return weights instanceof SafeTensors exported
          ? ExportFacts.statistics(exported.metadata())
          : Optional.empty();
    }
  }

  /**
   * A sentence about images that are normalised in another way than those that the network was
   * trained on; empty where they are not, or nothing is known.
   *
   * @param images their name
   * @param now what they are normalised by
   * @throws EmanException if there is no file, or it is damaged
   */
  public Optional<String> otherStatistics(String images, ChannelStatistics now) {
    return statistics()
        .filter(trained -> !trained.equals(now))
        .map(
            trained ->
                String.format(
                    Locale.ROOT,
                    "%s was trained on images of mean %s and deviation %s; those of %s are"
                        + " normalised by %s and %s",
                    source,
                    trained.mean(),
                    trained.deviation(),
                    images,
                    now.mean(),
                    now.deviation()));
  }

  /**
   * The checkpoint of a run that they are read from, opened without its arrays; empty for others.
   *
   * @see RunCheckpoint#openFacts
   */
  public Optional<RunCheckpoint> checkpoint() {
    if (source instanceof WeightSource.Published) {
      return Optional.empty();
    }
    Path file = file();
    return RunCheckpoint.isCheckpoint(file)
        ? Optional.of(RunCheckpoint.openFacts(file, RunCheckpoint.Which.LAST))
        : Optional.empty();
  }

  private WeightImport.@Nullable Role role() {
    if (network == null) {
      return null;
    }
    return network == Network.TEACHER ? WeightImport.Role.TEACHER : WeightImport.Role.STUDENT;
  }

  /**
   * The options that the source has of its network: all of a run's, or what follows from an
   * exported file or published weights; none for other files.
   *
   * @throws EmanException if there is no file, or it is damaged
   */
  public OptionTexts options() {
    if (source instanceof WeightSource.Published published) {
      PublishedWeights weights = published.weights();
      return OptionTexts.empty()
          .with(InitialOptions.INIT, weights.name())
          .with(TrainingOptions.BACKBONE, weights.backbone())
          .with(DataOptions.SIZE, Integer.toString(weights.input().size()))
          .with(ViewOptions.TEST, weights.input().testView());
    }
    Path file = file();
    if (!Files.exists(file)) {
      throw new EmanException(
          "expected a run, a checkpoint or weights at " + file + ", found nothing; check the path");
    }
    if (RunCheckpoint.isCheckpoint(file)) {
      return RunCheckpoint.openFacts(file, RunCheckpoint.Which.LAST).optionTexts();
    }
    try (TensorFile weights = TensorFiles.open(file)) {
      return weights instanceof SafeTensors exported
          ? ExportFacts.options(exported.metadata())
          : OptionTexts.empty();
    }
  }

  /**
   * The file to read: for a run folder, its last checkpoint, or another one if that is missing;
   * published weights are fetched if they are not here.
   *
   * @throws EmanException if it is a folder without any, or weights cannot be fetched
   */
  public Path file() {
    if (source instanceof WeightSource.Published published) {
      return WeightFiles.obtain(published.weights(), DataDirectories.of(data));
    }
    return RunCheckpoint.file(((WeightSource.Local) source).path(), RunCheckpoint.Which.LAST);
  }

  /**
   * Checks that the prefix that somebody gives for a new run has an effect.
   *
   * @param given what was given, without configuration files and a command's own defaults
   * @param all the run's options, with those given
   * @throws UsageException if the weights are a run's
   */
  public static void checkGiven(OptionTexts given, TrainingOptions all) {
    InitialWeights weights = of(all);
    if (weights != null && given.has(InitialOptions.INIT_PREFIX)) {
      weights.checkPrefix("--" + InitialOptions.INIT_PREFIX.name());
    }
  }

  /**
   * Checks that the prefix, if there is one, has an effect.
   *
   * @param option that it comes from, for the message
   * @throws UsageException if the weights are a run's, whose network says which they are
   */
  public void checkPrefix(String option) {
    if (prefix != null
        && source instanceof WeightSource.Local
        && RunCheckpoint.isCheckpoint(file())) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected a weight file (PyTorch .pth or safetensors) beside it, found %s, a run"
                  + " or checkpoint, whose weights have no prefix; omit %s",
              option,
              source,
              option));
    }
  }

  /** What a user should know of the weights before they are used, one line each; often none. */
  public ImmutableList<String> notes() {
    return source instanceof WeightSource.Published published
        ? ImmutableList.of(published + ": " + published.weights().terms())
        : ImmutableList.of();
  }
}
