package dev.eman.train.options;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.io.PathNames;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An option of a run: its name in configuration files and (after two hyphens) on the command line,
 * its default, and how it is parsed and written. The constants are declared in the records that
 * they fill, such as {@link DataOptions#DATASET}; {@link TrainingOptions#all} lists them.
 *
 * @param <T> type of the values
 */
public final class TrainingOption<T> {
  private static final int LONGEST_PLAIN = 7;

  private final String name;
  private final String label;
  private final Optional<T> defaultValue;
  private final String text;
  private final Function<String, T> reader;
  private final Function<T, String> writer;
  private final Function<TrainingOptions, @Nullable T> getter;
  private final ImmutableList<String> formerNames;
  private final boolean isPlace;

  private TrainingOption(
      String name,
      String label,
      Optional<T> defaultValue,
      String text,
      Function<String, T> reader,
      Function<T, String> writer,
      Function<TrainingOptions, @Nullable T> getter,
      ImmutableList<String> formerNames,
      boolean isPlace) {
    this.name = name;
    this.label = label;
    this.defaultValue = defaultValue;
    this.text = text;
    this.reader = reader;
    this.writer = writer;
    this.getter = getter;
    this.formerNames = formerNames;
    this.isPlace = isPlace;
  }

  static TrainingOption<String> text(
      String name,
      String label,
      @Nullable String defaultValue,
      String text,
      Function<TrainingOptions, @Nullable String> getter) {
    return of(name, label, defaultValue, text, value -> value, value -> value, getter);
  }

  static TrainingOption<Path> path(
      String name, String label, String text, Function<TrainingOptions, @Nullable Path> getter) {
    return of(
            name,
            label,
            (Path) null,
            text,
            PathNames::parse,
            path -> path.toAbsolutePath().normalize().toString(),
            getter)
        .place();
  }

  static TrainingOption<Long> integer(
      String name,
      String label,
      @Nullable Long defaultValue,
      String text,
      Function<TrainingOptions, @Nullable Long> getter) {
    return of(
        name, label, defaultValue, text, TrainingOption::wholeNumber, String::valueOf, getter);
  }

  /** A 32-bit integer. */
  static TrainingOption<Integer> count(
      String name,
      String label,
      @Nullable Integer defaultValue,
      String text,
      Function<TrainingOptions, @Nullable Integer> getter) {
    return of(
        name,
        label,
        defaultValue,
        text,
        value -> {
          long number = wholeNumber(value);
          if (number != (int) number) {
            throw new UsageException("expected a 32-bit whole number, got " + value);
          }
          return (int) number;
        },
        String::valueOf,
        getter);
  }

  static TrainingOption<Double> number(
      String name,
      String label,
      @Nullable Double defaultValue,
      String text,
      Function<TrainingOptions, @Nullable Double> getter) {
    return of(
        name,
        label,
        defaultValue,
        text,
        TrainingOption::realNumber,
        TrainingOption::shortest,
        getter);
  }

  static TrainingOption<ImmutableList<Double>> numbers(
      String name,
      String label,
      String text,
      Function<TrainingOptions, @Nullable ImmutableList<Double>> getter) {
    return of(
        name,
        label,
        null,
        text,
        value ->
            Splitter.on(',')
                .trimResults()
                .splitToStream(value)
                .map(TrainingOption::realNumber)
                .collect(ImmutableList.toImmutableList()),
        values -> values.stream().map(TrainingOption::shortest).collect(Collectors.joining(",")),
        getter);
  }

  static TrainingOption<Boolean> flag(
      String name, boolean defaultValue, String text, Function<TrainingOptions, Boolean> getter) {
    return of(
        name,
        "BOOL",
        defaultValue,
        text,
        value ->
            switch (Ascii.toLowerCase(value)) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new UsageException("expected true or false, got " + value);
            },
        String::valueOf,
        getter);
  }

  /** One of an enum's constants, in lower case with hyphens. */
  static <E extends Enum<E>> TrainingOption<E> choice(
      String name,
      String label,
      Class<E> type,
      @Nullable E defaultValue,
      String text,
      Function<TrainingOptions, @Nullable E> getter) {
    return of(
        name,
        label,
        defaultValue,
        text,
        value -> {
          List<String> known =
              Arrays.stream(type.getEnumConstants()).map(TrainingOption::label).toList();
          int index = known.indexOf(Ascii.toLowerCase(value).replace('_', '-'));
          if (index < 0) {
            throw new UsageException(Suggestions.unknown(name, value, known));
          }
          return type.getEnumConstants()[index];
        },
        TrainingOption::label,
        getter);
  }

  static <T> TrainingOption<T> of(
      String name,
      String label,
      @Nullable T defaultValue,
      String text,
      Function<String, T> reader,
      Function<T, String> writer,
      Function<TrainingOptions, @Nullable T> getter) {
    return new TrainingOption<>(
        name,
        label,
        Optional.ofNullable(defaultValue),
        text,
        reader,
        writer,
        getter,
        ImmutableList.of(),
        false);
  }

  /** The same option, which is also accepted under former names. */
  TrainingOption<T> formerly(String... names) {
    return new TrainingOption<>(
        name,
        label,
        defaultValue,
        text,
        reader,
        writer,
        getter,
        ImmutableList.copyOf(names),
        isPlace);
  }

  /** The same option, whose values name files or folders if they are written as absolute paths. */
  TrainingOption<T> place() {
    return new TrainingOption<>(
        name, label, defaultValue, text, reader, writer, getter, formerNames, true);
  }

  /** The file or folder that a value names, as configurations have it; empty if it names none. */
  public Optional<Path> place(String value) {
    try {
      return isPlace ? Optional.of(Path.of(value)).filter(Path::isAbsolute) : Optional.empty();
    } catch (InvalidPathException e) { // A name, with a colon, on Windows.
      return Optional.empty();
    }
  }

  /** A value's text, with the paths in it absolute, as configurations have it. */
  String withAbsolutePaths(String value) {
    return isPlace ? writer.apply(parse(value)) : value;
  }

  private static String label(Enum<?> constant) {
    return Ascii.toLowerCase(constant.name()).replace('_', '-');
  }

  private static long wholeNumber(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException("expected a whole number, got " + text, e);
    }
  }

  private static double realNumber(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw new UsageException("expected a number, got " + text, e);
    }
  }

  /**
   * Writes 0.0005 rather than 5.0E-4, and 0 rather than 0.0; both are parsed as the same number.
   */
  static String shortest(double value) {
    BigDecimal number = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String plain = number.toPlainString();
    return plain.length() <= LONGEST_PLAIN ? plain : Double.toString(value);
  }

  /** As in configuration files: lower case with hyphens. */
  public String name() {
    return name;
  }

  /** Former names, which are still accepted. */
  public ImmutableList<String> formerNames() {
    return formerNames;
  }

  /** Placeholder of the value in help texts, such as {@code N}. */
  public String label() {
    return label;
  }

  /** One sentence: its meaning and unit. */
  public String text() {
    return text;
  }

  /** The value if a run does not set it; empty if there is no default. */
  public Optional<T> defaultValue() {
    return defaultValue;
  }

  /** The default as written in configurations; empty if there is none. */
  public String defaultText() {
    return defaultValue.map(writer).orElse("");
  }

  /** A run's value as written in configurations; empty if it is not set. */
  public Optional<String> textIn(TrainingOptions options) {
    return Optional.ofNullable(getter.apply(options)).map(writer);
  }

  /**
   * Parses a value.
   *
   * @throws UsageException if it is not of the option's type; the message names the option
   */
  public T parse(String value) {
    try {
      return reader.apply(value);
    } catch (EmanException | IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      String place = name + ": ";
      throw new UsageException(message.startsWith(place) ? message : place + message, e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
