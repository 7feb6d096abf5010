package dev.eman.benchmarks.bench;

import dev.eman.core.EmanException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The peers' programs in the jar. */
final class PeerFiles {
  private PeerFiles() {}

  /**
   * Writes one to a file.
   *
   * @param name below the folder of peers, with / between
   * @param file made with its folders; overwritten
   * @return the file
   * @throws EmanException if the jar has no such file
   */
  static Path extract(String name, Path file) throws IOException {
    try (InputStream in = PeerFiles.class.getResourceAsStream("/peers/" + name)) {
      if (in == null) {
        throw new EmanException("the peers' file " + name + " is missing from the jar");
      }
      Files.createDirectories(file.getParent());
      Files.write(file, in.readAllBytes());
      return file;
    }
  }
}
