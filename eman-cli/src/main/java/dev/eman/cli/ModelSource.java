package dev.eman.cli;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.ImageClassifier;
import dev.eman.train.OnnxClassifier;
import dev.eman.train.RunCheckpoint;
import dev.eman.train.TrainedClassifier;
import dev.eman.train.options.Network;
import dev.eman.weights.onnx.OnnxEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options that select a trained network. */
public final class ModelSource {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "A run folder, or one of its checkpoints.")
  private Path path = Path.of(".");

  @Option(
      names = "--which",
      paramLabel = "CHECKPOINT",
      description =
          "Checkpoint of a run folder: best or last (default: last; best of a run with"
              + " --early-stop).")
  private RunCheckpoint.@Nullable Which which;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: the teacher if it has statistics of its own).")
  private @Nullable Network network;

  /**
   * Opens the model of whatever kind, an ONNX model as well, for some work.
   *
   * @param work receives the classifier, which is closed afterwards
   */
  void use(Consumer<ImageClassifier> work) {
    if (!OnnxClassifier.isModel(path)) {
      work.accept(classifier(open()));
      return;
    }
    OnnxClassifier.checkWhole(path, which, network);
    try (OnnxClassifier model =
        OnnxClassifier.open(path, OnnxEngine.require("an ONNX model", ""))) {
      work.accept(model);
    }
  }

  RunCheckpoint open() {
    return open(path, which);
  }

  /**
   * Opens what the user has named.
   *
   * @param path a run folder, or one of its checkpoints
   * @param which checkpoint of a run folder; null for the one that its results are of
   * @throws UsageException if one was chosen beside a checkpoint
   * @throws EmanException if it is missing or damaged
   */
  public static RunCheckpoint open(Path path, RunCheckpoint.@Nullable Which which) {
    if (which == null) {
      return RunCheckpoint.openResult(path);
    }
    if (Files.isRegularFile(path)) {
      throw new UsageException(
          "--which: expected a run folder beside it, found the checkpoint " + path);
    }
    return RunCheckpoint.open(path, which);
  }

  /** Which network is selected, else the one to deploy. */
  Network network(RunCheckpoint checkpoint) {
    return network == null ? checkpoint.deployed() : network;
  }

  /** The selected network, else the one to deploy. */
  TrainedClassifier classifier(RunCheckpoint checkpoint) {
    checkpoint.checkClassifies();
    return checkpoint.network(network(checkpoint));
  }
}
