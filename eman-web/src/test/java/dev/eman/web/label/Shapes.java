package dev.eman.web.label;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Small photos of red and blue squares. */
final class Shapes {
  private Shapes() {}

  /** Writes them: a00.png red, a01.png blue and so on. */
  static Path write(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(24, 20, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(i % 2 == 0 ? Color.RED : Color.BLUE);
      graphics.fillRect(i % 7, i % 5, 12, 12);
      graphics.dispose();
      ImageIO.write(image, "png", folder.resolve("a" + i / 10 + i % 10 + ".png").toFile());
    }
    return folder;
  }
}
