package dev.eman.report;

import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.report.LineChart.Point;
import dev.eman.train.RunRecord;
import dev.eman.train.metrics.History;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A page about one run, or a comparison of several. */
public final class ReportPage {
  private ReportPage() {}

  /**
   * Writes a page.
   *
   * @param folders of the runs, at least one
   * @param file created or replaced
   * @throws EmanException if a folder holds no run or the file cannot be written
   */
  public static void write(List<Path> folders, Path file) {
    List<RunData> runs = folders.stream().map(RunData::read).toList();
    String page =
        runs.size() == 1
            ? Html.page(runs.get(0).name(), run(runs.get(0)))
            : Html.page("Comparison of " + runs.size() + " runs", Comparison.of(runs));
    AtomicFiles.saveString(file, page);
  }

  private static String run(RunData run) {
    StringBuilder body = new StringBuilder();
    headline(body, run);
    for (String damage : run.damages()) {
      body.append("<p class=\"note\">").append(Html.escape(damage)).append(".</p>\n");
    }
    results(body, run);
    RunCharts.append(body, run);
    Confusion.append(body, run);
    map(body, run);
    Gallery.append(body, run);
    facts(body, run);
    return body.toString();
  }

  /** What the page of a run has, without its pictures. */
  static String figures(RunData run) {
    StringBuilder body = new StringBuilder();
    results(body, run);
    RunCharts.append(body, run);
    Confusion.append(body, run);
    facts(body, run);
    return body.toString();
  }

  private static void headline(StringBuilder body, RunData run) {
    RunRecord record = run.record();
    String network = run.deployed().label();
    body.append("<p class=\"headline\">");
    if (record == null) {
      List<Point> soFar = run.series(run.deployedTop1());
      body.append("Not finished");
      if (!soFar.isEmpty()) {
        Point last = soFar.get(soFar.size() - 1);
        body.append(
            String.format(
                Locale.ROOT,
                ": <b>%.2f%%</b> %s so far (%s), at step %,d",
                100 * last.value(),
                run.accuracy(),
                network,
                (long) last.step()));
      }
      body.append(".</p>\n");
      return;
    }
    if (run.testTop1().isEmpty()) {
      body.append("No accuracies: there were no labelled images to measure on.</p>\n");
      return;
    }
    History.Summary summary =
        run.deployed() == Network.TEACHER ? record.results().teacher() : record.results().student();
    body.append(
        String.format(
            Locale.ROOT,
            "<b>%.2f%%</b> %s on the %s (%s)",
            100 * run.testTop1().orElse(0),
            run.accuracy(),
            Html.escape(record.measurement().testImagesCounted()),
            network));
    if (summary != null) {
      body.append(
          String.format(
              Locale.ROOT,
              ", best at step %,d with %.2f%% on the %s set",
              summary.bestStep(),
              100 * summary.bestTop1(),
              Html.escape(record.results().chosenOn())));
    }
    body.append(".</p>\n");
  }

  private static void facts(StringBuilder body, RunData run) {
    body.append("<h2>Provenance</h2><div class=\"scroll\"><table class=\"facts\">");
    provenance(run.record()).forEach((fact, value) -> body.append(Html.row("td", fact, value)));
    body.append("</table></div>\n<details><summary>Configuration</summary><pre>")
        .append(Html.escape(run.config()))
        .append("</pre></details>\n");
  }

  private static Map<String, String> provenance(@Nullable RunRecord record) {
    Map<String, String> facts = new LinkedHashMap<>();
    if (record != null) {
      facts.put("algorithm", record.training().algorithm());
      facts.put("teacher", record.training().teacher());
      facts.put("dataset", record.data().dataset());
      facts.put("split", record.data().split());
      facts.put("split hash", record.data().splitHash());
      if (record.images() != null) {
        facts.put("images", record.images().toString());
      }
      facts.put("data fingerprint", record.data().dataFingerprint());
      facts.put("seed", Long.toString(record.training().seed()));
      facts.put("steps", Long.toString(record.training().steps()));
      facts.put("started", record.training().started().toString());
      facts.put(
          "training seconds",
          String.format(Locale.ROOT, "%.1f", record.training().trainingSeconds()));
      facts.put("version", record.program().version());
      facts.put("commit", record.program().commit());
      facts.put("backend", record.program().backend());
    }
    return facts;
  }

  private static void results(StringBuilder body, RunData run) {
    RunRecord record = run.record();
    if (record == null) {
      body.append("<p class=\"note\">The run has not finished; these are its results so far.</p>");
      return;
    }
    if (record.results().testStudentTop1() == null) {
      body.append(
          "<p class=\"note\">No accuracies: there were no labelled images to measure on.</p>");
      return;
    }
    RunRecord.Results results = record.results();
    RunRecord.Measurement measurement = record.measurement();
    body.append("<div class=\"scroll\"><table>")
        .append(
            Html.row(
                "th",
                "top-1, " + results.chosenOn() + " set",
                "last evaluation",
                "best",
                "at step",
                History.meanName(run.evaluations().orElse(Integer.MAX_VALUE))));
    result(body, "student", results.student());
    result(body, "teacher", results.teacher());
    body.append(
            "</table></div><p class=\"note\">Evaluated, and the best checkpoint chosen, on the ")
        .append(Html.escape(results.chosenOn()))
        .append(" set")
        .append(measurement.isOfClassifier() ? "" : ", by " + Html.escape(measurement.measuredBy()))
        .append(".</p>\n");
    if (results.test(Network.STUDENT) != null) {
      body.append("<div class=\"scroll\"><table>")
          .append(
              Html.row(
                  "th",
                  measurement.testImages(),
                  "top-1",
                  "top-5",
                  "balanced accuracy",
                  "macro F1"));
      for (Network network : Network.values()) {
        scores(body, network.label(), results.test(network));
      }
      body.append("</table></div><p class=\"note\">Final accuracies are of the ")
          .append(Html.escape(measurement.testImagesCounted()))
          .append(".</p>\n");
    }
  }

  private static void scores(StringBuilder body, String who, RunRecord.@Nullable Scores scores) {
    if (scores != null) {
      body.append(
          Html.row(
              "td",
              who,
              percent(scores, RunRecord.Scores::top1),
              percent(scores, RunRecord.Scores::top5),
              percent(scores, RunRecord.Scores::balancedAccuracy),
              percent(scores, RunRecord.Scores::macroF1)));
    }
  }

  private static void result(StringBuilder body, String who, History.@Nullable Summary one) {
    if (one != null) {
      body.append(
          Html.row(
              "td",
              who,
              percent(one, History.Summary::finalTop1),
              percent(one, History.Summary::bestTop1),
              String.format(Locale.ROOT, "%,d", one.bestStep()),
              percent(one, History.Summary::meanLastFiveTop1)));
    }
  }

  private static void map(StringBuilder body, RunData run) {
    FeatureMap map = FeatureMap.read(run.map());
    if (map == null) {
      return;
    }
    body.append("<h2>Map of the features</h2><p class=\"note\">")
        .append(map.labels().length())
        .append(" ")
        .append(Html.escape(run.testImages()))
        .append(" by the ")
        .append(Html.escape(map.of()))
        .append(
            "'s features before the head: close together if their features are (UMAP), coloured"
                + " by class.</p><img class=\"map\" alt=\"map of the features\""
                + " src=\"data:image/png;base64,")
        .append(Base64.getEncoder().encodeToString(map.png(run.classes())))
        .append("\"/>\n");
  }

  /** A fraction in percent, or a hyphen if there is nothing to take it from. */
  static <T> String percent(@Nullable T from, ToDoubleFunction<T> fraction) {
    return from == null
        ? "-"
        : String.format(Locale.ROOT, "%.2f%%", 100 * fraction.applyAsDouble(from));
  }
}
