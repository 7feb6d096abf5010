package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.core.Settings;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import dev.eman.core.model.Student;
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
   * Makes an algorithm from options as a configuration file has them.
   *
   * @throws UsageException for an option that the algorithm does not know, or a value out of range
   */
  public static StudentTeacherAlgorithm create(
      AlgorithmProvider provider, Student student, Map<String, ?> options, long totalSteps) {
    Settings settings = new Settings(provider.name(), options);
    StudentTeacherAlgorithm algorithm;
    try {
      algorithm = provider.create(student, settings, totalSteps);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
    settings.checkAllRead();
    return algorithm;
  }
}
