package dev.eman.train.metrics;

import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.train.TrainingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Follows a run for TensorBoard. A run that goes on writes the file anew from its metrics, so that
 * nothing is in it twice.
 */
public final class EventLog implements TrainingListener, AutoCloseable {
  private final EventFile events;

  private EventLog(EventFile events) {
    this.events = events;
  }

  /**
   * Begins the file with what the run has done so far.
   *
   * @param runFolder whose metrics end where the run goes on
   */
  public static EventLog open(Path runFolder) {
    double now = System.currentTimeMillis() / 1000.0;
    EventLog log =
        new EventLog(EventFile.create(runFolder.resolve("events.out.tfevents.eman"), now));
    Path metrics = runFolder.resolve("metrics.csv");
    if (Files.exists(metrics)) {
      log.replay(MetricsTable.read(metrics).numbers(), now);
    }
    return log;
  }

  private void replay(Map<String, double[]> columns, double now) {
    double[] steps = columns.getOrDefault("step", new double[0]);
    for (int row = 0; row < steps.length; row++) {
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, double[]> column : columns.entrySet()) {
        double value = column.getValue()[row];
        if (!column.getKey().equals("step") && !Double.isNaN(value)) {
          values.put(column.getKey(), value);
        }
      }
      events.scalars(now, (long) steps[row], values);
    }
  }

  @Override
  public void onStep(StepReport report) {
    Map<String, Double> values = new LinkedHashMap<>(report.scalars());
    values.put("learning_rate", report.learningRate());
    values.put("seconds", report.seconds());
    values.put("waited", report.waited());
    events.scalars(System.currentTimeMillis() / 1000.0, report.step(), values);
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("student_top1", report.student().top1());
    if (report.teacher() != null) {
      values.put("teacher_top1", report.teacher().top1());
    }
    events.scalars(System.currentTimeMillis() / 1000.0, report.step(), values);
    events.flush();
  }

  @Override
  public void close() {
    events.close();
  }
}
