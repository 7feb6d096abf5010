package dev.eman.train.metrics;

import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logs a run for TensorBoard. A resumed run rewrites the file from its metrics, so that nothing is
 * in it twice.
 */
public final class EventLog implements TrainingListener, AutoCloseable {
  private final Path file;
  private final EventFile events;
  private final boolean created;
  private boolean begun;

  private EventLog(Path file, EventFile events, boolean created) {
    this.file = file;
    this.events = events;
    this.created = created;
  }

  /**
   * Opens the file; its content stays until {@link #begin}.
   *
   * @param file created if it does not exist; its name must contain {@code tfevents}
   */
  public static EventLog open(Path file) {
    boolean exists = Files.exists(file);
    return new EventLog(file, EventFile.open(file), !exists);
  }

  /** Starts the file of a run without any step so far. */
  public void begin() {
    begun = true;
    events.begin(now());
  }

  /**
   * Starts the file with the metrics of the steps so far.
   *
   * @param metrics the run's metrics file, which ends where the run resumes; may be missing
   */
  public void begin(Path metrics) {
    begin();
    if (Files.exists(metrics)) {
      try (MetricsRows rows = MetricsRows.open(metrics)) {
        replay(rows, now());
        rows.check();
      }
    }
  }

  private static double now() {
    return System.currentTimeMillis() / 1000.0;
  }

  private void replay(MetricsRows rows, double now) {
    while (rows.next()) {
      Map<String, Double> values = new LinkedHashMap<>();
      for (int c = 1; c < rows.columns().size(); c++) {
        double value = rows.values()[c];
        if (!Double.isNaN(value)) {
          values.put(rows.columns().get(c), value);
        }
      }
      events.scalars(now, rows.number(), values);
    }
  }

  @Override
  public void onStep(StepReport report) {
    Map<String, Double> values = new LinkedHashMap<>(report.scalars());
    values.put("learning_rate", report.learningRate());
    values.put("seconds", report.seconds());
    values.put("waited", report.waited());
    events.scalars(now(), report.step(), values);
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    Map<String, Double> values = new LinkedHashMap<>();
    put(values, "student", report.student());
    put(values, "teacher", report.teacher());
    events.scalars(now(), report.step(), values);
    events.flush();
  }

  /** The columns of {@link MetricsFile}, from which a resumed run writes the same. */
  private static void put(Map<String, Double> values, String who, @Nullable Evaluation evaluation) {
    if (evaluation != null) {
      values.put(who + "_top1", evaluation.top1());
      values.put(who + "_top5", evaluation.top5());
      values.put(who + "_balanced_accuracy", evaluation.balancedAccuracy());
      values.put(who + "_macro_f1", evaluation.macroF1());
    }
  }

  /** Closes the file; deletes it if it was created but never begun. */
  @Override
  public void close() {
    events.close();
    if (created && !begun) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw AtomicFiles.cannotWrite(file, e);
      }
    }
  }
}
