package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BandChartTest {
  private static final ImmutableList<Double> STEPS = ImmutableList.of(1000.0, 2000.0, 3000.0);
  private static final ImmutableList<Double> MEANS = ImmutableList.of(20.0, 40.0, 45.0);
  private static final ImmutableList<Double> FLAT = ImmutableList.of(0.0, 0.0, 0.0);
  private static final ImmutableList<Double> WIDE = ImmutableList.of(5.0, 5.0, 5.0);

  @TempDir private Path folder;

  private BufferedImage draw(BandChart.Band... bands) throws IOException {
    Path file = folder.resolve("bands.png");
    new BandChart("title", "step", "y", ImmutableList.copyOf(bands)).write(file);
    return ImageIO.read(file.toFile());
  }

  private static int count(BufferedImage picture, IntPredicate wanted) {
    int count = 0;
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        count += wanted.test(picture.getRGB(x, y)) ? 1 : 0;
      }
    }
    return count;
  }

  /** Pixels of the first colour on white, as a band has it. */
  private static int bandPixels(BufferedImage picture) {
    Color line = Palette.color(0);
    return count(
        picture,
        rgb -> {
          Color color = new Color(rgb);
          return color.getBlue() > color.getRed() + 15
              && color.getRed() > line.getRed() + 100
              && color.getRed() < 235;
        });
  }

  private static int linePixels(BufferedImage picture) {
    return count(picture, rgb -> rgb == Palette.color(0).getRGB());
  }

  @Test
  void write_deviations_areABand() throws IOException {
    BandChart.Band flat = new BandChart.Band("a", 0, false, STEPS, MEANS, FLAT);
    BandChart.Band wide = new BandChart.Band("a", 0, false, STEPS, MEANS, WIDE);
    int without = bandPixels(draw(flat));
    int with = bandPixels(draw(wide));
    assertTrue(with > 10_000 && without < 3_000, with + " and " + without);
    assertEquals(860, draw(wide).getWidth());
  }

  @Test
  void write_dashed_hasLessOfItsColor() throws IOException {
    int solid = linePixels(draw(new BandChart.Band("a", 0, false, STEPS, MEANS, FLAT)));
    int dashed = linePixels(draw(new BandChart.Band("a", 0, true, STEPS, MEANS, FLAT)));
    assertTrue(dashed > 300 && dashed < 0.9 * solid, dashed + " of " + solid);
  }

  @Test
  void write_sharedColors_areOneColor() throws IOException {
    BufferedImage picture =
        draw(
            new BandChart.Band("a: student", 0, true, STEPS, MEANS, FLAT),
            new BandChart.Band("a: teacher", 0, false, STEPS, WIDE, FLAT));
    assertEquals(0, count(picture, rgb -> rgb == Palette.color(1).getRGB()));
  }

  @Test
  void new_lengthsThatDiffer_areRefused() {
    ImmutableList<Double> one = ImmutableList.of(1.0);
    assertThrows(
        IllegalArgumentException.class, () -> new BandChart.Band("a", 0, false, STEPS, MEANS, one));
    assertThrows(
        IllegalArgumentException.class, () -> new BandChart.Band("a", 0, false, STEPS, one, FLAT));
    assertThrows(
        IllegalArgumentException.class, () -> new BandChart("", "", "", ImmutableList.of()));
  }
}
