package dev.eman.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eman.train.options.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The confusion matrix of the deployed network, with recall and precision of the test's classes. Of
 * many classes recall and precision alone.
 */
final class Confusion {
  /** Larger matrices are unreadable. */
  private static final int MOST_CLASSES = 30;

  private Confusion() {}

  static void append(StringBuilder body, RunData run) {
    boolean teacher = run.deployed() == Network.TEACHER && run.evaluation().hasNonNull("teacher");
    String network = (teacher ? Network.TEACHER : Network.STUDENT).label();
    JsonNode matrix = run.evaluation().path(network).path("confusion");
    int classes = matrix.size();
    if (classes == 0) {
      return;
    }
    boolean whole = classes <= MOST_CLASSES;
    body.append(whole ? "<h2>Confusion on the " : "<h2>Classes on the ")
        .append(Html.escape(run.testedOn()))
        .append(", ")
        .append(network)
        .append(
            whole
                ? "</h2><p class=\"note\">Rows are true classes with images, columns"
                    + " predictions.</p><div class=\"scroll\">"
                : "</h2><div class=\"scroll tall\">")
        .append("<table><tr><th></th>");
    for (int c = 0; whole && c < classes; c++) {
      body.append("<th class=\"cell\" title=\"").append(name(run, c)).append("\">").append(c + 1);
      body.append("</th>");
    }
    body.append("<th>recall</th><th>precision</th></tr>\n");
    List<String> missing = new ArrayList<>();
    for (int truth = 0; truth < classes; truth++) {
      if (total(matrix, truth) == 0) {
        missing.add(name(run, truth));
      } else {
        row(body, run, matrix, truth);
      }
    }
    body.append("</table></div>\n");
    if (!missing.isEmpty()) {
      body.append("<p class=\"note\">The test set has no images of ")
          .append(String.join(", ", missing))
          .append(".</p>\n");
    }
  }

  /** How many images of a class there are. */
  private static long total(JsonNode matrix, int truth) {
    long total = 0;
    for (int c = 0; c < matrix.size(); c++) {
      total += matrix.path(truth).path(c).asLong();
    }
    return total;
  }

  private static void row(StringBuilder body, RunData run, JsonNode matrix, int truth) {
    long total = total(matrix, truth);
    long predicted = 0;
    for (int c = 0; c < matrix.size(); c++) {
      predicted += matrix.path(c).path(truth).asLong();
    }
    if (total == 0) {
      return; // It has no recall.
    }
    body.append("<tr><td>").append(truth + 1).append(" ").append(name(run, truth)).append("</td>");
    for (int c = 0; matrix.size() <= MOST_CLASSES && c < matrix.size(); c++) {
      long count = matrix.path(truth).path(c).asLong();
      double share = (double) count / total;
      body.append(
          String.format(
              Locale.ROOT,
              "<td class=\"cell\" style=\"background: rgba(%s, %.2f)\">%s</td>",
              c == truth ? "47,111,222" : "224,122,31",
              0.85 * share,
              count == 0 ? "" : Long.toString(count)));
    }
    long right = matrix.path(truth).path(truth).asLong();
    body.append(
        String.format(
            Locale.ROOT,
            "<td>%.1f%%</td><td>%.1f%%</td></tr>%n",
            100.0 * right / total,
            predicted == 0 ? 0 : 100.0 * right / predicted));
  }

  private static String name(RunData run, int index) {
    return Html.escape(index < run.classes().size() ? run.classes().get(index) : "class " + index);
  }
}
