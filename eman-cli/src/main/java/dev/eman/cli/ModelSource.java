package dev.eman.cli;

import dev.eman.core.train.Checkpoint;
import dev.eman.train.InitialWeights;
import dev.eman.train.SavedModel;
import dev.eman.train.SavedWeights;
import dev.eman.train.options.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How a trained network is named on the command line. */
final class ModelSource {
  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "A run folder, or one of its checkpoints.")
  private Path path = Path.of(".");

  @Option(
      names = "--which",
      paramLabel = "CHECKPOINT",
      defaultValue = "last",
      description = "Of a run folder: best or last (default: ${DEFAULT-VALUE}).")
  private SavedModel.Which which = SavedModel.Which.LAST;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "student or teacher (default: the teacher if it has statistics of its own).")
  private @Nullable Network network;

  Checkpoint checkpoint() {
    return Checkpoint.read(file());
  }

  /** For export: the teacher only where it is named. */
  SavedWeights weights() {
    return SavedWeights.of(checkpoint(), new InitialWeights(file(), network, null));
  }

  SavedModel open() {
    return new SavedModel(checkpoint(), network);
  }

  private Path file() {
    if (!Files.isDirectory(path)) {
      return path;
    }
    return path.resolve(which == SavedModel.Which.BEST ? "best.ckpt" : "last.ckpt");
  }
}
