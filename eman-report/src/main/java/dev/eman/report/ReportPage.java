package dev.eman.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.metrics.History;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A page about one run, or a comparison of several. */
public final class ReportPage {
  private static final ImmutableSet<String> ACCURACIES =
      ImmutableSet.of("student_top1", "teacher_top1", "student_top5", "teacher_top5");

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
            : Html.page("Comparison of " + runs.size() + " runs", comparison(runs));
    AtomicFiles.saveString(file, page);
  }

  private static String comparison(List<RunData> runs) {
    StringBuilder body = new StringBuilder("<div class=\"scroll\"><table>");
    body.append(
        Html.row(
            "th",
            "run",
            "algorithm",
            "teacher",
            "seed",
            "steps",
            "student final",
            "student best",
            "teacher final",
            "teacher best",
            "mean of last five"));
    LineChart accuracy = new LineChart("Accuracy of the deployed network");
    LineChart loss = new LineChart("Loss");
    LineChart mask = new LineChart("Mask rate");
    for (RunData run : runs) {
      body.append(Html.row("td", (Object[]) compared(run)));
      accuracy.add(run.name(), run.series(run.deployed()));
      loss.add(run.name(), run.series("loss"));
      mask.add(run.name(), run.series("mask_rate"));
    }
    body.append("</table></div>\n<div class=\"charts\">");
    body.append(accuracy.toHtml()).append(loss.toHtml()).append(mask.toHtml()).append("</div>\n");
    for (RunData run : runs) {
      body.append("<h2>").append(Html.escape(run.name())).append("</h2>\n").append(run(run));
    }
    return body.toString();
  }

  private static String[] compared(RunData run) {
    RunRecord record = run.record();
    if (record == null) {
      String[] cells = new String[10];
      Arrays.fill(cells, "-");
      cells[0] = run.name();
      return cells;
    }
    RunRecord.Training training = record.training();
    History.Summary student = record.results().student();
    History.Summary teacher = record.results().teacher();
    return new String[] {
      run.name(),
      training.algorithm(),
      training.teacher(),
      Long.toString(training.seed()),
      Long.toString(training.steps()),
      percent(student, History.Summary::finalTop1),
      percent(student, History.Summary::bestTop1),
      percent(teacher, History.Summary::finalTop1),
      percent(teacher, History.Summary::bestTop1),
      percent(run.has("teacher_top1") ? teacher : student, History.Summary::meanLastFiveTop1)
    };
  }

  private static String run(RunData run) {
    StringBuilder body = new StringBuilder();
    results(body, run);
    charts(body, run);
    Confusion.append(body, run);
    map(body, run);
    gallery(body, run);
    body.append("<h2>Provenance</h2><table>");
    provenance(run.record()).forEach((fact, value) -> body.append(Html.row("td", fact, value)));
    body.append("</table>\n<details><summary>Configuration</summary><pre>");
    return body.append(Html.escape(run.config())).append("</pre></details>\n").toString();
  }

  private static Map<String, String> provenance(@Nullable RunRecord record) {
    Map<String, String> facts = new LinkedHashMap<>();
    if (record != null) {
      facts.put("algorithm", record.training().algorithm());
      facts.put("teacher", record.training().teacher());
      facts.put("dataset", record.data().dataset());
      facts.put("split", record.data().split());
      facts.put("split hash", record.data().splitHash());
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
    body.append("<table>")
        .append(Html.row("th", "top-1", "final", "best", "at step", "mean of last five"));
    RunRecord.Results results = record.results();
    result(body, "student", results.student());
    result(body, "teacher", results.teacher());
    RunRecord.Measurement measurement = record.measurement();
    body.append("</table><p class=\"note\">Evaluated, and the best checkpoint chosen, on the ")
        .append(Html.escape(results.chosenOn()))
        .append(" set")
        .append(measurement.isOfClassifier() ? "" : ", by " + Html.escape(measurement.measuredBy()))
        .append(".</p>\n");
  }

  private static void result(StringBuilder body, String who, History.@Nullable Summary one) {
    if (one != null) {
      body.append(
          Html.row(
              "td",
              who,
              percent(one, History.Summary::finalTop1),
              percent(one, History.Summary::bestTop1),
              Long.toString(one.bestStep()),
              percent(one, History.Summary::meanLastFiveTop1)));
    }
  }

  private static void charts(StringBuilder body, RunData run) {
    LineChart losses = new LineChart("Losses");
    LineChart masks = new LineChart("Pseudo labels");
    LineChart embeddings = new LineChart("Embeddings");
    LineChart others = new LineChart("Weights");
    for (String column : run.columns().keySet()) {
      if (column.startsWith("loss") || column.equals("consistency")) {
        losses.add(column, run.series(column));
      } else if (column.startsWith("mask") || column.startsWith("pseudo")) {
        masks.add(column.replace('_', ' '), run.series(column));
      } else if (column.equals("embedding_std") || column.equals("contrast_top1")) {
        embeddings.add(column.replace('_', ' '), run.series(column));
      } else if (column.equals("consistency_weight")) {
        others.add(column, run.series(column));
      }
    }
    LineChart accuracy = new LineChart("Accuracy");
    ACCURACIES.stream()
        .filter(column -> column.endsWith("1"))
        .forEach(column -> accuracy.add(column.replace('_', ' '), run.series(column)));
    body.append("<div class=\"charts\">")
        .append(accuracy.toHtml())
        .append(losses.toHtml())
        .append(masks.toHtml())
        .append(embeddings.toHtml())
        .append(others.toHtml())
        .append(
            new LineChart("Learning rate")
                .add("learning rate", run.series("learning_rate"))
                .toHtml())
        .append(
            new LineChart("Seconds per step")
                .add("step", run.series("seconds"))
                .add("of which waiting for data", run.series("waited"))
                .toHtml())
        .append("</div>\n");
  }

  private static void map(StringBuilder body, RunData run) {
    FeatureMap map = FeatureMap.read(run.map());
    if (map == null) {
      return;
    }
    body.append("<h2>Map of the features</h2><p class=\"note\">")
        .append(map.labels().length())
        .append(" test images by the ")
        .append(Html.escape(map.of()))
        .append(
            "'s features before the head: close together if their features are (UMAP), coloured"
                + " by class.</p><img class=\"map\" alt=\"map of the features\""
                + " src=\"data:image/png;base64,")
        .append(Base64.getEncoder().encodeToString(map.png(run.classes())))
        .append("\"/>\n");
  }

  private static void gallery(StringBuilder body, RunData run) {
    if (!run.errors().isArray() || run.errors().isEmpty()) {
      return;
    }
    body.append("<h2>Confident wrong pseudo labels</h2><div class=\"gallery\">");
    for (JsonNode error : run.errors()) {
      body.append("<div><img alt=\"training image ")
          .append(error.path("index").asInt())
          .append("\" src=\"data:image/png;base64,")
          .append(Html.escape(error.path("png").asText()))
          .append("\"/><br/>")
          .append(Html.escape(error.path("predicted").asText()))
          .append(String.format(Locale.ROOT, " (%.2f)", error.path("confidence").asDouble()))
          .append(", truly ")
          .append(Html.escape(error.path("truth").asText()))
          .append("</div>\n");
    }
    body.append("</div>\n");
  }

  private static String percent(
      History.@Nullable Summary summary, ToDoubleFunction<History.Summary> fraction) {
    return summary == null
        ? "-"
        : String.format(Locale.ROOT, "%.2f%%", 100 * fraction.applyAsDouble(summary));
  }
}
