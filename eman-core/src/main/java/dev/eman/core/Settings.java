package dev.eman.core;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Options by name, as a configuration file gives them. Whoever reads one names its default; {@link
 * #checkAllRead} then finds those that nobody has asked for. Not safe for use by several threads.
 */
public final class Settings {
  private final String owner;
  private final ImmutableMap<String, Object> values;
  private final TreeSet<String> known = new TreeSet<>();

  /**
   * Options.
   *
   * @param owner whose they are, for messages
   * @param values numbers, booleans or text
   */
  public Settings(String owner, Map<String, ?> values) {
    this.owner = owner;
    this.values = ImmutableMap.copyOf(values);
  }

  /** A number. */
  public double number(String name, double otherwise) {
    known.add(name);
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    try {
      return Double.parseDouble(value.toString());
    } catch (NumberFormatException e) {
      throw wrong(name, "a number", value);
    }
  }

  /** A whole number. */
  public long integer(String name, long otherwise) {
    double value = number(name, (double) otherwise);
    if (value != Math.rint(value)) {
      throw wrong(name, "a whole number", value);
    }
    return (long) value;
  }

  /** True or false. */
  public boolean flag(String name, boolean otherwise) {
    known.add(name);
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    return switch (value.toString()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "true or false", value);
    };
  }

  /** One of the constants of an enum, by its name in small letters with hyphens. */
  public <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
    known.add(name);
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    List<String> labels = Arrays.stream(type.getEnumConstants()).map(Settings::label).toList();
    int index = labels.indexOf(value.toString());
    if (index < 0) {
      throw new UsageException(Suggestions.unknown(owner + "." + name, value.toString(), labels));
    }
    return type.getEnumConstants()[index];
  }

  /**
   * Looks for options that nothing has read.
   *
   * @throws UsageException naming one, with the nearest known name
   */
  public void checkAllRead() {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new UsageException(Suggestions.unknown("option of " + owner, name, known));
      }
    }
  }

  private UsageException wrong(String name, String expected, Object found) {
    return new UsageException(owner + "." + name + ": expected " + expected + ", got " + found);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
