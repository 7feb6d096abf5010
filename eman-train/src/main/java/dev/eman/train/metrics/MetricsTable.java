package dev.eman.train.metrics;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Doubles;
import dev.eman.core.EmanException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code metrics.csv}: one row per step, from 1 on, with numbers or empty cells.
 *
 * @param columns names, "step" first; empty if the heading is damaged
 * @param rows the intact rows by step, each with one cell per column
 * @param damage description of the first damage; null if there is none
 */
public record MetricsTable(
    ImmutableList<String> columns, Map<Long, List<String>> rows, @Nullable String damage) {
  private static final Splitter CELLS = Splitter.on(',');
  private static final int SHOWN = 40;

  /**
   * Reads all rows of a file, except one that is still being written.
   *
   * @throws EmanException if it is damaged; the message says where and what to do
   */
  public static MetricsTable read(Path file) {
    MetricsTable table = read(file, Long.MAX_VALUE);
    if (table.damage() != null) {
      throw new EmanException(file + " is damaged: " + table.damage() + "; " + remedy(file));
    }
    return table;
  }

  /**
   * Reads the rows up to a step and ignores any after it.
   *
   * @param steps number of rows required; {@link Long#MAX_VALUE} for all that exist
   */
  public static MetricsTable read(Path file, long steps) {
    String text;
    try {
      // Invalid UTF-8 decodes to a character that is not part of any number.
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return broken("there is no such file");
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + IoFailures.reason(e), e);
    }
    // After the last line break is a row that is still being written, or was cut off by a kill.
    List<String> lines = new ArrayList<>(Splitter.on('\n').splitToList(text));
    lines.remove(lines.size() - 1);
    lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    if (lines.isEmpty()) {
      return broken(
          "expected a heading, found " + (text.isEmpty() ? "an empty file" : shown(text)));
    }
    ImmutableList<String> columns = ImmutableList.copyOf(CELLS.split(lines.get(0)));
    if (!columns.get(0).equals("step")
        || columns.contains("")
        || Printable.hasControls(lines.get(0))
        || lines.get(0).indexOf('\ufffd') >= 0
        || ImmutableSet.copyOf(columns).size() < columns.size()) {
      return broken(
          "expected a heading of different names that begins with step, found "
              + shown(lines.get(0)));
    }
    return rows(columns, lines, steps);
  }

  private static MetricsTable rows(ImmutableList<String> columns, List<String> lines, long steps) {
    Map<Long, List<String>> rows = new TreeMap<>();
    String damage = null;
    long last = steps == Long.MAX_VALUE ? lines.size() - 1 : steps;
    for (int row = 1; row < lines.size(); row++) {
      List<String> cells = CELLS.splitToList(lines.get(row));
      String wrong = wrong(columns, cells, row);
      damage = damage == null && row <= last ? wrong : damage;
      Double step = Doubles.tryParse(cells.get(0));
      if (step != null
          && step >= 1
          && step <= last
          && step == Math.rint(step)
          && wrong(columns, cells, step.longValue()) == null) {
        rows.putIfAbsent(step.longValue(), cells);
      }
    }
    if (damage == null && lines.size() - 1 < last) {
      damage = "expected rows of " + last + " steps, found " + (lines.size() - 1);
    }
    return new MetricsTable(columns, rows, damage);
  }

  /** Describes what is wrong with the row of a step; null if it is intact. */
  private static @Nullable String wrong(List<String> columns, List<String> cells, long step) {
    if (cells.size() != columns.size()) {
      return String.format(
          Locale.ROOT, "row %d: expected %d cells, found %d", step, columns.size(), cells.size());
    }
    if (!cells.get(0).equals(Long.toString(step))) {
      return "row " + step + ": expected step " + step + ", found " + shown(cells.get(0));
    }
    for (int c = 1; c < columns.size(); c++) {
      if (!cells.get(c).isEmpty() && Doubles.tryParse(cells.get(c)) == null) {
        return String.format(
            Locale.ROOT,
            "row %d: expected a number or nothing as %s, found %s",
            step,
            columns.get(c),
            shown(cells.get(c)));
      }
    }
    return null;
  }

  private static MetricsTable broken(String damage) {
    return new MetricsTable(ImmutableList.of(), Map.of(), damage);
  }

  private static String shown(String text) {
    return "'" + text.substring(0, Math.min(SHOWN, text.length())) + "'";
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

  /** The columns by name; NaN for an empty cell. */
  public Map<String, double[]> numbers() {
    Map<String, double[]> numbers = new LinkedHashMap<>();
    for (int c = 0; c < columns.size(); c++) {
      int column = c;
      numbers.put(
          columns.get(c),
          rows.values().stream()
              .map(cells -> cells.get(column))
              .mapToDouble(cell -> cell.isEmpty() ? Double.NaN : Double.parseDouble(cell))
              .toArray());
    }
    return numbers;
  }
}
