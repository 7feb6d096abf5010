package dev.eman.train.options;

import com.google.errorprone.annotations.FormatMethod;
import dev.eman.core.UsageException;
import org.jspecify.annotations.Nullable;

/** Ranges of options. A value outside is the user's mistake, wherever it comes from. */
final class Checks {
  private Checks() {}

  @FormatMethod
  static void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new UsageException(String.format(message, arguments));
    }
  }

  static void atLeast(String name, long least, long value) {
    require(value >= least, "%s: expected at least %d, got %d", name, least, value);
  }

  /** Where an option may be left open. */
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

  /** From 0 on, below 1. */
  static void part(String name, double value) {
    require(value >= 0 && value < 1, "%s: expected from 0 on, below 1, got %s", name, value);
  }
}
