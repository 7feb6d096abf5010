package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.option.OptionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
