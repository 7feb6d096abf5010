package dev.eman.report;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import dev.eman.report.Charts.Line;
import dev.eman.report.Charts.Lines;
import dev.eman.train.tune.BatchTrial;
import dev.eman.train.tune.RateCurve;
import dev.eman.train.tune.TuneResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a search for a batch size and a learning rate has measured, as a table and a chart. */
public final class TuneReport {
  private static final ImmutableList<String> COLUMNS =
      ImmutableList.of(
          "measured",
          "batch",
          "seconds_per_step",
          "images_per_second",
          "seed",
          "step",
          "learning_rate",
          "loss",
          "smoothed_loss");

  /** What lies far above where the losses begin is cut off, or the rest would be flat. */
  private static final double HIGHEST = 1.5;

  private TuneReport() {}

  /** Writes a row for each batch size and for each step of a range test. */
  public static void writeCsv(TuneResult result, Path file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(COLUMNS);
    for (BatchTrial trial : result.trials()) {
      rows.add(
          List.of(
              "batch",
              Integer.toString(trial.batch()),
              number(trial.stepSeconds()),
              number(trial.imagesPerSecond()),
              "",
              "",
              "",
              "",
              ""));
    }
    for (RateCurve curve : result.curves()) {
      double[] smoothed = curve.smoothed();
      for (int i = 0; i < smoothed.length; i++) {
        rows.add(
            List.of(
                "rate",
                Integer.toString(result.batch()),
                "",
                "",
                Long.toString(curve.seed()),
                Integer.toString(i + 1),
                number(curve.rates().get(i)),
                number(curve.losses().get(i)),
                number(smoothed[i])));
      }
    }
    AtomicFiles.saveString(file, Csv.table(rows));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  /**
   * Draws the smoothed losses over the learning rate, and the suggested rate as a vertical line. If
   * there is nothing to draw, a chart that lies there is deleted: it is of other measurements.
   *
   * @return whether there was something to draw
   */
  public static boolean writeChart(TuneResult result, Path file) {
    ImmutableList.Builder<Line> lines = ImmutableList.builder();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (RateCurve curve : result.curves()) {
      double[] smoothed = curve.smoothed();
      ImmutableList.Builder<Double> x = ImmutableList.builder();
      ImmutableList.Builder<Double> y = ImmutableList.builder();
      for (int i = 0; i < smoothed.length; i++) {
        if (smoothed[i] <= HIGHEST * Math.abs(smoothed[0])) {
          x.add(curve.rates().get(i));
          y.add(smoothed[i]);
          low = Math.min(low, smoothed[i]);
          high = Math.max(high, smoothed[i]);
        }
      }
      if (!x.build().isEmpty()) {
        lines.add(new Line("smoothed loss, seed " + curve.seed(), x.build(), y.build()));
      }
    }
    if (lines.build().isEmpty()) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw AtomicFiles.cannotWrite(file, e);
      }
      return false;
    }
    if (result.learningRate().isPresent()) {
      double rate = result.learningRate().getAsDouble();
      lines.add(
          new Line(
              String.format(Locale.ROOT, "suggested: %s", rate),
              ImmutableList.of(rate, rate),
              ImmutableList.of(low, high)));
    }
    Charts.write(new Lines("learning rate", "loss", true, lines.build()), file);
    return true;
  }
}
