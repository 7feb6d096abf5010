package dev.eman.train.metrics;

import com.google.common.base.Splitter;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.train.options.Network;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The accuracies of a run so far; stored in checkpoints as text. */
public final class History {
  private static final int LAST = 5;
  private static final double NONE = -1;

  /** An evaluation of both networks: fractions, negative if there is no teacher. */
  record Entry(long step, double student1, double student5, double teacher1, double teacher5) {}

  private final Network deployed;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * An empty history.
   *
   * @param deployed the network that decides what is best; the student where there is no teacher
   */
  public History(Network deployed) {
    this.deployed = deployed;
  }

  /** Parses the text from a checkpoint; see {@link #History(Network)}. */
  public static History parse(String text, Network deployed) {
    History history = new History(deployed);
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

  /** Records an evaluation; returns true if the deployed network's top-1 is the best so far. */
  public boolean add(EvaluationReport report) {
    Entry entry =
        new Entry(
            report.step(),
            report.student().top1(),
            report.student().top5(),
            report.teacher() == null ? NONE : report.teacher().top1(),
            report.teacher() == null ? NONE : report.teacher().top5());
    boolean best = entries.stream().allMatch(e -> top1(e) < top1(entry));
    entries.add(entry);
    return best;
  }

  /** Takes the last evaluation back, as if it had not been made. */
  public void removeLast() {
    entries.remove(entries.size() - 1);
  }

  /** Top-1 of the deployed network. */
  private double top1(Entry entry) {
    return deployed == Network.STUDENT || entry.teacher1() == NONE
        ? entry.student1()
        : entry.teacher1();
  }

  /** Receives one accuracy of one network. */
  @FunctionalInterface
  interface AccuracyConsumer {
    void accept(long step, String name, double value);
  }

  /** Passes on all accuracies so far, under the names of the metrics. */
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

  /**
   * How many evaluations have followed the first one with the highest top-1 deployed; 0 if none.
   */
  public int sinceBest() {
    int best = 0;
    for (int i = 1; i < entries.size(); i++) {
      if (top1(entries.get(i)) > top1(entries.get(best))) {
        best = i;
      }
    }
    return isEmpty() ? 0 : entries.size() - 1 - best;
  }

  /** The step of the last evaluation, 0 if there was none. */
  public long lastStep() {
    return isEmpty() ? 0 : last().step();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  Entry last() {
    return entries.get(entries.size() - 1);
  }

  /** What {@link Summary#meanLastFiveTop1} is of that many evaluations, for headings. */
  public static String meanName(int evaluations) {
    return evaluations < LAST ? "mean of all" : "mean of last five";
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
        meanName(entries.size()));
    for (boolean teacher : new boolean[] {false, true}) {
      Summary summary = summary(teacher);
      if (summary != null) {
        out.printf(
            Locale.ROOT,
            "%-10s %9.2f%% %9.2f%% %10s %19.2f%%%n",
            teacher ? "teacher" : "student",
            100 * summary.finalTop1(),
            100 * summary.bestTop1(),
            summary.bestStep(),
            100 * summary.meanLastFiveTop1());
      }
    }
  }

  /**
   * Summary of one network's accuracies, as fractions.
   *
   * @param bestTop1 the highest top-1
   * @param bestStep the first step that reached it
   * @param finalTop1 top-1 at the end
   * @param finalTop5 top-5 at the end
   * @param meanLastFiveTop1 mean of the last five evaluations, or of all if there are fewer
   */
  public record Summary(
      double bestTop1,
      long bestStep,
      double finalTop1,
      double finalTop5,
      double meanLastFiveTop1) {}

  /** Best, final and mean of the last five; null if the network has never been evaluated. */
  public @Nullable Summary summary(boolean teacher) {
    ToDoubleFunction<Entry> top1 = teacher ? Entry::teacher1 : Entry::student1;
    if (isEmpty() || top1.applyAsDouble(last()) == NONE) {
      return null;
    }
    Entry best = entries.get(0);
    for (Entry e : entries) {
      if (top1.applyAsDouble(e) > top1.applyAsDouble(best)) {
        best = e;
      }
    }
    OptionalDouble mean =
        entries.subList(Math.max(0, entries.size() - LAST), entries.size()).stream()
            .mapToDouble(top1)
            .average();
    return new Summary(
        top1.applyAsDouble(best),
        best.step(),
        top1.applyAsDouble(last()),
        teacher ? last().teacher5() : last().student5(),
        mean.orElseThrow());
  }
}
