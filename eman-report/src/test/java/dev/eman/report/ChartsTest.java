package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
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

  /** How many pixels have a colour of the palette. */
  private static int pixels(BufferedImage picture, int color) {
    return pixels(picture, Palette.color(color));
  }

  private static int pixels(BufferedImage picture, Color color) {
    int count = 0;
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        count += picture.getRGB(x, y) == color.getRGB() ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void write_lines_isAPicture() throws IOException {
    Charts.Line line = new Charts.Line("a", TWO, TWO);
    Charts.write(
        new Charts.Lines("x", "y", true, ImmutableList.of(line)), folder.resolve("lines.png"));
    BufferedImage picture = read("lines.png");
    assertEquals(860, picture.getWidth());
    assertTrue(pixels(picture, 0) > 500, "pixels of the line");
  }

  /** As the curves of an EMAN teacher, whose accuracy does not depend on the order of images. */
  @Test
  void write_equalLines_showsBoth() throws IOException {
    ImmutableList<Double> x = ImmutableList.of(2.0, 4.0, 8.0);
    ImmutableList<Double> same = ImmutableList.of(80.5, 80.5, 80.5);
    ImmutableList<Double> below = ImmutableList.of(20.0, 30.0, 50.0);
    Charts.write(
        new Charts.Lines(
            "x",
            "y",
            true,
            ImmutableList.of(
                new Charts.Line("one", x, same),
                new Charts.Line("apart", x, below),
                new Charts.Line("two", x, same))),
        folder.resolve("lines.png"));
    BufferedImage picture = read("lines.png");
    int broad = pixels(picture, Palette.faint(0));
    assertTrue(broad > 1500, "the broad line below: " + broad);
    assertTrue(pixels(picture, 2) > 400, "the dashed line above: " + pixels(picture, 2));
  }

  @Test
  void write_points_showsEachSeriesAndNoMissingPoint() throws IOException {
    ImmutableList<Double> missing = ImmutableList.of(Double.NaN, 40.0);
    ImmutableList<Double> nothing = ImmutableList.of(Double.NaN, Double.NaN);
    ImmutableList<Double> small = ImmutableList.of(0.5, 0.5);
    Charts.write(
        new Charts.Points(
            "title",
            "groups",
            "y",
            ImmutableList.of("g", "h"),
            ImmutableList.of(
                new Charts.PointSeries("a", ImmutableList.of(41.0, 42.0), small),
                new Charts.PointSeries("b", missing, small),
                new Charts.PointSeries("c", nothing, small))),
        folder.resolve("points.png"));
    BufferedImage picture = read("points.png");
    int two = pixels(picture, 0);
    int one = pixels(picture, 1);
    assertTrue(one > 50 && two > 1.4 * one && two < 2.5 * one, two + " and " + one);
    assertEquals(0, pixels(picture, 2));
  }

  @Test
  void write_manyGroups_isWider() throws IOException {
    ImmutableList<Double> twelve = ImmutableList.copyOf(Collections.nCopies(12, 1.0));
    Charts.write(
        new Charts.Points(
            "title",
            "groups",
            "y",
            ImmutableList.copyOf(Collections.nCopies(12, "twelve")),
            ImmutableList.of(new Charts.PointSeries("a", twelve, twelve))),
        folder.resolve("points.png"));
    assertEquals(1200, read("points.png").getWidth());
  }

  /** Only a range with zero inside has a line there. */
  @Test
  void write_pointsOnBothSidesOfZero_showsZero() throws IOException {
    int[] gray = new int[2];
    for (int i = 0; i < 2; i++) {
      ImmutableList<Double> means = ImmutableList.of(i == 0 ? 2.0 : -2.0, 4.0);
      Charts.write(
          new Charts.Points(
              "",
              "",
              "y",
              ImmutableList.of("g", "h"),
              ImmutableList.of(new Charts.PointSeries("a", means, ImmutableList.of(0.5, 0.5)))),
          folder.resolve("points.png"));
      gray[i] = pixels(read("points.png"), Color.GRAY);
    }
    assertTrue(gray[1] > gray[0] + 700, gray[1] + " and " + gray[0]);
  }

  @Test
  void write_emptyNames_areBlank() throws IOException {
    Charts.PointSeries series = new Charts.PointSeries("", ONE, ONE);
    Charts.write(
        new Charts.Points("", "", "", ImmutableList.of(""), ImmutableList.of(series)),
        folder.resolve("points.png"));
    assertTrue(pixels(read("points.png"), 0) > 50);
  }

  @Test
  void new_lengthsThatDiffer_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Charts.Line("a", TWO, ONE));
    Charts.PointSeries series = new Charts.PointSeries("a", TWO, ONE);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Charts.Points("t", "x", "y", ImmutableList.of("g", "h"), ImmutableList.of(series)));
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
        () -> new Charts.Points("t", "x", "y", ImmutableList.of(), ImmutableList.of()));
  }
}
