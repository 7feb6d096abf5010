package dev.eman.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines over steps, as inline SVG. Long lines are averaged in buckets. */
final class LineChart {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 250;
  private static final int LEFT = 54;
  private static final int BOTTOM = 30;
  private static final int TOP = 10;
  private static final int RIGHT = 12;
  private static final int MOST_POINTS = 300;
  private static final int TICKS = 5;

  private final String title;
  private final Map<String, List<double[]>> lines = new LinkedHashMap<>();

  LineChart(String title) {
    this.title = title;
  }

  /** Adds a line of points (step, value), unless it is empty. */
  LineChart add(String name, List<double[]> points) {
    if (!points.isEmpty()) {
      lines.put(name, thinned(points));
    }
    return this;
  }

  /** The figure with its legend; empty without lines. */
  String toHtml() {
    if (lines.isEmpty()) {
      return "";
    }
    double maxX = 1;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (List<double[]> points : lines.values()) {
      for (double[] p : points) {
        maxX = Math.max(maxX, p[0]);
        min = Math.min(min, p[1]);
        max = Math.max(max, p[1]);
      }
    }
    double tick = tick(Math.max(max - min, Math.abs(max) * 1e-3 + 1e-9));
    double low = Math.floor(min / tick) * tick;
    double high = Math.max(low + tick, Math.ceil(max / tick) * tick);
    StringBuilder svg = new StringBuilder();
    svg.append("<figure><figcaption>").append(Html.escape(title)).append("</figcaption>");
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            Html.escape(title)));
    grid(svg, low, high, tick, maxX);
    int color = 0;
    for (List<double[]> points : lines.values()) {
      svg.append("<polyline class=\"line c").append(color++ % Html.COLORS).append("\" points=\"");
      for (double[] p : points) {
        double x = LEFT + p[0] / maxX * (WIDTH - LEFT - RIGHT);
        double y = y(p[1], low, high);
        svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      }
      svg.append("\"/>");
      if (points.size() == 1) { // A line of one point would be invisible.
        double x = LEFT + points.get(0)[0] / maxX * (WIDTH - LEFT - RIGHT);
        double y = y(points.get(0)[1], low, high);
        svg.append(
            String.format(
                Locale.ROOT,
                "<circle class=\"c%d\" fill=\"currentColor\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                (color - 1) % Html.COLORS,
                x,
                y));
      }
    }
    svg.append("</svg><p class=\"legend\">");
    color = 0;
    for (String name : lines.keySet()) {
      svg.append("<span class=\"key c")
          .append(color++ % Html.COLORS)
          .append("\">")
          .append(Html.escape(name))
          .append("</span> ");
    }
    return svg.append("</p></figure>\n").toString();
  }

  private static void grid(StringBuilder svg, double low, double high, double tick, double maxX) {
    for (double v = low; v <= high + tick / 2; v += tick) {
      double y = y(v, low, high);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                  + "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>",
              LEFT,
              y,
              WIDTH - RIGHT,
              y,
              LEFT - 6,
              y + 4,
              label(v)));
    }
    double stepX = tick(maxX);
    for (double v = 0; v <= maxX; v += stepX) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>",
              LEFT + v / maxX * (WIDTH - LEFT - RIGHT),
              HEIGHT - BOTTOM + 18,
              label(v)));
    }
  }

  private static double y(double value, double low, double high) {
    return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM);
  }

  /** The tick distance: 1, 2 or 5 times a power of ten, for about five ticks. */
  private static double tick(double range) {
    double rough = range / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double first = rough / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
  }

  private static String label(double value) {
    String text = String.format(Locale.ROOT, "%.6g", Math.abs(value) < 1e-12 ? 0 : value);
    return text.contains(".") && !text.contains("e") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  private static List<double[]> thinned(List<double[]> points) {
    int bucket = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
    if (bucket <= 1) {
      return points;
    }
    List<double[]> thin = new ArrayList<>();
    for (int i = 0; i < points.size(); i += bucket) {
      List<double[]> part = points.subList(i, Math.min(points.size(), i + bucket));
      thin.add(
          new double[] {
            part.stream().mapToDouble(p -> p[0]).average().orElse(0),
            part.stream().mapToDouble(p -> p[1]).average().orElse(0)
          });
    }
    return thin;
  }
}
