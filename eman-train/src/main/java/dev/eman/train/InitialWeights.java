package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.core.io.Printable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.GraphParts;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.weights.ImportReport;
import dev.eman.weights.SafeTensors;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source of a backbone's initial weights.
 *
 * @param path a run folder, a checkpoint, or weights of PyTorch or safetensors
 * @param network which of its networks to take; null for the student, or a file's only one
 * @param prefix of the weight names; null to detect it
 */
public record InitialWeights(Path path, @Nullable Network network, @Nullable String prefix) {
  /** The weights that the options name; null for random weights. */
  static @Nullable InitialWeights of(InitialOptions options) {
    return options.path() == null
        ? null
        : new InitialWeights(options.path(), options.network(), options.prefix());
  }

  private static final Logger LOG = LoggerFactory.getLogger(InitialWeights.class);

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
    part.paramTable().forEach((name, values) -> graph.getParam(name).assign(values));
  }

  /**
   * Mean and deviation that the network's images were normalised by in training.
   *
   * @return empty for a file that is no checkpoint of a run
   */
  public Optional<ChannelStatistics> statistics() {
    Path file = file();
    return RunCheckpoint.isCheckpoint(file)
        ? Optional.of(RunCheckpoint.open(file, RunCheckpoint.Which.LAST).statistics())
        : Optional.empty();
  }

  private WeightImport.@Nullable Role role() {
    if (network == null) {
      return null;
    }
    return network == Network.TEACHER ? WeightImport.Role.TEACHER : WeightImport.Role.STUDENT;
  }

  /**
   * The options that the file has of its network: all of a run's, or what follows from an exported
   * file; none for other files.
   *
   * @throws EmanException if there is no file, or it is damaged
   */
  public OptionTexts options() {
    Path file = file();
    if (!Files.exists(file)) {
      throw new EmanException(
          "expected a run, a checkpoint or weights at " + file + ", found nothing; check the path");
    }
    if (RunCheckpoint.isCheckpoint(file)) {
      return RunCheckpoint.open(file, RunCheckpoint.Which.LAST).optionTexts();
    }
    try (TensorFile weights = TensorFiles.open(file)) {
      return weights instanceof SafeTensors exported
          ? ExportFacts.options(exported.metadata())
          : OptionTexts.empty();
    }
  }

  /**
   * The file to read: for a run folder, its last checkpoint, or another one if that is missing.
   *
   * @throws EmanException if it is a folder without any
   */
  public Path file() {
    return RunCheckpoint.file(path, RunCheckpoint.Which.LAST);
  }
}
