package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.option.OptionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An algorithm's options with their values, typed and within their ranges. Immutable. Every option
 * has a value, except those whose default depends on the run.
 */
public final class AlgorithmOptions {
  private final String owner;
  private final ImmutableMap<String, OptionSpec<?>> specs;
  private final ImmutableMap<String, Object> values;

  private AlgorithmOptions(
      String owner, Map<String, OptionSpec<?>> specs, Map<String, Object> values) {
    this.owner = owner;
    this.specs = ImmutableMap.copyOf(specs);
    this.values = ImmutableMap.copyOf(values);
  }

  /** An algorithm's options, all at their defaults. */
  public static AlgorithmOptions defaults(AlgorithmProvider provider) {
    return of(provider, ImmutableMap.of());
  }

  /**
   * An algorithm's options as a configuration sets them.
   *
   * @param set numbers, booleans or text by name; what is missing has its default
   * @throws UsageException for an option that the algorithm does not have, with the nearest one
   *     that it has, and for a value of another type or out of range
   */
  public static AlgorithmOptions of(AlgorithmProvider provider, Map<String, ?> set) {
    return of(provider.name(), provider.options(), set);
  }

  /**
   * Options of a list of specifications; see {@link #of(AlgorithmProvider, Map)}.
   *
   * @param owner whose options they are, for messages
   */
  public static AlgorithmOptions of(
      String owner, List<? extends OptionSpec<?>> specs, Map<String, ?> set) {
    Map<String, OptionSpec<?>> byName = new LinkedHashMap<>();
    for (OptionSpec<?> spec : specs) {
      checkArgument(
          byName.put(spec.name(), spec) == null,
          "%s has two options of the name %s",
          owner,
          spec.name());
    }
    for (String name : set.keySet()) {
      if (!byName.containsKey(name)) {
        throw new UsageException(Suggestions.unknown("option of " + owner, name, byName.keySet()));
      }
    }
    Map<String, Object> values = new LinkedHashMap<>();
    byName.forEach(
        (name, spec) -> {
          Object given = set.get(name);
          if (given == null) {
            spec.defaultValue().ifPresent(value -> values.put(name, value));
          } else {
            values.put(name, spec.parse(owner, given));
          }
        });
    return new AlgorithmOptions(owner, byName, values);
  }

  /**
   * An option's value.
   *
   * @throws IllegalArgumentException if the option is not one of these
   * @throws IllegalStateException if it was not set and its default depends on the run: use {@link
   *     #find}
   */
  public <T> T get(OptionSpec<T> option) {
    return find(option)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    owner + "." + option.name() + " is not set: expected find, got get"));
  }

  /**
   * An option's value; empty if it was not set and its default depends on the run.
   *
   * @throws IllegalArgumentException if the option is not one of these
   */
  @SuppressWarnings("unchecked") // The value is what this option has parsed.
  public <T> Optional<T> find(OptionSpec<T> option) {
    checkNotNull(option);
    checkArgument(
        option.equals(specs.get(option.name())),
        "option: expected one of %s's %s, got %s",
        owner,
        specs.keySet(),
        option.name());
    return Optional.ofNullable((T) values.get(option.name()));
  }

  /**
   * Refuses a value that has no effect beside the others; the default is no mistake. For {@link
   * AlgorithmProvider#checkEffect}.
   *
   * @param set the names of the options that were set
   * @param option one of these
   * @param effect whether it has an effect
   * @param beside what has to be set for that, such as {@code soft_targets=true}
   * @throws UsageException if it was set in vain
   */
  public void requireEffect(Set<String> set, OptionSpec<?> option, boolean effect, String beside) {
    if (!effect && set.contains(option.name()) && !find(option).equals(option.defaultValue())) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s.%s: expected %s beside it, without which it has no effect; set that, or omit %s",
              owner,
              option.name(),
              beside,
              option.name()));
    }
  }

  /** The values by name, in the order of the specifications. */
  public ImmutableMap<String, Object> asMap() {
    return values;
  }

  /** Whether these are the options of a provider. */
  boolean fit(AlgorithmProvider provider) {
    return provider.options().equals(specs.values().asList());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AlgorithmOptions that
        && owner.equals(that.owner)
        && specs.equals(that.specs)
        && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return owner + values;
  }
}
