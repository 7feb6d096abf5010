package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartsTest {
  private static final ImmutableList<Double> TWO = ImmutableList.of(2.0, 4.0);
  private static final ImmutableList<Double> ONE = ImmutableList.of(2.0);

  @TempDir private Path folder;

  private BufferedImage read(String name) throws IOException {
    return ImageIO.read(folder.resolve(name).toFile());
  }

  private static int colors(BufferedImage picture) {
    Set<Integer> colors = new HashSet<>();
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        colors.add(picture.getRGB(x, y));
      }
    }
    return colors.size();
  }

  @Test
  void write_lines_isAPicture() throws IOException {
    Charts.Line line = new Charts.Line("a", TWO, TWO);
    Charts.write(
        new Charts.Lines("x", "y", true, ImmutableList.of(line)), folder.resolve("lines.png"));
    BufferedImage picture = read("lines.png");
    assertEquals(760, picture.getWidth());
    assertTrue(colors(picture) > 5);
  }

  @Test
  void write_bars_isAPicture() throws IOException {
    Charts.BarSeries series = new Charts.BarSeries("a", TWO, TWO);
    Charts.write(
        new Charts.Bars("title", "y", 1, ImmutableList.of("g", "h"), ImmutableList.of(series)),
        folder.resolve("bars.png"));
    BufferedImage picture = read("bars.png");
    assertEquals(900, picture.getWidth());
    assertTrue(colors(picture) > 5);
  }

  @Test
  void new_lengthsThatDiffer_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Charts.Line("a", TWO, ONE));
    Charts.BarSeries series = new Charts.BarSeries("a", TWO, ONE);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Charts.Bars("t", "y", 1, ImmutableList.of("g", "h"), ImmutableList.of(series)));
  }

  @Test
  void new_nothingToDraw_isRefused() {
    ImmutableList<Double> none = ImmutableList.of();
    assertThrows(IllegalArgumentException.class, () -> new Charts.Line("a", none, none));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Charts.Lines("x", "y", false, ImmutableList.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Charts.Bars("t", "y", 1, ImmutableList.of(), ImmutableList.of()));
  }
}
