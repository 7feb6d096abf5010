package dev.eman.train.metrics;

import com.google.common.base.Splitter;
import dev.eman.core.eval.EvaluationReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The accuracies of a run so far; goes into checkpoints as text. */
public final class History {
  private static final int LAST = 5;
  private static final double NONE = -1;

  /** One look at both networks; fractions, negative for a teacher that is not there. */
  record Entry(long step, double student1, double student5, double teacher1, double teacher5) {
    /** The network that would be deployed. */
    double deployed() {
      return teacher1 == NONE ? student1 : teacher1;
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  /** From a checkpoint's text. */
  public static History parse(String text) {
    History history = new History();
    for (String line : Splitter.on('\n').omitEmptyStrings().split(text)) {
      List<String> cells = Splitter.on(',').splitToList(line);
      history.entries.add(
          new Entry(
              Long.parseLong(cells.get(0)),
              Double.parseDouble(cells.get(1)),
              Double.parseDouble(cells.get(2)),
              Double.parseDouble(cells.get(3)),
              Double.parseDouble(cells.get(4))));
    }
    return history;
  }

  public String toText() {
    StringBuilder text = new StringBuilder();
    for (Entry e : entries) {
      text.append(e.step()).append(',').append(e.student1()).append(',').append(e.student5());
      text.append(',').append(e.teacher1()).append(',').append(e.teacher5()).append('\n');
    }
    return text.toString();
  }

  /** Adds a look. Returns whether the deployed network is better than ever. */
  public boolean add(EvaluationReport report) {
    Entry entry =
        new Entry(
            report.step(),
            report.student().top1(),
            report.student().top5(),
            report.teacher() == null ? NONE : report.teacher().top1(),
            report.teacher() == null ? NONE : report.teacher().top5());
    boolean best = entries.stream().allMatch(e -> e.deployed() < entry.deployed());
    entries.add(entry);
    return best;
  }

  /** Takes one accuracy of one network. */
  @FunctionalInterface
  interface AccuracyConsumer {
    void accept(long step, String name, double value);
  }

  /** All accuracies so far under the names of the metrics. */
  void forEachAccuracy(AccuracyConsumer consumer) {
    for (Entry e : entries) {
      consumer.accept(e.step(), "student_top1", e.student1());
      consumer.accept(e.step(), "student_top5", e.student5());
      if (e.teacher1() != NONE) {
        consumer.accept(e.step(), "teacher_top1", e.teacher1());
        consumer.accept(e.step(), "teacher_top5", e.teacher5());
      }
    }
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  Entry last() {
    return entries.get(entries.size() - 1);
  }

  /** Prints best, final and mean of the last five. */
  public void print(PrintWriter out, String set) {
    out.printf(
        Locale.ROOT,
        "%n%-10s %10s %10s %10s %20s%n",
        set + " set",
        "final",
        "best",
        "at step",
        "mean of last five");
    for (boolean teacher : new boolean[] {false, true}) {
      Map<String, Object> summary = summary(teacher);
      if (summary != null) {
        out.printf(
            Locale.ROOT,
            "%-10s %9.2f%% %9.2f%% %10s %19.2f%%%n",
            teacher ? "teacher" : "student",
            percent(summary, "final_top1"),
            percent(summary, "best_top1"),
            summary.get("best_step"),
            percent(summary, "mean_last_five_top1"));
      }
    }
  }

  private static double percent(Map<String, Object> summary, String name) {
    return summary.get(name) instanceof Double value ? 100 * value : 0;
  }

  /** Best, final and mean of the last five, for {@code run.json}; null without such a network. */
  public @Nullable Map<String, Object> summary(boolean teacher) {
    ToDoubleFunction<Entry> top1 = teacher ? Entry::teacher1 : Entry::student1;
    if (isEmpty() || top1.applyAsDouble(last()) == NONE) {
      return null;
    }
    Entry best = last();
    for (Entry e : entries) {
      if (top1.applyAsDouble(e) > top1.applyAsDouble(best)) {
        best = e;
      }
    }
    OptionalDouble mean =
        entries.subList(Math.max(0, entries.size() - LAST), entries.size()).stream()
            .mapToDouble(top1)
            .average();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("best_top1", top1.applyAsDouble(best));
    summary.put("best_step", best.step());
    summary.put("final_top1", top1.applyAsDouble(last()));
    summary.put("final_top5", teacher ? last().teacher5() : last().student5());
    summary.put("mean_last_five_top1", mean.orElse(0));
    return summary;
  }
}
