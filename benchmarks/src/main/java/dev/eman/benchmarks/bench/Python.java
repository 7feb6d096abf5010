package dev.eman.benchmarks.bench;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds a Python with torch, and unpacks the peer scripts for it. */
final class Python {
  private Python() {}

  /** {@code $EMAN_PYTHON}, the first {@code python3} on the path, or the system's: with torch. */
  static Optional<String> withTorch() {
    return Stream.of(System.getenv("EMAN_PYTHON"), "python3", "/usr/bin/python3")
        .filter(Objects::nonNull)
        .filter(Python::hasTorch)
        .findFirst();
  }

  private static boolean hasTorch(String python) {
    try {
      Process p =
          new ProcessBuilder(python, "-c", "import torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Unpacks a script to a file that is deleted when the JVM exits.
   *
   * @param name of the script
   * @param imported scripts that it imports, unpacked beside it
   */
  static Path script(String name, String... imported) {
    try {
      Path folder = Files.createTempDirectory("eman-peer");
      folder.toFile().deleteOnExit();
      for (String other : imported) {
        extract(other, folder);
      }
      return extract(name, folder);
    } catch (IOException e) {
      throw new EmanException("cannot write the peer script: " + e.getMessage(), e);
    }
  }

  private static Path extract(String name, Path folder) throws IOException {
    Path file = PeerFiles.extract(name, folder.resolve(name));
    file.toFile().deleteOnExit();
    return file;
  }
}
