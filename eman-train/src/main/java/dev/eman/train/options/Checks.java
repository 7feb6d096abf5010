package dev.eman.train.options;

import com.google.errorprone.annotations.FormatMethod;
import dev.eman.core.UsageException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the ranges of options. A value out of range is the user's mistake, wherever it comes from.
 */
final class Checks {
  private Checks() {}

  @FormatMethod
  static void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new UsageException(String.format(Locale.ROOT, message, arguments));
    }
  }

  static void atLeast(String name, long least, long value) {
    require(value >= least, "%s: expected at least %d, got %d", name, least, value);
  }

  /** Accepts null, for an option that is not set. */
  static void atLeast(String name, long least, @Nullable Integer value) {
    if (value != null) {
      atLeast(name, least, (long) value);
    }
  }

  static void atLeast(String name, long least, @Nullable Long value) {
    if (value != null) {
      atLeast(name, least, (long) value);
    }
  }

  static void atLeast0(String name, double value) {
    require(value >= 0 && Double.isFinite(value), "%s: expected at least 0, got %s", name, value);
  }

  static void above0(String name, double value) {
    require(value > 0 && Double.isFinite(value), "%s: expected above 0, got %s", name, value);
  }

  /** Requires a value of at least 0 and below 1. */
  static void part(String name, double value) {
    require(value >= 0 && value < 1, "%s: expected from 0 on, below 1, got %s", name, value);
  }
}
