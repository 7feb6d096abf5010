package dev.eman.report;

import static java.util.Objects.requireNonNull;

import dev.eman.train.RunRecord;
import dev.eman.train.metrics.History;
import dev.eman.train.metrics.MeanStd;
import dev.eman.train.options.Network;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** The content of a page that compares runs. */
final class Comparison {
  private final Map<String, RunData> runs;
  private final List<RunGroup> groups;
  private final StringBuilder body = new StringBuilder();

  private Comparison(List<RunData> all) {
    runs = named(all);
    groups = RunGroup.of(runs);
  }

  static String of(List<RunData> runs) {
    return new Comparison(runs).write();
  }

  /** Different names: with the folder above where folders have the same name. */
  private static Map<String, RunData> named(List<RunData> all) {
    Map<String, Long> counts =
        all.stream().collect(Collectors.groupingBy(RunData::name, Collectors.counting()));
    Set<String> taken = new HashSet<>();
    Map<String, RunData> names = new LinkedHashMap<>();
    for (RunData run : all) {
      Path parent = run.files().root().toAbsolutePath().normalize().getParent();
      boolean unique = counts.getOrDefault(run.name(), 0L) == 1;
      String name =
          unique || parent == null || parent.getFileName() == null
              ? run.name()
              : parent.getFileName() + "/" + run.name();
      names.put(RunGroup.unused(name, taken), run);
    }
    return names;
  }

  private String write() {
    headline();
    groups.stream()
        .filter(group -> !group.note().isEmpty())
        .forEach(group -> body.append(note(group.note())));
    if (groups.size() < runs.size()) {
      groupTable();
    }
    runTable();
    charts();
    body.append("<h2>Each run</h2>\n<p class=\"note\">Maps of features and pictures of pseudo")
        .append(" labels are in the reports of the single runs.</p>\n");
    runs.forEach(
        (name, run) ->
            body.append("<details><summary>")
                .append(Html.escape(name))
                .append("</summary>\n")
                .append(ReportPage.figures(run))
                .append("</details>\n"));
    return body.toString();
  }

  private void headline() {
    Optional<RunGroup> best =
        groups.stream()
            .filter(group -> group.testTop1().count() > 0)
            .max(Comparator.comparingDouble(group -> group.testTop1().mean()));
    best.ifPresent(
        group ->
            body.append("<p class=\"headline\">Highest: <b>")
                .append(Html.escape(group.label()))
                .append("</b>, ")
                .append(percent(group.testTop1()))
                .append(Html.escape(" " + group.first().accuracy()))
                .append(" on the ")
                .append(Html.escape(group.first().testedOn()))
                .append(" (")
                .append(group.first().deployed().label())
                .append(").</p>\n"));
  }

  private static String note(String text) {
    return "<p class=\"note\">" + Html.escape(text) + "</p>\n";
  }

  /** The images that the final scores are of. */
  private String testedOn() {
    return runs.values().stream()
        .filter(run -> run.testTop1().isPresent())
        .map(RunData::testedOn)
        .distinct()
        .reduce((one, other) -> one + " or " + other)
        .orElse("test set");
  }

  private void groupTable() {
    body.append("<div class=\"scroll\"><table>");
    body.append(
        Html.row(
            "th",
            "runs that differ in the seed",
            "network",
            "seeds",
            "top-1, " + testedOn(),
            "balanced",
            "macro F1"));
    for (RunGroup group : groups) {
      MeanStd top1 = group.testTop1();
      body.append(
          Html.row(
              "td",
              group.name(),
              group.first().deployed().label(),
              group.seeds(),
              percent(top1),
              percent(group.score(RunRecord.Scores::balancedAccuracy)),
              percent(group.score(RunRecord.Scores::macroF1))));
    }
    body.append("</table></div><p class=\"note\">Mean and sample deviation over seeds of the")
        .append(" deployed network's final scores on the ")
        .append(Html.escape(testedOn()))
        .append("; balanced is the balanced accuracy.</p>\n");
  }

  private static String percent(MeanStd value) {
    return value.count() == 0 ? "-" : value + "%";
  }

  private void runTable() {
    body.append("<div class=\"scroll\"><table>");
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
            "mean of last five",
            "balanced",
            "macro F1"));
    runs.forEach((name, run) -> body.append(Html.row("td", cells(name, run).toArray())));
    body.append("</table></div><p class=\"note\">Final, balanced and macro F1 are of the ")
        .append(Html.escape(testedOn()))
        .append(
            "; the best, and the mean of the last five (of all, if there were fewer), are of"
                + " evaluations during training")
        .append(", on the ")
        .append(Html.escape(chosenOn()))
        .append(" set.</p>\n");
  }

  /** The sets that were evaluated during training. */
  private String chosenOn() {
    return runs.values().stream()
        .filter(run -> run.testTop1().isPresent())
        .map(run -> requireNonNull(run.record()).results().chosenOn())
        .distinct()
        .reduce((one, other) -> one + " or " + other)
        .orElse("test");
  }

  private static List<Object> cells(String name, RunData run) {
    RunRecord record = run.record();
    List<Object> cells = new ArrayList<>(List.of(name));
    if (record == null) {
      cells.add("not finished");
      while (cells.size() < 12) {
        cells.add("-");
      }
      return cells;
    }
    RunRecord.Training training = record.training();
    History.Summary student = record.results().student();
    History.Summary teacher = record.results().teacher();
    RunRecord.Scores scores = run.scores();
    cells.add(training.algorithm());
    cells.add(training.teacher());
    cells.add(training.seed());
    cells.add(String.format(Locale.ROOT, "%,d", training.steps()));
    cells.add(finalTop1(record, Network.STUDENT));
    cells.add(ReportPage.percent(student, History.Summary::bestTop1));
    cells.add(finalTop1(record, Network.TEACHER));
    cells.add(ReportPage.percent(teacher, History.Summary::bestTop1));
    cells.add(
        ReportPage.percent(
            run.deployed() == Network.TEACHER ? teacher : student,
            History.Summary::meanLastFiveTop1));
    cells.add(ReportPage.percent(scores, RunRecord.Scores::balancedAccuracy));
    cells.add(ReportPage.percent(scores, RunRecord.Scores::macroF1));
    return cells;
  }

  private static String finalTop1(RunRecord record, Network network) {
    OptionalDouble top1 = record.results().testTop1(network);
    return ReportPage.percent(top1.isPresent() ? top1 : null, OptionalDouble::getAsDouble);
  }

  private void charts() {
    String accuracy =
        runs.values().stream().map(RunData::accuracy).distinct().collect(Collectors.joining(", "));
    LineChart top1 = LineChart.ofFractions("Deployed network: " + accuracy, accuracy);
    LineChart loss = LineChart.of("Loss", "loss");
    LineChart mask = LineChart.ofFractions("Mask rate", "unlabelled images that count");
    for (RunGroup group : groups) {
      top1.add(group.label(), group.series(RunData::deployedTop1));
      loss.add(group.label(), group.series(run -> "loss"));
      mask.add(group.label(), group.series(run -> "mask_rate"));
    }
    body.append("<div class=\"charts\">");
    body.append(top1.toHtml()).append(loss.toHtml()).append(mask.toHtml()).append("</div>\n");
    if (groups.size() < runs.size()) {
      body.append(
              "<p class=\"note\">Lines are means over seeds, bands one sample deviation to each")
          .append(" side.</p>\n");
    }
  }
}
