package dev.eman.cli;

import dev.eman.core.eval.EvaluationReport;
import dev.eman.train.RunRecord;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints what a finished run has come to. */
public final class RunResults {
  private RunResults() {}

  /** Prints a run's accuracies. */
  public static void print(PrintWriter writer, TrainingRun run, RunResult result) {
    EvaluationReport report = result.test();
    if (report == null) {
      writer.println("no accuracies: there are no labelled images to measure on");
      return;
    }
    RunRecord.Measurement measurement = result.record().measurement();
    run.history().print(writer, measurement.chosenOn());
    if (!measurement.isOfClassifier()) {
      writer.printf("accuracies are of %s%n", measurement.measuredBy());
    }
    String images = measurement.testImagesCounted();
    writer.printf(Locale.ROOT, "%s, student: %s%n", images, report.student());
    if (report.teacher() != null) {
      writer.printf(Locale.ROOT, "%s, teacher: %s%n", images, report.teacher());
    }
  }
}
