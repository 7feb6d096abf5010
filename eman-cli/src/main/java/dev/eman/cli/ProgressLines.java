package dev.eman.cli;

import dev.eman.cli.data.Terminal;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.train.RunListener;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows the progress of training: a bar on a terminal, lines elsewhere. */
final class ProgressLines implements RunListener, AutoCloseable {
  private static final int REFRESH_MS = 500;

  private final PrintWriter out;
  private String name = "";
  private long total;
  private @Nullable ProgressBar bar;
  private double seconds;
  private long steps;
  private boolean closed;
  private String accuracies = "";

  ProgressLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void onStart(RunStart start) {
    name = String.valueOf(start.folder().getFileName());
    total = start.total();
    bar =
        Terminal.isPresent()
            ? new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .startsFrom(start.done(), java.time.Duration.ZERO)
                .setUpdateIntervalMillis(REFRESH_MS)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .build()
            : null;
  }

  @Override
  public void onStep(StepReport report) {
    seconds += report.seconds();
    steps++;
    if (bar != null) {
      bar.stepTo(report.step());
      bar.setExtraMessage(
          String.format(Locale.ROOT, " loss %.3f%s", report.scalars().get("loss"), accuracies));
    }
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    String teacher =
        report.teacher() == null
            ? ""
            : String.format(Locale.ROOT, ", teacher %.2f%%", 100 * report.teacher().top1());
    String line =
        String.format(
            Locale.ROOT,
            "%s: step %d of %d, student %.2f%%%s, %.1f steps/s, %.0f s left",
            name,
            report.step(),
            total,
            100 * report.student().top1(),
            teacher,
            steps / Math.max(1e-9, seconds),
            (total - report.step()) * seconds / Math.max(1, steps));
    // Student and teacher; a terminal has 80 columns.
    accuracies = String.format(Locale.ROOT, ", %.1f", 100 * report.student().top1());
    if (report.teacher() != null) {
      accuracies += String.format(Locale.ROOT, "/%.1f", 100 * report.teacher().top1());
    }
    accuracies += "%";
    if (bar == null) {
      out.println(line);
      out.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null && !closed) {
      closed = true;
      bar.close();
    }
  }
}
