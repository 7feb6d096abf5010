package dev.eman.core.option;

import java.util.Optional;

/**
 * See {@link OptionSpec#flag}.
 *
 * @param value the default
 */
public record FlagOption(String name, boolean value, String text) implements OptionSpec<Boolean> {
  public FlagOption {
    Values.checkName(name);
  }

  @Override
  public FlagOption describedAs(String newText) {
    return new FlagOption(name, value, newText);
  }

  @Override
  public String type() {
    return "flag";
  }

  @Override
  public String range() {
    return "";
  }

  @Override
  public Optional<Boolean> defaultValue() {
    return Optional.of(value);
  }

  @Override
  public String defaultText() {
    return Boolean.toString(value);
  }

  @Override
  public Boolean parse(String owner, Object given) {
    return switch (given.toString()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw Values.wrong(owner, name, "true or false", given);
    };
  }
}
