package dev.eman.train;

import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Small colour pictures as files, each of its own noise around its class's colour. */
final class Photos {
  private static final int SIDE = 20;

  private Photos() {}

  /**
   * Writes a folder for each class.
   *
   * @param perClass how many in each
   */
  static void classes(Path folder, int classes, int perClass) throws IOException {
    for (int c = 0; c < classes; c++) {
      some(folder.resolve("class " + c), c, perClass);
    }
  }

  /** Writes pictures of one colour. */
  static void some(Path folder, int color, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[SIDE * SIDE * 3];
      new Random(31L * color + i).nextBytes(pixels);
      for (int at = color % 3; at < pixels.length; at += 3) {
        pixels[at] = (byte) 250;
      }
      Files.write(folder.resolve("IMG " + i + ".png"), Png.encode(Image.of(pixels, SIDE, SIDE, 3)));
    }
  }
}
