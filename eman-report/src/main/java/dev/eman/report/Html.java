package dev.eman.report;

import dev.eman.core.io.Printable;

/** Builds self-contained pages, which load nothing. */
final class Html {
  private static final String STYLE =
      """
      :root { --ink: #1d2433; --paper: #fff; --faint: #8a93a6; --rule: #e3e7ee; --panel: #f6f8fb; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e6e9f0; --paper: #14171f; --faint: #8791a5; --rule: #2b3140; --panel: #1b2029; }
      }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 1120px; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.6rem; margin-bottom: 0.2rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 1rem; }
      figure { margin: 0; background: var(--panel); border-radius: 8px; padding: 0.8rem; }
      figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
      .line { fill: none; stroke-width: 1.8; stroke: currentColor; stroke-linejoin: round; }
      .band { fill: currentColor; opacity: 0.18; }
      .grid { stroke: var(--rule); } .tick { fill: var(--faint); font-size: 11px; }
      .axis { fill: var(--ink); font-size: 12px; }
      .headline { font-size: 1.15rem; margin-top: 0.2rem; }
      .legend { margin: 0.3rem 0 0; font-size: 13px; } .key::before { content: "\\2501\\00a0"; }
      .key.dashed::before { content: "\\2505\\00a0"; }
      .key { margin-right: 0.8rem; display: inline-block; } summary { cursor: pointer; font-weight: 600; }
      .scroll { overflow-x: auto; } .tall { max-height: 30rem; overflow-y: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--rule); text-align: right; }
      th:first-child, td:first-child { text-align: left; white-space: nowrap; } td.text { text-align: left; }
      .facts td { text-align: left; overflow-wrap: anywhere; }
      .cell { min-width: 2.2rem; text-align: center; padding: 0.25rem; }
      .gallery { display: flex; flex-wrap: wrap; gap: 0.8rem; }
      .gallery div { width: 112px; font-size: 12px; }
      ol.gallery { padding-left: 0; list-style-position: inside; }
      .gallery li { width: 170px; font-size: 13px; overflow-wrap: anywhere; }
      .gallery li p { margin: 0.1rem 0; }
      nav ul { display: flex; flex-wrap: wrap; gap: 1.2rem; list-style: none; padding: 0; } a { color: inherit; }
      .gallery img { width: 112px; height: 112px; object-fit: contain; border-radius: 4px; }
      .gallery .pixels { image-rendering: pixelated; }
      .map { max-width: 100%; border-radius: 8px; }
      .note { color: var(--faint); } pre { background: var(--panel); padding: 0.8rem; overflow-x: auto; }
      """;

  private Html() {}

  static String escape(String text) {
    // Terminal control characters are not allowed in XML either.
    return Printable.escapeLines(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** At most that many characters: of a longer text its beginning and its end. */
  static String shortened(String text, int longest) {
    int[] points = text.codePoints().toArray(); // Halves of a pair are no text.
    if (points.length <= longest) {
      return text;
    }
    int end = (longest - 1) / 2;
    return new String(points, 0, longest - 1 - end)
        + "\u2026"
        + new String(points, points.length - end, end);
  }

  static String page(String title, String body) {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>"
        + escape(title)
        + "</title><style>\n"
        + STYLE
        + Palette.css()
        + "</style></head><body>\n<h1>"
        + escape(title)
        + "</h1>\n"
        + body
        + "</body></html>\n";
  }

  static String row(String tag, Object... cells) {
    StringBuilder row = new StringBuilder("<tr>");
    for (Object cell : cells) {
      row.append('<').append(tag).append('>').append(escape(String.valueOf(cell)));
      row.append("</").append(tag).append('>');
    }
    return row.append("</tr>\n").toString();
  }
}
