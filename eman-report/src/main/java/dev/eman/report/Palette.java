package dev.eman.report;

import java.awt.Color;
import java.util.Locale;

/**
 * The colours of lines and points: 20 that differ from each other by more than 30 in CIE L*a*b*,
 * and stand out on white and on dark paper. From the eleventh on lines are dashed as well, for
 * readers who see fewer colours; further ones repeat.
 */
final class Palette {
  /** Number of colours. */
  static final int SIZE = 20;

  private static final int[] COLORS = {
    0x2f6fde, 0xe07a1f, 0x2a9d62, 0xc2417c, 0x783090, 0x604830, 0x00ccfc, 0xb4c000, 0xfc3048,
    0x005478, 0xe46cfc, 0x486000, 0xfc9084, 0x3cc030, 0x902418, 0xd8a8fc, 0xc0a860, 0x0c543c,
    0x78c0b4, 0xccb4c0
  };

  private Palette() {}

  /** The colour of a line, counted from 0. */
  static Color color(int line) {
    return new Color(COLORS[line % SIZE]);
  }

  /** The colour of a line, half way to white. */
  static Color faint(int line) {
    Color color = color(line);
    return new Color(
        (255 + color.getRed()) / 2, (255 + color.getGreen()) / 2, (255 + color.getBlue()) / 2);
  }

  /** Whether a line is dashed. */
  static boolean isDashed(int line) {
    return line % SIZE >= SIZE / 2;
  }

  /** The colours as style rules of the classes c0, c1 and so on. */
  static String css() {
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i < SIZE; i++) {
      rules.append(String.format(Locale.ROOT, ".c%d { color: #%06x; }\n", i, COLORS[i]));
      if (isDashed(i)) {
        rules.append(String.format(Locale.ROOT, ".line.c%d { stroke-dasharray: 6 3; }\n", i));
      }
    }
    return rules.toString();
  }
}
