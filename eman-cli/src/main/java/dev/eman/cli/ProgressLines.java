package dev.eman.cli;

import com.google.common.annotations.VisibleForTesting;
import dev.eman.cli.data.Terminal;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.train.RunListener;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of training: a bar on a terminal; elsewhere a line for each evaluation, and at
 * least one every half a minute in which a step ends.
 */
final class ProgressLines implements RunListener, AutoCloseable {
  private static final int REFRESH_MS = 500;
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier nanos;
  private String name = "";
  private String measured = "accuracy";
  private long total;
  private @Nullable ProgressBar bar;
  private double seconds;
  private long steps;
  private boolean closed;
  private String accuracies = "";

  /** When the run was opened, and when the last line was printed. */
  private long opened;

  private long spoke;

  ProgressLines(PrintWriter out) {
    this(out, Terminal.isPresent(), System::nanoTime);
  }

  @VisibleForTesting
  ProgressLines(PrintWriter out, boolean terminal, LongSupplier nanos) {
    this.out = out;
    this.terminal = terminal;
    this.nanos = nanos;
  }

  /** What its percentages are, such as "accuracy on the test set". */
  void measures(String what) {
    measured = what;
  }

  @Override
  public void onStart(RunStart start) {
    name = String.valueOf(start.folder().getFileName());
    total = start.total();
    opened = nanos.getAsLong();
    spoke = opened;
    bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName(name)
                .setUnit(" steps", 1)
                .setInitialMax(total)
                .startsFrom(start.done(), Duration.ZERO)
                .setUpdateIntervalMillis(REFRESH_MS)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .hideEta()
                .build()
            : null;
  }

  @Override
  public void onStep(StepReport report) {
    seconds += report.seconds();
    steps++;
    String loss = String.format(Locale.ROOT, "loss %.3f", report.scalars().get("loss"));
    if (bar != null) {
      bar.stepTo(report.step());
      String last = accuracies.isEmpty() ? loss : accuracies;
      bar.setExtraMessage(String.format(", %s left, %s", left(report.step()), last));
    } else if (nanos.getAsLong() - spoke >= SILENCE.toNanos()) {
      line(report.step(), loss);
    }
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    accuracies = String.format(Locale.ROOT, "student %.2f%%", 100 * report.student().top1());
    if (report.teacher() != null) {
      accuracies += String.format(Locale.ROOT, ", teacher %.2f%%", 100 * report.teacher().top1());
    }
    if (bar == null) {
      line(report.step(), measured + ": " + accuracies);
    }
  }

  private void line(long step, String what) {
    out.printf(
        Locale.ROOT,
        "%s: step %,d of %,d (%d%%), %s; %.1f steps/s, %s left%n",
        name,
        step,
        total,
        100 * step / total,
        what,
        steps / Math.max(1e-9, seconds),
        left(step));
    out.flush();
    spoke = nanos.getAsLong();
  }

  /** Of the time so far, with evaluations and checkpoints. */
  private String left(long step) {
    double each = (nanos.getAsLong() - opened) / 1e9 / Math.max(1, steps);
    return Durations.rough((total - step) * each);
  }

  @Override
  public void close() {
    if (bar != null && !closed) {
      closed = true;
      bar.close();
    }
  }
}
