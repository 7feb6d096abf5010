package dev.eman.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lines over steps, as inline SVG, perhaps within bands of their deviations. Long lines are
 * averaged in buckets.
 */
final class LineChart {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 270;
  private static final int LEFT = 66;
  private static final int BOTTOM = 44;
  private static final int TOP = 10;
  private static final int RIGHT = 20;
  private static final int MOST_POINTS = 200;
  private static final int TICKS = 5;

  /** Longer names are shortened in legends. */
  private static final int LONGEST_NAME = 48;

  /** A point, with the deviation of its value; 0 for a single run. */
  record Point(double step, double value, double deviation) {}

  private record Line(String name, List<Point> points) {}

  private final String title;
  private final String yTitle;
  private final boolean fractions;
  private final double scale;
  private final List<Line> lines = new ArrayList<>();

  private LineChart(String title, String yTitle, boolean fractions) {
    this.title = title;
    this.yTitle = yTitle;
    this.fractions = fractions;
    scale = fractions ? 100 : 1;
  }

  /** A chart of values as they are. */
  static LineChart of(String title, String yTitle) {
    return new LineChart(title, yTitle, false);
  }

  /** A chart of fractions, shown in percent. */
  static LineChart ofFractions(String title, String yTitle) {
    return new LineChart(title, yTitle + ", %", true);
  }

  /** Adds a line; without points only its colour is taken. */
  LineChart add(String name, List<Point> points) {
    lines.add(new Line(name, thinned(points)));
    return this;
  }

  /** The figure with its legend; empty without points. */
  String toHtml() {
    Frame frame = frame();
    if (frame == null) {
      return "";
    }
    StringBuilder svg = new StringBuilder();
    svg.append("<figure><figcaption>").append(Html.escape(title)).append("</figcaption>");
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT,
            Html.escape(title)));
    grid(svg, frame);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, frame, lines.get(i).points(), i);
    }
    svg.append("</svg><p class=\"legend\">");
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).points().isEmpty()) {
        svg.append("<span class=\"key c").append(i % Palette.SIZE);
        svg.append(Palette.isDashed(i) ? " dashed" : "");
        svg.append("\" title=\"").append(Html.escape(lines.get(i).name())).append("\">");
        svg.append(Html.escape(Html.shortened(lines.get(i).name(), LONGEST_NAME)));
        svg.append("</span> ");
      }
    }
    return svg.append("</p></figure>\n").toString();
  }

  /** The ranges of the axes. */
  private record Frame(double maxX, double low, double high, double tick) {
    double x(double step) {
      return LEFT + step / maxX * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
      return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM);
    }
  }

  /** Null without points. */
  private @Nullable Frame frame() {
    double maxX = 1;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (Line line : lines) {
      for (Point p : line.points()) {
        maxX = Math.max(maxX, p.step());
        min = Math.min(min, scale * edge(p, -p.deviation()));
        max = Math.max(max, scale * edge(p, p.deviation()));
      }
    }
    if (min > max) {
      return null;
    }
    double tick = tick(Math.max(max - min, Math.abs(max) * 1e-3 + 1e-9));
    double low = Math.floor(min / tick) * tick;
    return new Frame(maxX, low, Math.max(low + tick, Math.ceil(max / tick) * tick), tick);
  }

  /** The edge of a band: that of fractions does not go below none or above all. */
  private double edge(Point point, double above) {
    double value = point.value() + above;
    return fractions && above != 0 ? Math.min(1, Math.max(0, value)) : value;
  }

  private void draw(StringBuilder svg, Frame frame, List<Point> points, int number) {
    int color = number % Palette.SIZE;
    if (points.stream().anyMatch(p -> p.deviation() > 0)) {
      svg.append("<polygon class=\"band c").append(color).append("\" points=\"");
      points.forEach(p -> point(svg, frame, p, p.deviation()));
      for (int i = points.size() - 1; i >= 0; i--) {
        point(svg, frame, points.get(i), -points.get(i).deviation());
      }
      svg.append("\"/>");
    }
    if (points.size() == 1) { // A line of one point would be invisible.
      Point only = points.get(0);
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle class=\"c%d\" fill=\"currentColor\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
              color,
              frame.x(only.step()),
              frame.y(scale * only.value())));
    } else if (!points.isEmpty()) {
      svg.append("<polyline class=\"line c").append(color).append("\" points=\"");
      points.forEach(p -> point(svg, frame, p, 0));
      svg.append("\"/>");
    }
  }

  private void point(StringBuilder svg, Frame frame, Point point, double above) {
    double y = frame.y(scale * edge(point, above));
    svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", frame.x(point.step()), y));
  }

  private void grid(StringBuilder svg, Frame frame) {
    for (double v = frame.low(); v <= frame.high() + frame.tick() / 2; v += frame.tick()) {
      double y = frame.y(v);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>",
              LEFT,
              y,
              WIDTH - RIGHT,
              y));
      text(svg, "tick\" text-anchor=\"end", LEFT - 6, y + 4, label(v));
    }
    double stepX = tick(frame.maxX());
    int bottom = HEIGHT - BOTTOM;
    for (double v = 0; v <= frame.maxX(); v += stepX) {
      text(svg, "tick\" text-anchor=\"middle", frame.x(v), bottom + 18, label(v));
    }
    text(svg, "axis\" text-anchor=\"middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "step");
    double middle = (TOP + bottom) / 2.0;
    String turned = String.format(Locale.ROOT, "\" transform=\"rotate(-90 14 %.1f)", middle);
    text(svg, "axis\" text-anchor=\"middle" + turned, 14, middle, yTitle);
  }

  private static void text(StringBuilder svg, String style, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
            style,
            x,
            y,
            Html.escape(text)));
  }

  /** The tick distance: 1, 2 or 5 times a power of ten, for about five ticks. */
  private static double tick(double range) {
    double rough = range / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double first = rough / power;
    return power * (first <= 1 ? 1 : first <= 2 ? 2 : first <= 5 ? 5 : 10);
  }

  private static String label(double value) {
    double rounded = Math.abs(value) < 1e-12 ? 0 : value;
    if (rounded == Math.rint(rounded) && Math.abs(rounded) < 1e12) {
      return String.format(Locale.ROOT, "%,d", (long) rounded);
    }
    String text = String.format(Locale.ROOT, "%.6g", rounded);
    return text.contains(".") && !text.contains("e") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  private static List<Point> thinned(List<Point> points) {
    int bucket = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
    if (bucket <= 1) {
      return points;
    }
    List<Point> thin = new ArrayList<>();
    for (int i = 0; i < points.size(); i += bucket) {
      List<Point> part = points.subList(i, Math.min(points.size(), i + bucket));
      thin.add(
          new Point(
              part.stream().mapToDouble(Point::step).average().orElse(0),
              part.stream().mapToDouble(Point::value).average().orElse(0),
              part.stream().mapToDouble(Point::deviation).average().orElse(0)));
    }
    return thin;
  }
}
