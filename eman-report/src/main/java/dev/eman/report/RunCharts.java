package dev.eman.report;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import dev.eman.train.RunRecord;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The curves of a run: those that every run has, and a chart for each figure of its method's own.
 */
final class RunCharts {
  /** Columns that other charts show, or that are no figures of a step. */
  private static final ImmutableSet<String> COMMON =
      ImmutableSet.of(
          "step",
          "learning_rate",
          "seconds",
          "waited",
          "consistency",
          "consistency_weight",
          "contrast_top1",
          "embedding_std");

  private static final Pattern OTHERS = Pattern.compile("(loss|mask|pseudo|student|teacher).*");

  /** Figures of one quantity, which belong into one chart. */
  private static final Pattern AGGREGATE = Pattern.compile("_(min|max|mean|deviation|range)$");

  /** The figure of one class, by its number. */
  private static final Pattern OF_CLASS = Pattern.compile("(.+)_class_(\\d+)");

  private RunCharts() {}

  static void append(StringBuilder body, RunData run) {
    LineChart losses = LineChart.of("Losses", "loss");
    LineChart masks = LineChart.ofFractions("Pseudo labels", "share");
    Map<String, LineChart> own = new TreeMap<>();
    for (String column : run.columns().keySet()) {
      if (column.startsWith("loss") || column.equals("consistency")) {
        losses.add(column, run.series(column));
      } else if (column.startsWith("mask") || column.startsWith("pseudo")) {
        masks.add(words(column), run.series(column));
      } else if (!COMMON.contains(column) && !OTHERS.matcher(column).matches()) {
        addOwn(own, run, column);
      }
    }
    RunRecord record = run.record();
    String on = record == null ? "" : " on the " + record.results().chosenOn() + " set";
    body.append("<div class=\"charts\">")
        .append(
            LineChart.ofFractions(capital(run.accuracy()) + on, run.accuracy())
                .add("student", run.series("student_top1"))
                .add("teacher", run.series("teacher_top1"))
                .toHtml())
        .append(losses.toHtml())
        .append(masks.toHtml());
    own.values().forEach(chart -> body.append(chart.toHtml()));
    body.append(
            LineChart.ofFractions("Positive keys found", "queries")
                .add("nearest to their own key", run.series("contrast_top1"))
                .toHtml())
        .append(
            LineChart.of("Embeddings", "standard deviation")
                .add("embeddings of length 1", run.series("embedding_std"))
                .toHtml())
        .append(
            LineChart.of("Weight of the consistency loss", "weight")
                .add("consistency weight", run.series("consistency_weight"))
                .toHtml())
        .append(
            LineChart.of("Learning rate", "learning rate")
                .add("learning rate", run.series("learning_rate"))
                .toHtml())
        .append(
            LineChart.of("Time per step", "seconds")
                .add("step", run.series("seconds"))
                .add("of which waiting for data", run.series("waited"))
                .toHtml())
        .append("</div>\n");
  }

  private static void addOwn(Map<String, LineChart> own, RunData run, String column) {
    Matcher ofClass = OF_CLASS.matcher(column);
    boolean one = ofClass.matches();
    String quantity = words(AGGREGATE.matcher(one ? ofClass.group(1) : column).replaceFirst(""));
    String title = quantity + (one ? " of each class" : "");
    own.computeIfAbsent(title, name -> LineChart.of(capital(name), quantity))
        .add(one ? className(run, ofClass.group(2)) : words(column), run.series(column));
  }

  private static String className(RunData run, String number) {
    Integer k = Ints.tryParse(number);
    return k != null && k < run.classes().size() ? run.classes().get(k) : "class " + number;
  }

  private static String words(String column) {
    return column.replace('_', ' ');
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
