package dev.eman.core.option;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.List;
import java.util.Optional;

/**
 * See {@link OptionSpec#choice}.
 *
 * @param value the default, one of the values
 * @param values that are accepted
 */
public record ChoiceOption<E extends Enum<E>>(String name, E value, List<E> values, String text)
    implements OptionSpec<E> {
  public ChoiceOption {
    Values.checkName(name);
    values = ImmutableList.copyOf(values);
    checkArgument(
        values.contains(value), "%s: expected a default in %s, got %s", name, values, value);
  }

  /** Accepts these alone. */
  public ChoiceOption<E> among(List<E> accepted) {
    return new ChoiceOption<>(name, value, accepted, text);
  }

  @Override
  public ChoiceOption<E> describedAs(String newText) {
    return new ChoiceOption<>(name, value, values, newText);
  }

  @Override
  public String type() {
    return "choice";
  }

  @Override
  public String range() {
    return String.join(", ", labels());
  }

  @Override
  public Optional<E> defaultValue() {
    return Optional.of(value);
  }

  @Override
  public String defaultText() {
    return Values.label(value);
  }

  @Override
  public E parse(String owner, Object given) {
    int index = labels().indexOf(given.toString());
    if (index < 0) {
      throw new UsageException(Suggestions.unknown(owner + "." + name, given.toString(), labels()));
    }
    return values.get(index);
  }

  private List<String> labels() {
    return values.stream().map(Values::label).toList();
  }
}
