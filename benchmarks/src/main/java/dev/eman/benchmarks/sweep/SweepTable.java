package dev.eman.benchmarks.sweep;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.report.Charts;
import dev.eman.report.Csv;
import dev.eman.train.metrics.MeanStd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The results of a sweep's finished runs: Markdown, CSV and charts. */
final class SweepTable {
  private final SweepFile sweep;
  private final SweepResults results;
  private final List<Row> rows = new ArrayList<>();
  private final @Nullable PairedDifferences differences;

  /**
   * The results of a cell over its seeds.
   *
   * @param balanced balanced accuracy of the network that is compared
   * @param macroF1 of the same network
   * @param classifies whether accuracies are those of classifiers
   * @param steps of each run; with early stopping they differ
   * @param minutes training time, mean over all seeds
   */
  private record Row(
      SweepFile.Cell cell,
      MeanStd student,
      MeanStd teacher,
      MeanStd balanced,
      MeanStd macroF1,
      boolean classifies,
      LongSummaryStatistics steps,
      double minutes) {
    /** For people: {@code 50}, or {@code 40-60} where runs have ended early. */
    String stepRange() {
      return steps.getMin() == steps.getMax()
          ? Long.toString(steps.getMin())
          : steps.getMin() + "-" + steps.getMax();
    }

    /** The mean over the seeds. */
    String meanSteps() {
      return steps.getMin() == steps.getMax()
          ? Long.toString(steps.getMin())
          : String.format(Locale.ROOT, "%.1f", steps.getAverage());
    }

    /** As {@link SweepResult#compared}. */
    MeanStd compared() {
      return teacher.count() > 0 ? teacher : student;
    }
  }

  /** Reads the finished runs; cells without any are left out. */
  SweepTable(SweepResults results) {
    this.sweep = results.sweep();
    this.results = results;
    SweepFile.Compare compare = sweep.compare();
    this.differences = compare == null ? null : new PairedDifferences(results, compare);
    for (SweepFile.Cell cell : sweep.cells()) {
      List<SweepResult> runs = results.of(cell);
      if (!runs.isEmpty()) {
        rows.add(
            new Row(
                cell,
                mean(runs, SweepResult::student),
                mean(runs, SweepResult::teacher),
                mean(runs, SweepResult::balanced),
                mean(runs, SweepResult::macroF1),
                runs.get(0).isOfClassifier(),
                runs.stream().mapToLong(SweepResult::steps).summaryStatistics(),
                runs.stream().mapToDouble(SweepResult::minutes).average().orElse(0)));
      }
    }
  }

  /** Over the runs that have the number. */
  private static MeanStd mean(
      List<SweepResult> runs, Function<SweepResult, @Nullable Double> number) {
    List<Double> found = new ArrayList<>();
    for (SweepResult run : runs) {
      Double value = number.apply(run);
      if (value != null) {
        found.add(value);
      }
    }
    return MeanStd.of(found);
  }

  /**
   * Writes {@code results.md}, {@code results.csv} and {@code results.png}, the table of the runs,
   * the curves, and the differences, if the sweep compares.
   */
  void write(Path root, String command) {
    OutputFiles.makeFolder(
        root.resolve(RunsTable.NAME)); // Where nothing was trained, it is missing.
    AtomicFiles.saveString(root.resolve("results.md"), markdown(command));
    AtomicFiles.saveString(root.resolve("results.csv"), csv());
    AtomicFiles.saveString(root.resolve(RunsTable.NAME), RunsTable.csv(results));
    if (!rows.isEmpty()) {
      Charts.write(chart(), root.resolve("results.png"));
    }
    if (differences != null) {
      differences.write(root);
    }
    new SweepCurves(results, accuracy()).write(root);
  }

  String markdown(String command) {
    StringBuilder text = new StringBuilder();
    text.append("| ").append(String.join(" | ", sweep.axes()));
    text.append(
        " | student | teacher | balanced accuracy | macro F1 | seeds | steps | minutes a run |"
            + " again |\n");
    text.append("|---".repeat(sweep.axes().size() + 8)).append("|\n");
    for (Row row : rows) {
      text.append("| ")
          .append(
              row.cell().values().values().stream()
                  .map(v -> Printable.escape(v).replace("|", "\\|"))
                  .collect(Collectors.joining(" | ")));
      text.append(
          String.format(
              Locale.ROOT,
              " | %s | %s | %s | %s | %d | %s | %.1f | `%s --only %s` |%n",
              row.student(),
              row.teacher(),
              row.balanced(),
              row.macroF1(),
              row.student().count(),
              row.stepRange(),
              row.minutes(),
              command,
              row.cell().name()));
    }
    return differences == null ? text.toString() : text + differences.markdown();
  }

  private String csv() {
    List<List<String>> table = new ArrayList<>();
    List<String> heading = new ArrayList<>(sweep.axes());
    Collections.addAll(
        heading,
        "student_mean",
        "student_deviation",
        "teacher_mean",
        "teacher_deviation",
        "balanced_mean",
        "balanced_deviation",
        "macro_f1_mean",
        "macro_f1_deviation",
        "seeds",
        "steps",
        "minutes");
    table.add(heading);
    for (Row row : rows) {
      List<String> cells =
          new ArrayList<>(row.cell().values().values().stream().map(SweepTable::cell).toList());
      for (MeanStd score : List.of(row.student(), row.teacher(), row.balanced(), row.macroF1())) {
        cells.add(score.count() == 0 ? "" : decimals(score.mean()));
        cells.add(score.count() < 2 ? "" : decimals(score.std())); // One has none.
      }
      cells.add(Integer.toString(row.student().count()));
      cells.add(row.meanSteps());
      cells.add(String.format(Locale.ROOT, "%.3f", row.minutes()));
      table.add(cells);
    }
    return Csv.table(table);
  }

  /** A value as it is, unless it is not a number and a spreadsheet might evaluate it. */
  static String cell(String value) {
    return Doubles.tryParse(value) == null ? Csv.text(value) : value;
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** Groups of points: the last axis within each combination of the others. */
  Charts.Points chart() {
    Map<String, Map<String, MeanStd>> series = new LinkedHashMap<>();
    Set<String> groups = new LinkedHashSet<>();
    for (Row row : rows) {
      List<String> values = List.copyOf(row.cell().values().values());
      String group = String.join(", ", values.subList(0, values.size() - 1));
      groups.add(group);
      series
          .computeIfAbsent(values.get(values.size() - 1), name -> new LinkedHashMap<>())
          .put(group, row.compared());
    }
    List<String> axes = sweep.axes();
    return new Charts.Points(
        sweep.title(),
        axes.size() == 1 ? axes.get(0) : String.join(", ", axes.subList(0, axes.size() - 1)),
        accuracy() + " of the teacher if there is one, %",
        ImmutableList.copyOf(groups),
        series.entrySet().stream()
            .map(e -> points(e.getKey(), e.getValue(), groups))
            .collect(toImmutableList()));
  }

  /** What the accuracies are: those of classifiers, or k-NN for features. */
  private String accuracy() {
    long classifiers = rows.stream().filter(Row::classifies).count();
    return classifiers == rows.size()
        ? "top-1 accuracy"
        : classifiers == 0
            ? "k-NN accuracy"
            : "top-1 accuracy (k-NN where no classifier is trained)";
  }

  /** A cell without a finished run has no point. */
  private static Charts.PointSeries points(
      String name, Map<String, MeanStd> found, Set<String> groups) {
    List<MeanStd> points =
        groups.stream().map(g -> found.getOrDefault(g, MeanStd.of(List.of()))).toList();
    return new Charts.PointSeries(
        name,
        points.stream().map(p -> p.count() == 0 ? Double.NaN : p.mean()).collect(toImmutableList()),
        points.stream().map(MeanStd::std).collect(toImmutableList()));
  }
}
