package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSortedMap;
import dev.eman.core.EmanException;
import dev.eman.core.Services;
import dev.eman.core.Suggestions;
import dev.eman.core.UsageException;
import java.util.Map;

/** The algorithms on the class path, by name. */
public final class Algorithms {
  private Algorithms() {}

  /**
   * All of them.
   *
   * @throws EmanException if one cannot be loaded, or two have one name
   */
  public static ImmutableSortedMap<String, AlgorithmProvider> all() {
    return Services.byName(
        "algorithms", Services.load(AlgorithmProvider.class), AlgorithmProvider::name);
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
      throw new UsageException(Suggestions.unknownOrMissingJar("algorithm", name, all.keySet()));
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
    if (context.classWeights() != null) {
      algorithm.setClassWeights(context.classWeights());
    }
    return algorithm;
  }
}
