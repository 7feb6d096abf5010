package dev.eman.benchmarks.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measured values by name. */
final class Samples {
  private final Map<String, List<Double>> lists = new HashMap<>();

  /** Adds values to those of a name. */
  void add(String key, double... values) {
    List<Double> list = lists.computeIfAbsent(key, k -> new ArrayList<>());
    Arrays.stream(values).forEach(list::add);
  }

  /** The median to three digits after the point, or null if nothing was measured. */
  @Nullable Double median(String key) {
    List<Double> list = lists.get(key);
    if (list == null) {
      return null;
    }
    List<Double> sorted = list.stream().sorted().toList();
    int n = sorted.size();
    return rounded((sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2);
  }

  /** The medians of some names, in their order. */
  Map<String, @Nullable Object> medians(List<String> keys) {
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    keys.forEach(key -> result.put(key, median(key)));
    return result;
  }

  /** A value to three digits after the point; null for NaN, which JSON does not have. */
  static @Nullable Double rounded(double value) {
    return Double.isNaN(value) ? null : Math.round(value * 1000) / 1000.0;
  }

  /** One value over another to three digits, or null if one of them is missing. */
  static @Nullable Double ratio(@Nullable Double over, @Nullable Double under) {
    return over == null || under == null ? null : rounded(over / under);
  }
}
