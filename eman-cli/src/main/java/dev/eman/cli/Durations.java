package dev.eman.cli;

import java.util.Locale;

/** Durations in words. */
final class Durations {
  private static final double MINUTE = 60;
  private static final double HOUR = 3600;
  private static final double DAY = 86_400;

  private Durations() {}

  /** Rounded: "45 s", "3 min", "5.2 hours" or "3.1 days". */
  static String rough(double seconds) {
    if (seconds < 1.5 * MINUTE) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    if (seconds < 1.5 * HOUR) {
      return String.format(Locale.ROOT, "%.0f min", seconds / MINUTE);
    }
    return seconds < 2 * DAY
        ? String.format(Locale.ROOT, "%.1f hours", seconds / HOUR)
        : String.format(Locale.ROOT, "%,.1f days", seconds / DAY);
  }
}
