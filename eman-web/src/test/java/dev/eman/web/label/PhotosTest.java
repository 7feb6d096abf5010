package dev.eman.web.label;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Resampling;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotosTest {
  private static final int WIDTH = 4000;
  private static final int HEIGHT = 3000;

  @TempDir Path folder;

  /** A photo of a camera's size. */
  @BeforeEach
  void write() throws IOException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setPaint(new GradientPaint(0, 0, Color.ORANGE, WIDTH, HEIGHT, Color.BLUE));
    graphics.fillRect(0, 0, WIDTH, HEIGHT);
    graphics.setColor(Color.WHITE);
    for (int i = 0; i < 40; i++) {
      graphics.drawOval(40 * i, 30 * i, 1000, 700);
    }
    graphics.dispose();
    ImageIO.write(image, "jpeg", folder.resolve("a.jpg").toFile());
  }

  private byte[] encoded() {
    try (Photos photos = Photos.read(folder, Set.of(), note -> {})) {
      return photos.encoded(0);
    }
  }

  @Test
  void encoded_largePhoto_looksAsOneThatWasDecodedWhole() throws IOException {
    BufferedImage shown = ImageIO.read(new ByteArrayInputStream(encoded()));
    assertEquals(900, shown.getWidth());
    assertEquals(675, shown.getHeight());
    Image whole = new Image();
    byte[] file = Files.readAllBytes(folder.resolve("a.jpg"));
    ImageDecoder.local().decode(file, file.length, "a", DecodePlan.WHOLE, whole);
    Resampling.resizeInPlace(whole, 900, 675);
    long difference = 0;
    for (int y = 0; y < 675; y++) {
      for (int x = 0; x < 900; x++) {
        for (int c = 0; c < 3; c++) {
          difference += Math.abs((shown.getRGB(x, y) >> (16 - 8 * c) & 0xff) - whole.get(x, y, c));
        }
      }
    }
    assertTrue(difference < 1.5 * 3 * 900 * 675, "mean " + difference / (3.0 * 900 * 675));
  }

  /** The page asks for four at once, each in a thread of the server. */
  @Test
  void encoded_largePhoto_takesLittleMemoryInOneThread() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Photos photos = Photos.read(folder, Set.of(), note -> {})) {
      long before = threads.getCurrentThreadAllocatedBytes();
      photos.encoded(0);
      long here = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(here < 1 << 20, "in the calling thread: " + here);
      long decoder =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("eman-label-photos"))
              .mapToLong(thread -> threads.getThreadAllocatedBytes(thread.getId()))
              .max()
              .orElseThrow();
      assertTrue(decoder < 3 * WIDTH * HEIGHT, "in the decoder's: " + decoder);
    }
  }
}
