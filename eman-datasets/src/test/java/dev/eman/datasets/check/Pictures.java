package dev.eman.datasets.check;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures for tests: coloured patches with soft borders, another for each seed. */
final class Pictures {
  private Pictures() {}

  static BufferedImage picture(int width, int height, long seed) {
    BufferedImage patches = new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int i = 0; i < 30; i++) {
      patches.setRGB(i % 6, i / 6, random.nextInt(0x1000000));
    }
    return scaled(patches, width, height);
  }

  static BufferedImage scaled(BufferedImage image, int width, int height) {
    BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = large.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return large;
  }

  /** Writes an image in the format of the name's ending. */
  static Path write(Path file, BufferedImage image) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    return file;
  }
}
