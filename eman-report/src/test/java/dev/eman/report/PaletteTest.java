package dev.eman.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import org.junit.jupiter.api.Test;

class PaletteTest {
  private static final Color WHITE_PAPER = Color.WHITE;
  private static final Color DARK_PAPER = new Color(0x14171f);

  private static double linear(int value) {
    double part = value / 255.0;
    return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
  }

  private static double luminance(Color color) {
    return 0.2126 * linear(color.getRed())
        + 0.7152 * linear(color.getGreen())
        + 0.0722 * linear(color.getBlue());
  }

  private static double contrast(Color one, Color other) {
    double a = luminance(one) + 0.05;
    double b = luminance(other) + 0.05;
    return Math.max(a, b) / Math.min(a, b);
  }

  /** CIE L*a*b* with white D65. */
  private static double[] lab(Color color) {
    double r = linear(color.getRed());
    double g = linear(color.getGreen());
    double b = linear(color.getBlue());
    double x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
    double y = root(luminance(color));
    double z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  private static double root(double value) {
    return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16.0 / 116;
  }

  @Test
  void colors_twenty_areDistinctAndStandOut() {
    for (int i = 0; i < 20; i++) {
      Color color = Palette.color(i);
      assertTrue(contrast(color, WHITE_PAPER) > 1.8, i + " on white");
      assertTrue(contrast(color, DARK_PAPER) > 1.8, i + " on dark paper");
      double[] one = lab(color);
      for (int j = 0; j < i; j++) {
        double[] other = lab(Palette.color(j));
        double distance =
            Math.hypot(Math.hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
        assertTrue(distance > 30, j + " and " + i + ": " + distance);
      }
    }
    assertFalse(Palette.isDashed(9));
    assertTrue(Palette.isDashed(10));
  }

  @Test
  void css_lines_haveARuleEach() {
    assertTrue(Palette.css().contains(".c19 { color: #ccb4c0; }"), Palette.css());
    assertEquals(10, Palette.css().split("stroke-dasharray", -1).length - 1);
  }
}
