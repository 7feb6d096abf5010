package dev.eman.benchmarks.sweep;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.io.AtomicFiles;
import dev.eman.report.AccuracyCurve;
import dev.eman.report.BandChart;
import dev.eman.report.Csv;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Accuracies of student and teacher over the steps of a sweep's finished runs: a table, and a chart
 * for each combination of the axes but the last, whose values are the chart's colours.
 */
final class SweepCurves {
  private final SweepFile sweep;
  private final String accuracy;
  private final Map<SweepFile.Cell, ImmutableMap<Network, AccuracyCurve>> curves =
      new LinkedHashMap<>();

  /**
   * Takes the evaluations of the finished runs.
   *
   * @param accuracy what the accuracies are
   */
  SweepCurves(SweepResults results, String accuracy) {
    this.sweep = results.sweep();
    this.accuracy = accuracy;
    for (SweepFile.Cell cell : sweep.cells()) {
      List<SweepResult> finished = results.of(cell);
      ImmutableMap.Builder<Network, AccuracyCurve> both = ImmutableMap.builder();
      for (Network network : Network.values()) {
        List<ImmutableMap<Double, Double>> runs =
            finished.stream()
                .map(run -> run.evaluations().getOrDefault(network, ImmutableMap.of()))
                .filter(run -> !run.isEmpty())
                .toList();
        if (!runs.isEmpty()) {
          both.put(network, AccuracyCurve.over(runs));
        }
      }
      curves.put(cell, both.buildOrThrow());
    }
  }

  /** Writes {@code curves.csv} and the charts, if any network was evaluated more than once. */
  void write(Path root) {
    if (curves.values().stream()
        .flatMap(both -> both.values().stream())
        .noneMatch(curve -> curve.steps().size() > 1)) {
      return;
    }
    AtomicFiles.saveString(root.resolve("curves.csv"), csv());
    Map<List<String>, List<SweepFile.Cell>> groups = new LinkedHashMap<>();
    curves
        .keySet()
        .forEach(cell -> groups.computeIfAbsent(group(cell), g -> new ArrayList<>()).add(cell));
    groups.forEach(
        (group, cells) -> {
          ImmutableList<BandChart.Band> bands = bands(cells);
          if (!bands.isEmpty()) {
            String suffix = group.isEmpty() ? "" : "-" + SweepFile.fileName(group);
            new BandChart(title(group), "step", accuracy + ", %", bands)
                .write(root.resolve("curves" + suffix + ".png"));
          }
        });
  }

  private String title(List<String> group) {
    return group.isEmpty() ? sweep.title() : sweep.title() + ": " + String.join(", ", group);
  }

  /** The values of all axes but the last. */
  private static List<String> group(SweepFile.Cell cell) {
    List<String> values = List.copyOf(cell.values().values());
    return values.subList(0, values.size() - 1);
  }

  private static String last(SweepFile.Cell cell) {
    List<String> values = List.copyOf(cell.values().values());
    return values.get(values.size() - 1);
  }

  /** A value has the same colour in all charts; a student beside its teacher is dashed. */
  private ImmutableList<BandChart.Band> bands(List<SweepFile.Cell> cells) {
    Set<String> values = new LinkedHashSet<>();
    sweep.cells().forEach(cell -> values.add(last(cell)));
    List<String> colors = List.copyOf(values);
    ImmutableList.Builder<BandChart.Band> bands = ImmutableList.builder();
    for (SweepFile.Cell cell : cells) {
      Map<Network, AccuracyCurve> both = curves.getOrDefault(cell, ImmutableMap.of());
      boolean taught = both.containsKey(Network.TEACHER);
      both.forEach(
          (network, curve) ->
              bands.add(
                  new BandChart.Band(
                      last(cell) + (taught ? ": " + network.label() : ""),
                      colors.indexOf(last(cell)),
                      taught && network == Network.STUDENT,
                      curve.steps(),
                      curve.means(),
                      curve.deviations())));
    }
    return bands.build();
  }

  private String csv() {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(sweep.axes());
    heading.addAll(List.of("network", "step", "mean", "deviation"));
    table.add(heading);
    curves.forEach(
        (cell, both) -> both.forEach((network, curve) -> table.addAll(rows(cell, network, curve))));
    return Csv.table(table);
  }

  private static List<List<String>> rows(
      SweepFile.Cell cell, Network network, AccuracyCurve curve) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < curve.steps().size(); i++) {
      List<String> row = new ArrayList<>();
      cell.values().values().forEach(value -> row.add(SweepTable.cell(value)));
      row.add(network.label());
      row.add(String.format(Locale.ROOT, "%.0f", curve.steps().get(i)));
      row.add(String.format(Locale.ROOT, "%.4f", curve.means().get(i)));
      row.add(String.format(Locale.ROOT, "%.4f", curve.deviations().get(i)));
      rows.add(row);
    }
    return rows;
  }
}
