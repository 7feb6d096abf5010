package dev.eman.report;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.List;
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
   * Reads the student's and the teacher's curve.
   *
   * @param runs folders of finished runs, at least one
   * @return of the networks that were evaluated, the student first
   */
  public static ImmutableMap<Network, AccuracyCurve> of(List<Path> runs) {
    RunGroup group = new RunGroup("", runs.stream().map(RunData::read).toList());
    ImmutableMap.Builder<Network, AccuracyCurve> curves = ImmutableMap.builder();
    for (Network network : Network.values()) {
      AccuracyCurve curve = curve(group.series(run -> network.label() + "_top1"));
      if (!curve.steps().isEmpty()) {
        curves.put(network, curve);
      }
    }
    return curves.buildOrThrow();
  }

  private static AccuracyCurve curve(List<LineChart.Point> points) {
    return new AccuracyCurve(
        column(points, LineChart.Point::step),
        column(points, point -> 100 * point.value()),
        column(points, point -> 100 * point.deviation()));
  }

  private static ImmutableList<Double> column(
      List<LineChart.Point> points, ToDoubleFunction<LineChart.Point> value) {
    return points.stream().map(value::applyAsDouble).collect(toImmutableList());
  }
}
