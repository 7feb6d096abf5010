package dev.eman.benchmarks.sweep;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.report.Charts;
import dev.eman.report.Csv;
import dev.eman.train.metrics.MeanStd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.math3.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How much one value of an axis is ahead of others, seed by seed: accuracies, of the teachers where
 * there are any, of runs that differ in that value alone are subtracted, which takes out what a
 * seed's labels and weights do to both. With a confidence interval by Student's t distribution, and
 * with the mean of all such differences.
 */
final class PairedDifferences {
  /** The file of the differences. */
  static final String CSV = "differences.csv";

  /** Its columns beside the axes. */
  static final ImmutableList<String> COLUMNS =
      ImmutableList.of("value", "with", "mean", "deviation", "half_interval", "seeds");

  private static final double CONFIDENCE = 0.95;

  private final SweepFile.Compare compare;
  private final String title;
  private final List<String> axes;
  private final List<Row> rows = new ArrayList<>();

  /**
   * Differences between two cells, or means of such over all of the others.
   *
   * @param others what both have in common, the other axes' values
   * @param with the value that is compared with
   * @param bySeed in percentage points, of the seeds that both have finished
   */
  private record Row(ImmutableMap<String, String> others, String with, Map<Long, Double> bySeed) {
    MeanStd points() {
      return MeanStd.of(List.copyOf(bySeed.values()));
    }

    /** Half the interval's length; NaN for a single seed, which has no interval. */
    double half() {
      MeanStd points = points();
      int n = points.count();
      return n < 2
          ? Double.NaN
          : new TDistribution(n - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
              * points.std()
              / Math.sqrt(n);
    }
  }

  /** Takes the finished runs. */
  PairedDifferences(SweepResults results, SweepFile.Compare compare) {
    SweepFile sweep = results.sweep();
    this.compare = compare;
    this.title = sweep.title();
    this.axes = sweep.axes().stream().filter(axis -> !axis.equals(compare.axis())).toList();
    for (SweepFile.Cell cell : sweep.cells()) {
      if (compare.value().equals(cell.values().get(compare.axis()))) {
        for (String with : compare.with()) {
          SweepFile.Cell other = sweep.cell(exchanged(cell.values(), with));
          Map<Long, Double> bySeed = differences(results, cell, other);
          if (!bySeed.isEmpty()) {
            rows.add(new Row(without(cell.values()), with, bySeed));
          }
        }
      }
    }
    List<Row> means = compare.with().stream().flatMap(with -> meanOf(with).stream()).toList();
    rows.addAll(means);
  }

  /** The mean of all differences with a value, seed by seed; nothing for a single one. */
  private Optional<Row> meanOf(String with) {
    List<Row> all = rows.stream().filter(row -> row.with.equals(with)).toList();
    Map<Long, Double> means = new LinkedHashMap<>();
    for (long seed : all.isEmpty() ? Set.<Long>of() : all.get(0).bySeed.keySet()) {
      if (all.stream().allMatch(row -> row.bySeed.containsKey(seed))) {
        means.put(
            seed, all.stream().mapToDouble(row -> row.bySeed.get(seed)).average().orElseThrow());
      }
    }
    if (all.size() < 2 || means.isEmpty()) {
      return Optional.empty();
    }
    ImmutableMap.Builder<String, String> others = ImmutableMap.builder();
    axes.forEach(axis -> others.put(axis, axis.equals(axes.get(0)) ? "mean of " + all.size() : ""));
    return Optional.of(new Row(others.buildOrThrow(), with, means));
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

  private static Map<Long, Double> differences(
      SweepResults results, SweepFile.Cell cell, SweepFile.Cell other) {
    Map<Long, Double> bySeed = new LinkedHashMap<>();
    for (long seed : results.sweep().seeds()) {
      Double one = compared(results.find(cell, seed));
      Double two = compared(results.find(other, seed));
      if (one != null && two != null) {
        bySeed.put(seed, one - two);
      }
    }
    return bySeed;
  }

  private static @Nullable Double compared(@Nullable SweepResult result) {
    return result == null ? null : result.compared();
  }

  /** Writes {@code differences.csv} and {@code differences.png}, if there are any. */
  void write(Path root) {
    if (!rows.isEmpty()) {
      AtomicFiles.saveString(root.resolve(CSV), csv());
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
          row.points().count() < 2
              ? "-"
              : String.format(
                  Locale.ROOT,
                  "%+.2f to %+.2f",
                  row.points().mean() - row.half(),
                  row.points().mean() + row.half());
      text.append(
          String.format(
              Locale.ROOT,
              "| %s%s%s | %+.2f | %s | %d |%n",
              others,
              others.isEmpty() ? "" : " | ",
              cell(name(compare.value(), row.with)),
              row.points().mean(),
              interval,
              row.points().count()));
    }
    return text.toString();
  }

  static String name(String value, String with) {
    return value + " − " + with;
  }

  private static String cell(String value) {
    return Printable.escape(value).replace("|", "\\|");
  }

  private String csv() {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(axes);
    heading.addAll(COLUMNS);
    table.add(heading);
    for (Row row : rows) {
      List<String> cells = new ArrayList<>(row.others.values().stream().map(Csv::text).toList());
      cells.add(Csv.text(compare.value()));
      cells.add(Csv.text(row.with));
      cells.add(decimals(row.points().mean()));
      cells.add(row.points().count() < 2 ? "" : decimals(row.points().std()));
      cells.add(row.points().count() < 2 ? "" : decimals(row.half()));
      cells.add(Integer.toString(row.points().count()));
      table.add(cells);
    }
    return Csv.table(table);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** A group for each combination of the other axes, a colour for each value compared with. */
  Charts.Points chart() {
    DifferenceChart chart = new DifferenceChart();
    for (Row row : rows) {
      String group =
          row.others.isEmpty() ? compare.value() : DifferenceChart.group(row.others.values());
      chart.add(group, name(compare.value(), row.with), row.points().mean(), row.half());
    }
    return chart.points(title, axes.isEmpty() ? compare.axis() : String.join(", ", axes));
  }
}
