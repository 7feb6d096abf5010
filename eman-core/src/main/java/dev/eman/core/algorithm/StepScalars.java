package dev.eman.core.algorithm;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named figures of the parts of a batch, on the way to their means.
 *
 * @param sums by name
 * @param counts of the parts that have the figure, by name
 */
public record StepScalars(ImmutableMap<String, Double> sums, ImmutableMap<String, Integer> counts) {
  static final StepScalars NONE = new StepScalars(ImmutableMap.of(), ImmutableMap.of());

  static StepScalars of(Map<String, Double> scalars) {
    ImmutableMap.Builder<String, Integer> ones = ImmutableMap.builder();
    scalars.keySet().forEach(name -> ones.put(name, 1));
    return new StepScalars(ImmutableMap.copyOf(scalars), ones.buildOrThrow());
  }

  StepScalars plus(StepScalars others) {
    Map<String, Double> allSums = new LinkedHashMap<>(sums);
    Map<String, Integer> allCounts = new LinkedHashMap<>(counts);
    others.sums.forEach((name, value) -> allSums.merge(name, value, Double::sum));
    others.counts.forEach((name, value) -> allCounts.merge(name, value, Integer::sum));
    return new StepScalars(ImmutableMap.copyOf(allSums), ImmutableMap.copyOf(allCounts));
  }

  /** The means; of a figure that only some parts have, over these. */
  public ImmutableMap<String, Double> means() {
    ImmutableMap.Builder<String, Double> means = ImmutableMap.builder();
    sums.forEach((name, sum) -> means.put(name, sum / counts.getOrDefault(name, 1)));
    return means.buildOrThrow();
  }
}
