package dev.eman.core.option;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Range;
import java.util.Optional;

/**
 * See {@link OptionSpec#integer}.
 *
 * @param values that are accepted
 */
public record IntegerOption(
    String name, Optional<Long> defaultValue, String defaultText, Range<Long> values, String text)
    implements OptionSpec<Long> {
  /** Up to here a double is every whole number: 2^53. */
  private static final double MOST_EXACT = 0x1p53;

  public IntegerOption {
    Values.checkName(name);
    checkArgument(
        defaultValue.map(values::contains).orElse(true),
        "%s: expected a default in %s, got %s",
        name,
        values,
        defaultText);
  }

  /** Accepts {@code [min, max]}. */
  public IntegerOption between(long min, long max) {
    return new IntegerOption(name, defaultValue, defaultText, Range.closed(min, max), text);
  }

  /** Accepts {@code min} and more. */
  public IntegerOption atLeast(long min) {
    return new IntegerOption(name, defaultValue, defaultText, Range.atLeast(min), text);
  }

  @Override
  public IntegerOption describedAs(String newText) {
    return new IntegerOption(name, defaultValue, defaultText, values, newText);
  }

  @Override
  public String type() {
    return "integer";
  }

  @Override
  public String range() {
    return Values.words(values);
  }

  @Override
  public Long parse(String owner, Object given) {
    long parsed = whole(owner, given);
    if (!values.contains(parsed)) {
      throw Values.wrong(owner, name, range(), given);
    }
    return parsed;
  }

  /** Digits as they are; what is written otherwise, such as {@code 1e5}, is a double first. */
  private long whole(String owner, Object given) {
    if (given instanceof Long || given instanceof Integer) {
      return ((Number) given).longValue();
    }
    try {
      return Long.parseLong(given.toString());
    } catch (NumberFormatException e) {
      double parsed = Values.asNumber(owner, this, given);
      if (parsed != Math.rint(parsed)) {
        throw Values.wrong(owner, name, "a whole number", given);
      }
      if (Math.abs(parsed) > MOST_EXACT) {
        throw Values.wrong(
            owner, name, "a whole number of 64 bits, above 2^53 in digits alone", given);
      }
      return (long) parsed;
    }
  }
}
