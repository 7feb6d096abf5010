package dev.eman.benchmarks.sweep;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import dev.eman.report.Charts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Paired differences with their intervals: groups side by side, a colour for each comparison. */
final class DifferenceChart {
  private record Point(double mean, double half) {}

  private final Set<String> groups = new LinkedHashSet<>();
  private final Map<String, Map<String, Point>> series = new LinkedHashMap<>();

  /** The name of the group of these values. */
  static String group(Collection<String> values) {
    return values.stream().filter(value -> !value.isEmpty()).collect(Collectors.joining(", "));
  }

  /**
   * Adds a point.
   *
   * @param half half the interval's length; NaN if there is none
   */
  void add(String group, String name, double mean, double half) {
    groups.add(group);
    series
        .computeIfAbsent(name, key -> new LinkedHashMap<>())
        .put(group, new Point(mean, Double.isNaN(half) ? 0 : half));
  }

  boolean isEmpty() {
    return series.isEmpty();
  }

  Charts.Points points(String title, String xTitle) {
    List<Charts.PointSeries> all = new ArrayList<>();
    series.forEach(
        (name, found) ->
            all.add(
                new Charts.PointSeries(
                    name, values(found, Double.NaN, Point::mean), values(found, 0, Point::half))));
    return new Charts.Points(
        title,
        xTitle,
        "paired difference, percentage points (95%)",
        ImmutableList.copyOf(groups),
        ImmutableList.copyOf(all));
  }

  private ImmutableList<Double> values(
      Map<String, Point> found, double missing, ToDoubleFunction<Point> value) {
    return groups.stream()
        .map(group -> found.containsKey(group) ? value.applyAsDouble(found.get(group)) : missing)
        .collect(toImmutableList());
  }
}
