package dev.eman.benchmarks.sweep;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.report.Charts;
import dev.eman.report.Csv;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * How much one value of an axis is ahead of others, seed by seed: the deployed networks' accuracies
 * of runs that differ in that value alone are subtracted, which takes out what a seed's labels and
 * weights do to both. With a confidence interval by Student's t distribution.
 */
final class PairedDifferences {
  private static final double CONFIDENCE = 0.95;

  private final SweepFile.Compare compare;
  private final String title;
  private final List<String> axes;
  private final List<Row> rows = new ArrayList<>();

  /**
   * Differences between two cells.
   *
   * @param others what both have in common, the other axes' values
   * @param with the value that is compared with
   * @param points in percentage points, over the seeds that both have finished
   */
  private record Row(ImmutableMap<String, String> others, String with, MeanStd points) {
    /** Half the interval's length; NaN for a single seed, which has no interval. */
    double half() {
      int n = points.count();
      return n < 2
          ? Double.NaN
          : new TDistribution(n - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
              * points.std()
              / Math.sqrt(n);
    }
  }

  /** Reads the finished runs. */
  PairedDifferences(SweepFile sweep, SweepFile.Compare compare, Path root) {
    this.compare = compare;
    this.title = sweep.title();
    this.axes = sweep.axes().stream().filter(axis -> !axis.equals(compare.axis())).toList();
    for (SweepFile.Cell cell : sweep.cells()) {
      if (compare.value().equals(cell.values().get(compare.axis()))) {
        for (String with : compare.with()) {
          SweepFile.Cell other = sweep.cell(exchanged(cell.values(), with));
          MeanStd points = differences(sweep, cell, other, root);
          if (points.count() > 0) {
            rows.add(new Row(without(cell.values()), with, points));
          }
        }
      }
    }
  }

  private Map<String, String> exchanged(Map<String, String> values, String with) {
    Map<String, String> others = new LinkedHashMap<>(values);
    others.put(compare.axis(), with);
    return others;
  }

  private ImmutableMap<String, String> without(Map<String, String> values) {
    Map<String, String> others = new LinkedHashMap<>(values);
    others.remove(compare.axis());
    return ImmutableMap.copyOf(others);
  }

  private static MeanStd differences(
      SweepFile sweep, SweepFile.Cell cell, SweepFile.Cell other, Path root) {
    List<Double> points = new ArrayList<>();
    for (long seed : sweep.seeds()) {
      OptionalDouble one = deployed(SweepRun.of(cell, seed, root));
      OptionalDouble two = deployed(SweepRun.of(other, seed, root));
      if (one.isPresent() && two.isPresent()) {
        points.add(one.getAsDouble() - two.getAsDouble());
      }
    }
    return MeanStd.of(points);
  }

  private static OptionalDouble deployed(SweepRun run) {
    if (!run.finished()) {
      return OptionalDouble.empty();
    }
    OptionalDouble teacher = run.accuracy(Network.TEACHER);
    return teacher.isPresent() ? teacher : run.accuracy(Network.STUDENT);
  }

  /** Writes {@code differences.csv} and {@code differences.png}, if there are any. */
  void write(Path root) {
    if (!rows.isEmpty()) {
      AtomicFiles.saveString(root.resolve("differences.csv"), csv());
      Charts.write(chart(), root.resolve("differences.png"));
    }
  }

  /** A table, or nothing if there are no differences yet. */
  String markdown() {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("\n| ");
    for (String axis : axes) {
      text.append(cell(axis)).append(" | ");
    }
    text.append(cell(compare.axis()))
        .append(" | percentage points | 95% interval | seeds |\n")
        .append("|---".repeat(axes.size() + 4))
        .append("|\n");
    for (Row row : rows) {
      String others =
          row.others.values().stream()
              .map(PairedDifferences::cell)
              .collect(Collectors.joining(" | "));
      String interval =
          row.points.count() < 2
              ? "-"
              : String.format(
                  Locale.ROOT,
                  "%+.2f to %+.2f",
                  row.points.mean() - row.half(),
                  row.points.mean() + row.half());
      text.append(
          String.format(
              Locale.ROOT,
              "| %s%s%s | %+.2f | %s | %d |%n",
              others,
              others.isEmpty() ? "" : " | ",
              cell(name(row.with)),
              row.points.mean(),
              interval,
              row.points.count()));
    }
    return text.toString();
  }

  private String name(String with) {
    return compare.value() + " − " + with;
  }

  private static String cell(String value) {
    return Printable.escape(value).replace("|", "\\|");
  }

  private String csv() {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(axes);
    heading.addAll(List.of("value", "with", "mean", "deviation", "half_interval", "seeds"));
    table.add(heading);
    for (Row row : rows) {
      List<String> cells = new ArrayList<>(row.others.values().stream().map(Csv::text).toList());
      cells.add(Csv.text(compare.value()));
      cells.add(Csv.text(row.with));
      cells.add(decimals(row.points.mean()));
      cells.add(decimals(row.points.std()));
      cells.add(row.points.count() < 2 ? "" : decimals(row.half()));
      cells.add(Integer.toString(row.points.count()));
      table.add(cells);
    }
    return Csv.table(table);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** A group for each combination of the other axes, a colour for each value compared with. */
  Charts.Points chart() {
    Set<String> groups = new LinkedHashSet<>();
    rows.forEach(row -> groups.add(group(row)));
    List<Charts.PointSeries> series = new ArrayList<>();
    for (String with : compare.with()) {
      Map<String, Row> found = new LinkedHashMap<>();
      rows.stream().filter(row -> row.with.equals(with)).forEach(row -> found.put(group(row), row));
      series.add(
          new Charts.PointSeries(
              name(with),
              groups.stream()
                  .map(g -> found.containsKey(g) ? found.get(g).points.mean() : Double.NaN)
                  .collect(toImmutableList()),
              groups.stream()
                  .map(g -> found.containsKey(g) ? length(found.get(g)) : 0)
                  .collect(toImmutableList())));
    }
    return new Charts.Points(
        title,
        axes.isEmpty() ? compare.axis() : String.join(", ", axes),
        "paired difference, percentage points (95%)",
        ImmutableList.copyOf(groups),
        ImmutableList.copyOf(series));
  }

  private static double length(Row row) {
    return Double.isNaN(row.half()) ? 0 : row.half();
  }

  private String group(Row row) {
    return row.others.isEmpty() ? compare.value() : String.join(", ", row.others.values());
  }
}
