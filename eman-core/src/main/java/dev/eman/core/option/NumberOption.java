package dev.eman.core.option;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Range;
import java.util.Optional;

/**
 * See {@link OptionSpec#number}.
 *
 * @param value the default, within the values
 * @param values that are accepted
 */
public record NumberOption(String name, double value, Range<Double> values, String text)
    implements OptionSpec<Double> {
  public NumberOption {
    Values.checkName(name);
    checkArgument(
        Double.isFinite(value) && values.contains(value),
        "%s: expected a default in %s, got %s",
        name,
        values,
        value);
  }

  /** Accepts {@code [min, max]}. */
  public NumberOption between(double min, double max) {
    return new NumberOption(name, value, Range.closed(min, max), text);
  }

  /** Accepts {@code min} and more. */
  public NumberOption atLeast(double min) {
    return new NumberOption(name, value, Range.atLeast(min), text);
  }

  /** Accepts more than {@code limit}. */
  public NumberOption above(double limit) {
    return new NumberOption(name, value, Range.greaterThan(limit), text);
  }

  @Override
  public NumberOption describedAs(String newText) {
    return new NumberOption(name, value, values, newText);
  }

  @Override
  public String type() {
    return "number";
  }

  @Override
  public String range() {
    return Values.words(values);
  }

  @Override
  public Optional<Double> defaultValue() {
    return Optional.of(value);
  }

  @Override
  public String defaultText() {
    return Values.plain(value);
  }

  @Override
  public Double parse(String owner, Object given) {
    double parsed = Values.asNumber(owner, this, given);
    if (!values.contains(parsed)) {
      throw Values.wrong(owner, name, range(), given);
    }
    return parsed;
  }
}
