package dev.eman.datasets.reader;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Folders and archives of small images for tests. */
final class ReaderSamples {
  private ReaderSamples() {}

  /** An image of one colour; a PNG keeps it exactly. */
  static byte[] image(String format, int colour) {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 20; i++) {
      image.setRGB(i % 5, i / 5, colour);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A PNG, whatever the file's name says. */
  static byte[] png(int colour) {
    return image("png", colour);
  }

  /** Writes a file with its folders. */
  static Path write(Path root, String name, byte[] content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  /** Writes a file of lines. */
  static void lines(Path root, String name, String... lines) throws IOException {
    write(root, name, String.join("\n", lines).concat("\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A tar archive. */
  static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        out.putArchiveEntry(entry);
        out.write(file.getValue());
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** Makes everything look an hour old, as only what is older than 2 s is kept in the cache. */
  static void age(Path root) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(root)) {
      walk.forEach(all::add);
    }
    Collections.reverse(all);
    for (Path path : all) {
      Files.setLastModifiedTime(path, FileTime.from(Instant.now().minusSeconds(3600)));
    }
  }

  /** The only file in a folder. */
  static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(file -> !file.endsWith("lock")).toList();
      if (found.size() != 1) {
        throw new AssertionError("expected one file in " + folder + ", found " + found);
      }
      return found.get(0);
    }
  }
}
