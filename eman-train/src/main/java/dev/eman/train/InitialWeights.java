package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.core.io.Printable;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.train.Checkpoint;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.Network;
import dev.eman.train.options.OptionTexts;
import dev.eman.weights.ImportReport;
import dev.eman.weights.TensorFile;
import dev.eman.weights.TensorFiles;
import dev.eman.weights.WeightImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a backbone starts.
 *
 * @param path a run folder, a checkpoint, or weights of PyTorch or safetensors
 * @param network which of its networks; null for the student
 * @param prefix of the names in weights; null to find it
 */
public record InitialWeights(Path path, @Nullable Network network, @Nullable String prefix) {
  /** What options name; null for random weights. */
  static @Nullable InitialWeights of(InitialOptions options) {
    return options.path() == null
        ? null
        : new InitialWeights(options.path(), options.network(), options.prefix());
  }

  private static final Logger LOG = LoggerFactory.getLogger(InitialWeights.class);

  /**
   * Sets the backbone's part of a network, parameters and statistics; its head stays as it is.
   *
   * @param graph mutated
   * @throws EmanException if it is missing, damaged, or of another backbone; nothing is changed
   *     then
   */
  public void load(ComputationGraph graph, Backbone backbone) {
    ComputationGraph part = GraphParts.upTo(graph, backbone.featureVertex());
    Path file = file();
    boolean teacher = network == Network.TEACHER;
    if (isCheckpoint(file)) {
      Checkpoint checkpoint = Checkpoint.read(file);
      checkStatistics(checkpoint);
      try {
        checkpoint.loadPart(teacher, ParameterTable.of(part));
      } catch (EmanException e) {
        throw new EmanException(
            e.getMessage()
                + " (that run's backbone is "
                + OptionTexts.of(checkpoint).resolve().backbone()
                + ")",
            e);
      }
    } else {
      try (TensorFile weights = TensorFiles.open(file)) {
        WeightImport.Role role = teacher ? WeightImport.Role.TEACHER : WeightImport.Role.STUDENT;
        ImportReport report = WeightImport.load(part, weights, role, prefix);
        LOG.info("{}: {}", file, Printable.escapeLines(report.toString()));
      }
    }
    part.paramTable().forEach((name, values) -> graph.getParam(name).assign(values));
  }

  /** The file itself: of a run folder its last checkpoint. */
  public Path file() {
    return Files.isDirectory(path) ? path.resolve("last.ckpt") : path;
  }

  /** Whether a file is one of ours; what cannot be read is left to whoever reads it. */
  public static boolean isCheckpoint(Path file) {
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      ZipEntry first = zip.getNextEntry();
      return first != null && first.getName().equals("format");
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  /** A teacher that normalises with its batch is no network to take. */
  void checkStatistics(Checkpoint checkpoint) {
    if (network == Network.TEACHER && SavedModel.teacherNeedsBatch(checkpoint)) {
      throw new EmanException(
          path
              + ": an EMA teacher normalises with its batch and has no statistics of its own; take"
              + " the student");
    }
  }
}
