package dev.eman.cli;

import dev.eman.train.metrics.MeanStd;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Collects accuracies of several networks in a table of means. */
final class Accuracies {
  private final Map<String, Map<String, List<Double>>> rows = new LinkedHashMap<>();
  private final Set<String> columns = new LinkedHashSet<>();

  /** Adds one network's accuracy, from 0 to 1. */
  void add(String row, String column, double accuracy) {
    columns.add(column);
    rows.computeIfAbsent(row, r -> new LinkedHashMap<>())
        .computeIfAbsent(column, c -> new ArrayList<>())
        .add(100 * accuracy);
  }

  /** Prints mean and sample deviation; nothing for a single network. */
  void printMeans(PrintWriter out, String firstColumn) {
    printMeans(out, "networks", firstColumn);
  }

  /**
   * Prints mean and sample deviation; nothing for a single value.
   *
   * @param what there are several of
   */
  void printMeans(PrintWriter out, String what, String firstColumn) {
    int count =
        rows.values().stream()
            .flatMap(row -> row.values().stream())
            .mapToInt(List::size)
            .max()
            .orElse(0);
    if (count < 2) {
      return;
    }
    int width = rows.keySet().stream().mapToInt(String::length).reduce(10, Math::max);
    String first = "%" + width + "s";
    out.printf("%nmean and deviation of %d %s%n%n" + first, count, what, firstColumn);
    columns.forEach(column -> out.printf(" %16s", column));
    rows.forEach(
        (row, values) -> {
          out.printf("%n" + first, row);
          columns.forEach(
              column ->
                  out.printf(
                      Locale.ROOT, " %16s", MeanStd.of(values.getOrDefault(column, List.of()))));
        });
    out.println();
    out.flush();
  }
}
