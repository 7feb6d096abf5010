package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Folders of small images, of two classes that no data set has. */
final class Marsupials {
  private Marsupials() {}

  /** Four images of each class, to train on and to test on. */
  static Path make(Path root) throws IOException {
    Random random = new Random(1);
    for (String part : List.of("train", "test")) {
      for (String label : List.of("quokka", "numbat")) {
        Path images = Files.createDirectories(root.resolve(part).resolve(label));
        for (int i = 0; i < 4; i++) {
          BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
          for (int x = 0; x < 20; x++) {
            image.setRGB(x, random.nextInt(16), random.nextInt());
          }
          assertTrue(ImageIO.write(image, "png", images.resolve(i + ".png").toFile()));
        }
      }
    }
    return root;
  }
}
