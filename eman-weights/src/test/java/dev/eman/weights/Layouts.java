package dev.eman.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The checkpoints of {@code make_layouts.py}. */
final class Layouts {
  private Layouts() {}

  /** One of them, written to a folder. */
  static Path write(String name, Path folder) throws IOException {
    try (InputStream in = Layouts.class.getResourceAsStream("/fixtures/layouts.zip");
        ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(in))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals(name + ".pth")) {
          return Files.write(folder.resolve(entry.getName()), zip.readAllBytes());
        }
      }
    }
    throw new IllegalArgumentException(name);
  }
}
