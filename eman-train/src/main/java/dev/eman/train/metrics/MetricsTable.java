package dev.eman.train.metrics;

import dev.eman.core.EmanException;
import dev.eman.core.io.CommandLines;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The content of {@code metrics.csv}: one row per step, from 1 on, with numbers or empty cells. */
public final class MetricsTable {
  private final Map<String, double[]> numbers;

  private MetricsTable(Map<String, double[]> numbers) {
    this.numbers = numbers;
  }

  /**
   * Reads all rows of a file, except one that is still being written.
   *
   * @throws EmanException if it is damaged; the message says where and what to do
   */
  public static MetricsTable read(Path file) {
    try (MetricsRows rows = MetricsRows.open(file)) {
      int count = 0;
      double[][] values = new double[rows.columns().size()][64];
      while (rows.next()) {
        for (int c = 0; c < values.length; c++) {
          if (count == values[c].length) {
            values[c] = Arrays.copyOf(values[c], count + count / 2);
          }
          values[c][count] = rows.values()[c];
        }
        count++;
      }
      rows.check();
      Map<String, double[]> numbers = new LinkedHashMap<>();
      for (int c = 0; c < values.length; c++) {
        values[c] = Arrays.copyOf(values[c], count); // No second copy of all columns at a time.
        numbers.put(rows.columns().get(c), values[c]);
      }
      return new MetricsTable(numbers);
    }
  }

  /** Advice on how to repair a damaged file. */
  public static String remedy(Path file) {
    return "put back a copy of it, or let "
        + CommandLines.eman(
            "train",
            "--resume",
            String.valueOf(file.toAbsolutePath().getParent()),
            "--rebuild-metrics")
        + " keep the intact rows, with accuracies from the checkpoint and empty"
        + " cells for what is lost";
  }

  /** The columns by name, "step" first; NaN for an empty cell. */
  public Map<String, double[]> numbers() {
    return Collections.unmodifiableMap(numbers);
  }
}
