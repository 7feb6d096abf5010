package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The algorithms on the class path, by name. */
public final class Algorithms {
  private Algorithms() {}

  /** All of them. */
  public static ImmutableSortedMap<String, AlgorithmProvider> all() {
    Map<String, AlgorithmProvider> found = new TreeMap<>();
    for (AlgorithmProvider provider : ServiceLoader.load(AlgorithmProvider.class)) {
      AlgorithmProvider other = found.putIfAbsent(provider.name(), provider);
      if (other != null) {
        throw new EmanException(
            String.format(
                "two algorithms are named %s: %s and %s; take one of their jars off the class path",
                provider.name(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
    return ImmutableSortedMap.copyOf(found);
  }

  /**
   * The algorithm of a name.
   *
   * @throws UsageException for an unknown name, with the nearest known one
   */
  public static AlgorithmProvider named(String name) {
    Map<String, AlgorithmProvider> all = all();
    AlgorithmProvider provider = all.get(name);
    if (provider == null) {
      throw new UsageException(Suggestions.unknown("algorithm", name, all.keySet()));
    }
    return provider;
  }

  /**
   * Makes an algorithm.
   *
   * @throws IllegalArgumentException if the options are those of another algorithm
   */
  public static StudentTeacherAlgorithm create(
      AlgorithmProvider provider, AlgorithmContext context) {
    checkArgument(
        context.options().fit(provider),
        "options: expected those of %s, got %s",
        provider.name(),
        context.options());
    StudentTeacherAlgorithm algorithm = provider.create(context);
    checkState(
        algorithm.student() == context.student(),
        "%s made an algorithm of another student",
        provider.getClass().getName());
    return algorithm;
  }
}
