package dev.eman.train.options;

import dev.eman.core.UsageException;
import dev.eman.core.io.PathNames;
import dev.eman.train.published.PublishedWeights;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where initial weights come from. */
public sealed interface WeightSource {
  /**
   * A run folder, a checkpoint, or weights of PyTorch or safetensors.
   *
   * @param path of a file or folder
   */
  record Local(Path path) implements WeightSource {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * Published weights, which are fetched if they are not on this machine.
   *
   * @param weights by name
   */
  record Published(PublishedWeights weights) implements WeightSource {
    @Override
    public String toString() {
      return weights.name();
    }
  }

  /**
   * Parses a name of published weights, or a path. A file that is called like a name is meant if it
   * exists.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  static WeightSource parse(String text) {
    try {
      if (!PublishedWeights.isName(text) || Files.exists(Path.of(text))) {
        return new Local(Path.of(text));
      }
    } catch (InvalidPathException e) { // On Windows, no path has a colon but behind a drive.
      if (!PublishedWeights.isName(text)) {
        throw new UsageException(
            "expected a file or a name of weights, got " + text + ": " + PathNames.reason(e), e);
      }
    }
    return new Published(PublishedWeights.named(text));
  }

  /** As configurations have it: a name, or an absolute path. */
  default String recorded() {
    return this instanceof Local local
        ? local.path().toAbsolutePath().normalize().toString()
        : toString();
  }
}
