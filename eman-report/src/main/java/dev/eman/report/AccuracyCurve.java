package dev.eman.report;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableMap.toImmutableMap;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Top-1 of one network over the steps of runs that differ in their seed alone, in percent.
 *
 * @param steps at which all of the runs were evaluated, at least one
 * @param means over the runs, one per step
 * @param deviations sample deviations, one per step; 0 for a single run
 */
public record AccuracyCurve(
    ImmutableList<Double> steps, ImmutableList<Double> means, ImmutableList<Double> deviations) {
  /**
   * Reads a run's evaluations while it trained.
   *
   * @param run folder of a run that has begun
   * @return top-1 in percent by step, of the networks that were evaluated, the student first
   */
  public static ImmutableMap<Network, ImmutableMap<Double, Double>> evaluations(Path run) {
    RunData data = RunData.read(run);
    ImmutableMap.Builder<Network, ImmutableMap<Double, Double>> both = ImmutableMap.builder();
    for (Network network : Network.values()) {
      ImmutableMap<Double, Double> points =
          data.series(network.label() + "_top1").stream()
              .collect(
                  toImmutableMap(
                      LineChart.Point::step, point -> 100 * point.value(), (first, last) -> last));
      if (!points.isEmpty()) {
        both.put(network, points);
      }
    }
    return both.buildOrThrow();
  }

  /**
   * The mean over runs.
   *
   * @param runs top-1 in percent by step, of each, at least one
   */
  public static AccuracyCurve over(List<? extends Map<Double, Double>> runs) {
    List<LineChart.Point> points =
        RunGroup.means(
            runs.stream()
                .map(
                    run ->
                        run.entrySet().stream()
                            .map(e -> new LineChart.Point(e.getKey(), e.getValue(), 0))
                            .toList())
                .toList());
    return new AccuracyCurve(
        column(points, LineChart.Point::step),
        column(points, LineChart.Point::value),
        column(points, LineChart.Point::deviation));
  }

  private static ImmutableList<Double> column(
      List<LineChart.Point> points, ToDoubleFunction<LineChart.Point> value) {
    return points.stream().map(value::applyAsDouble).collect(toImmutableList());
  }
}
