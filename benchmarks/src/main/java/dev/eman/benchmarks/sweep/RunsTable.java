package dev.eman.benchmarks.sweep;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Longs;
import dev.eman.core.EmanException;
import dev.eman.report.Csv;
import dev.eman.train.options.Network;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The file {@value #NAME} of a sweep: one row per finished run, with its options, its results and
 * its accuracies while it trained. By it results can be kept, published and counted in another
 * folder without the runs themselves.
 */
final class RunsTable {
  /** The file's name in a sweep's folder. */
  static final String NAME = "runs.csv";

  private static final String RUN = "run";
  private static final String STEPS = "steps";
  private static final String STUDENT = "student";
  private static final String TEACHER = "teacher";
  private static final String BALANCED = "balanced_accuracy";
  private static final String MACRO_F1 = "macro_f1";
  private static final String MINUTES = "minutes";
  private static final String MEASURED_BY = "measured_by";
  private static final String COMMIT = "commit";
  private static final String DATA_FINGERPRINT = "data_fingerprint";
  private static final String OPTIONS = "options";
  private static final String CURVE = "_curve";

  private static final ImmutableList<String> COLUMNS =
      ImmutableList.of(
          RUN,
          STEPS,
          STUDENT,
          TEACHER,
          BALANCED,
          MACRO_F1,
          MINUTES,
          MEASURED_BY,
          COMMIT,
          DATA_FINGERPRINT,
          OPTIONS,
          Network.STUDENT.label() + CURVE,
          Network.TEACHER.label() + CURVE);

  private RunsTable() {}

  /**
   * One finished run.
   *
   * @param run its name
   * @param options as {@link SweepFile.Cell#words}
   */
  record Row(String run, String options, SweepResult result) {
    /**
     * Checks that this is a run of a sweep as its file is now.
     *
     * @throws EmanException if its options were others
     */
    void checkSame(SweepRun now, Path table) {
      String expected = now.cell().words();
      if (!options.equals(expected)) {
        throw new EmanException(
            String.format(
                "%s: %s was trained with other options than the sweep has now;%n  there: %s%n"
                    + "  now:   %s%nleave its row out, or take the sweep's file as it was",
                table, run, options, expected));
      }
    }
  }

  /** Formats the finished runs, seed by seed. */
  static String csv(SweepResults results) {
    List<List<String>> table = new ArrayList<>();
    table.add(COLUMNS);
    for (long seed : results.sweep().seeds()) {
      for (SweepFile.Cell cell : results.sweep().cells()) {
        SweepResult result = results.find(cell, seed);
        if (result != null) {
          table.add(
              List.of(
                  cell.runName(seed),
                  Long.toString(result.steps()),
                  decimals(result.student()),
                  decimals(result.teacher()),
                  decimals(result.balanced()),
                  decimals(result.macroF1()),
                  String.format(Locale.ROOT, "%.3f", result.minutes()),
                  Csv.text(result.measuredBy()),
                  Csv.text(result.commit()),
                  Strings.nullToEmpty(result.dataFingerprint()),
                  cell.words(),
                  curve(result, Network.STUDENT),
                  curve(result, Network.TEACHER)));
        }
      }
    }
    return Csv.table(table);
  }

  private static String decimals(@Nullable Double percent) {
    return percent == null ? "" : String.format(Locale.ROOT, "%.4f", percent);
  }

  /** Steps and percentages, such as {@code 1000:40.5000 2000:47.2500}. */
  private static String curve(SweepResult result, Network network) {
    return result.evaluations().getOrDefault(network, ImmutableMap.of()).entrySet().stream()
        .map(
            point ->
                String.format(Locale.ROOT, "%.0f:%s", point.getKey(), decimals(point.getValue())))
        .collect(Collectors.joining(" "));
  }

  /**
   * Reads a table.
   *
   * @throws EmanException if there is none, or it is not such a table
   */
  static ImmutableList<Row> read(Path file) {
    if (!Files.exists(file)) {
      throw new EmanException(
          "expected a table of finished runs at "
              + file
              + ", found nothing; a sweep writes it into its folder as "
              + NAME);
    }
    return Csv.read(file).stream().map(line -> row(file, line)).collect(toImmutableList());
  }

  private static Row row(Path file, Map<String, String> line) {
    Reader reader = new Reader(file, line);
    Map<Network, ImmutableMap<Double, Double>> curves = new EnumMap<>(Network.class);
    for (Network network : Network.values()) {
      ImmutableMap<Double, Double> curve = reader.curve(network.label() + CURVE);
      if (!curve.isEmpty()) {
        curves.put(network, curve);
      }
    }
    return new Row(
        reader.text(RUN),
        reader.text(OPTIONS),
        new SweepResult(
            reader.percent(STUDENT),
            reader.percent(TEACHER),
            reader.percent(BALANCED),
            reader.percent(MACRO_F1),
            reader.steps(),
            reader.number(MINUTES),
            reader.text(MEASURED_BY),
            reader.text(COMMIT),
            Strings.emptyToNull(line.get(DATA_FINGERPRINT)), // Early versions did not write it.
            ImmutableMap.copyOf(curves)));
  }

  /** The cells of one line. */
  private record Reader(Path file, Map<String, String> line) {
    String text(String column) {
      String value = line.get(column);
      if (value == null) {
        throw new EmanException(
            file + ": expected the columns " + COLUMNS + ", found a line without " + column);
      }
      return value;
    }

    double number(String column) {
      return number(column, text(column), Double.MAX_VALUE);
    }

    private double number(String column, String text, double most) {
      Double number = Doubles.tryParse(text);
      if (number == null || !(number >= 0 && number <= most)) {
        throw new EmanException(
            String.format(
                Locale.ROOT,
                "%s, %s: %s: expected a number of at least 0%s, found '%s'",
                file,
                line.getOrDefault(RUN, "?"),
                column,
                most < Double.MAX_VALUE
                    ? String.format(Locale.ROOT, " and at most %.0f", most)
                    : "",
                text));
      }
      return number;
    }

    long steps() {
      Long number = Longs.tryParse(text(STEPS));
      if (number == null || number < 0) {
        throw new EmanException(
            String.format(
                "%s, %s: %s: expected a whole number of at least 0, found '%s'",
                file, line.getOrDefault(RUN, "?"), STEPS, text(STEPS)));
      }
      return number;
    }

    /** An empty cell is null. */
    @Nullable Double percent(String column) {
      String text = text(column);
      return text.isEmpty() ? null : Double.valueOf(number(column, text, 100));
    }

    ImmutableMap<Double, Double> curve(String column) {
      ImmutableMap.Builder<Double, Double> points = ImmutableMap.builder();
      for (String point : Splitter.on(' ').omitEmptyStrings().split(text(column))) {
        int colon = point.indexOf(':');
        points.put(
            number(column, point.substring(0, Math.max(colon, 0)), Double.MAX_VALUE),
            number(column, point.substring(colon + 1), 100));
      }
      return points.buildKeepingLast();
    }
  }
}
