package dev.eman.core.option;

import java.util.Optional;

/**
 * See {@link OptionSpec#text(String, String)}.
 *
 * @param value the default
 */
public record TextOption(String name, String value, String text) implements OptionSpec<String> {
  public TextOption {
    Values.checkName(name);
  }

  @Override
  public TextOption describedAs(String newText) {
    return new TextOption(name, value, newText);
  }

  @Override
  public String type() {
    return "text";
  }

  @Override
  public String range() {
    return "";
  }

  @Override
  public Optional<String> defaultValue() {
    return Optional.of(value);
  }

  @Override
  public String defaultText() {
    return value;
  }

  @Override
  public String parse(String owner, Object given) {
    return given.toString();
  }
}
