package dev.eman.core.option;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Range;
import dev.eman.core.UsageException;
import java.util.Locale;
import java.util.Optional;

/**
 * One option of an algorithm: name, type, default, range and a line of text. Immutable, and the key
 * by which {@link dev.eman.core.algorithm.AlgorithmOptions#get} returns the value with its type:
 *
 * <pre>{@code
 * static final OptionSpec<Double> THRESHOLD =
 *     OptionSpec.number("threshold", 0.95).between(0, 1).describedAs("least confidence that counts");
 * }</pre>
 *
 * @param <T> type of the values
 */
public sealed interface OptionSpec<T>
    permits NumberOption, IntegerOption, FlagOption, ChoiceOption, TextOption {
  /** The name in configurations: small letters, digits and underscores. */
  String name();

  /** What values are, in tables: {@code number}, {@code integer}, {@code flag} and so on. */
  String type();

  /** Which values are accepted, such as {@code [0, 1]} or {@code eman, ema}; empty for any. */
  String range();

  /** The value of an option that was not set; empty if it depends on the run. */
  Optional<T> defaultValue();

  /** The default as a configuration has it, or in words if it depends on the run. */
  String defaultText();

  /** What the option is, in a line. */
  String text();

  /** The same option with another {@link #text}. */
  OptionSpec<T> describedAs(String text);

  /**
   * A value as a configuration has it.
   *
   * @param owner name of the algorithm, for messages
   * @param value a number, a boolean or text
   * @throws UsageException if it is not of the type or out of range
   */
  T parse(String owner, Object value);

  /** One line: {@code threshold (number, [0, 1]; default 0.95): least confidence that counts}. */
  default String summary() {
    return String.format(
        Locale.ROOT, "%s (%s; default %s): %s", name(), values(), defaultText(), text());
  }

  private String values() {
    if (range().isEmpty()) {
      return type();
    }
    return this instanceof ChoiceOption ? range() : type() + ", " + range();
  }

  /** A finite number. */
  static NumberOption number(String name, double defaultValue) {
    return new NumberOption(name, defaultValue, Range.all(), "");
  }

  /** A whole number. */
  static IntegerOption integer(String name, long defaultValue) {
    return new IntegerOption(
        name, Optional.of(defaultValue), Long.toString(defaultValue), Range.all(), "");
  }

  /**
   * A whole number whose default depends on the run: {@link
   * dev.eman.core.algorithm.AlgorithmOptions#find} is empty unless it was set.
   *
   * @param defaultText the default in words, such as {@code a quarter of the run}
   */
  static IntegerOption integer(String name, String defaultText) {
    return new IntegerOption(name, Optional.empty(), defaultText, Range.all(), "");
  }

  /** True or false. */
  static FlagOption flag(String name, boolean defaultValue) {
    return new FlagOption(name, defaultValue, "");
  }

  /** One of an enum's constants, written in small letters with hyphens. */
  static <E extends Enum<E>> ChoiceOption<E> choice(String name, E defaultValue) {
    return new ChoiceOption<>(
        name,
        defaultValue,
        ImmutableList.copyOf(defaultValue.getDeclaringClass().getEnumConstants()),
        "");
  }

  /** Any text. */
  static TextOption text(String name, String defaultValue) {
    return new TextOption(name, defaultValue, "");
  }
}
