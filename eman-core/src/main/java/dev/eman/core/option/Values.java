package dev.eman.core.option;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.BoundType;
import com.google.common.collect.Range;
import dev.eman.core.UsageException;
import java.util.Locale;
import java.util.regex.Pattern;

/** What kinds of options share: reading values and wording them. */
final class Values {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  private Values() {}

  static void checkName(String name) {
    checkArgument(
        NAME.matcher(name).matches(),
        "option: expected a name of small letters, digits and underscores, got \"%s\"",
        name);
  }

  /** A finite number. */
  static double asNumber(String owner, OptionSpec<?> option, Object given) {
    String expected = option.type().equals("integer") ? "a whole number" : "a number";
    double parsed;
    try {
      parsed =
          given instanceof Number number
              ? number.doubleValue()
              : Double.parseDouble(given.toString());
    } catch (NumberFormatException e) {
      throw wrong(owner, option.name(), expected, given);
    }
    if (!Double.isFinite(parsed)) {
      throw wrong(owner, option.name(), expected, given);
    }
    return parsed;
  }

  static UsageException wrong(String owner, String name, String expected, Object given) {
    return new UsageException(owner + "." + name + ": expected " + expected + ", got " + given);
  }

  /** A range in words: {@code [0, 1]}, {@code above 0}, {@code at least 1}; empty for all. */
  static String words(Range<? extends Number> range) {
    if (!range.hasLowerBound()) {
      return "";
    }
    String low = plain(range.lowerEndpoint());
    if (range.hasUpperBound()) {
      return "[" + low + ", " + plain(range.upperEndpoint()) + "]";
    }
    return (range.lowerBoundType() == BoundType.OPEN ? "above " : "at least ") + low;
  }

  private static String plain(Number limit) {
    return limit instanceof Long ? limit.toString() : plain(limit.doubleValue());
  }

  /** Without a fraction where there is none. */
  static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** As written in configurations. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
