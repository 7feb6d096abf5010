package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Means of named figures over the parts of a batch. */
final class ScalarMeans {
  private final Map<String, Double> sums = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new LinkedHashMap<>();

  void add(Map<String, Double> scalars) {
    scalars.forEach(
        (name, value) -> {
          sums.merge(name, value, Double::sum);
          counts.merge(name, 1, Integer::sum);
        });
  }

  void add(ScalarMeans other) {
    other.sums.forEach((name, value) -> sums.merge(name, value, Double::sum));
    other.counts.forEach((name, value) -> counts.merge(name, value, Integer::sum));
  }

  ImmutableMap<String, Double> toMap() {
    ImmutableMap.Builder<String, Double> means = ImmutableMap.builder();
    sums.forEach((name, sum) -> means.put(name, sum / counts.getOrDefault(name, 1)));
    return means.buildOrThrow();
  }
}
