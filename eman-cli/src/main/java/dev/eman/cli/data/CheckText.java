package dev.eman.cli.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.eman.core.io.Printable;
import dev.eman.datasets.check.CheckReport;
import dev.eman.datasets.check.Finding;
import dev.eman.datasets.check.FindingKind;
import dev.eman.datasets.check.PartSummary;
import dev.eman.report.Csv;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Findings as text for people, as JSON and as CSV. */
final class CheckText {
  /** More findings of a kind than this are counted alone. */
  private static final int NAMED = 5;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private CheckText() {}

  static String text(CheckReport report) {
    StringBuilder text = new StringBuilder(Printable.escape(report.dataset())).append('\n');
    report.parts().forEach(part -> append(text, part));
    report.notes().forEach(note -> line(text, "note: " + Printable.escapeLines(note)));
    for (FindingKind kind : FindingKind.values()) {
      append(text, kind, report.of(kind));
    }
    line(text, "");
    line(text, conclusion(report));
    return text.toString();
  }

  private static void append(StringBuilder text, PartSummary part) {
    line(
        text,
        String.format(
                Locale.ROOT,
                "  %-9s %,8d %s, %,d labelled, %d %s; %d to %d wide (median %d), %d to %d high"
                    + " (median %d)",
                part.part().label(),
                part.images(),
                part.images() == 1 ? "image" : "images",
                part.labeled(),
                part.classes().size(),
                part.classes().size() == 1 ? "class" : "classes",
                part.widths().min(),
                part.widths().max(),
                part.widths().median(),
                part.heights().min(),
                part.heights().max(),
                part.heights().median())
            + (part.turned() == 0
                ? ""
                : String.format(
                    Locale.ROOT, "; %,d turned by their EXIF orientation", part.turned())));
  }

  private static void append(StringBuilder text, FindingKind kind, List<Finding> findings) {
    if (findings.isEmpty()) {
      return;
    }
    line(text, "");
    line(text, (kind.isError() ? "error: " : "warning: ") + kind.headline(findings.size()));
    for (Finding finding : findings.subList(0, Math.min(NAMED, findings.size()))) {
      line(text, "  " + Printable.escapeLines(describe(finding)));
    }
    if (findings.size() > NAMED) {
      line(text, String.format(Locale.ROOT, "  and %,d more", findings.size() - NAMED));
    }
  }

  private static String describe(Finding finding) {
    String subject = finding.subject().isEmpty() ? "" : ", " + finding.subject();
    String detail = finding.detail().isEmpty() ? "" : ": " + finding.detail();
    return finding.part() + subject + detail;
  }

  private static String conclusion(CheckReport report) {
    if (report.hasErrors()) {
      return "Training would go wrong: correct the errors above, then check again.";
    }
    return report.findings().isEmpty()
        ? "Nothing wrong was found."
        : "No errors. Look at the warnings above, then train.";
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }

  static String csv(CheckReport report) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("severity", "kind", "part", "subject", "detail"));
    for (Finding finding : report.findings()) {
      rows.add(
          List.of(
              severity(finding),
              finding.kind().label(),
              finding.part(),
              Csv.text(finding.subject()),
              Csv.text(finding.detail())));
    }
    return Csv.table(rows);
  }

  static String json(CheckReport report) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("dataset", report.dataset());
    content.put("ok", !report.hasErrors());
    content.put("parts", report.parts().stream().map(CheckText::map).toList());
    content.put("findings", report.findings().stream().map(CheckText::map).toList());
    content.put("notes", report.notes());
    try {
      return JSON.writeValueAsString(content) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // Texts and numbers alone.
    }
  }

  private static Map<String, Object> map(PartSummary part) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("part", part.part().label());
    map.put("images", part.images());
    map.put("labeled", part.labeled());
    map.put("classes", part.classes());
    map.put("turned", part.turned());
    map.put("width", map(part.widths()));
    map.put("height", map(part.heights()));
    return map;
  }

  private static Map<String, Integer> map(PartSummary.Spread spread) {
    Map<String, Integer> map = new LinkedHashMap<>();
    map.put("min", spread.min());
    map.put("median", spread.median());
    map.put("max", spread.max());
    return map;
  }

  private static Map<String, String> map(Finding finding) {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("severity", severity(finding));
    map.put("kind", finding.kind().label());
    map.put("part", finding.part());
    map.put("subject", finding.subject());
    map.put("detail", finding.detail());
    return map;
  }

  private static String severity(Finding finding) {
    return finding.kind().isError() ? "error" : "warning";
  }
}
