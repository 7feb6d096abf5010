package dev.eman.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Charts as PNG files, each written whole or not at all. */
public final class Charts {
  private static final int WIDTH = 860;

  /** Where many groups need more. */
  private static final int GROUP_WIDTH = 100;

  /** Without the legend, which has a row for each series. */
  private static final int HEIGHT = 440;

  private static final int LEGEND_ROW = 20;
  private static final int LONGEST_NAME = 80;

  /** Pixels of a character in a group's name. */
  private static final int CHARACTER = 8;

  private static final int MARKER = 5;
  private static final int POINT = 9;

  /** The part of a group's width over which its points are spread. */
  private static final double SPREAD = 0.7;

  /** A line comes so close to another that one hides the other: this part of the height. */
  private static final double CLOSE = 0.01;

  static final BasicStroke SOLID = new BasicStroke(2);
  private static final BasicStroke BROAD = new BasicStroke(8);
  static final BasicStroke DASHED =
      new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {8, 5}, 0);

  /**
   * Lines in one chart, of which one may hide another.
   *
   * @param xTitle title of the horizontal axis
   * @param yTitle title of the vertical axis
   * @param logarithmic whether the horizontal axis is logarithmic; every x is above 0 then
   * @param lines at least one, with different names
   */
  public record Lines(
      String xTitle, String yTitle, boolean logarithmic, ImmutableList<Line> lines) {
    /** Checks that there is at least one line. */
    public Lines {
      checkArgument(!lines.isEmpty(), "lines: expected at least one, got none");
    }
  }

  /**
   * A line through points.
   *
   * @param name in the legend
   * @param x at least one
   * @param y one per x
   */
  public record Line(String name, ImmutableList<Double> x, ImmutableList<Double> y) {
    /** Checks the lengths. */
    public Line {
      checkArgument(
          !x.isEmpty() && x.size() == y.size(),
          "%s: expected as many y as x, got %s for %s",
          name,
          y.size(),
          x.size());
    }

    /** Whether this line hides most of another if it is drawn over it. */
    private boolean covers(Line other) {
      if (!x.equals(other.x)) {
        return false;
      }
      double range =
          Math.max(Collections.max(y), Collections.max(other.y))
              - Math.min(Collections.min(y), Collections.min(other.y));
      int near = 0;
      for (int i = 0; i < y.size(); i++) {
        near += Math.abs(y.get(i) - other.y.get(i)) <= CLOSE * range ? 1 : 0;
      }
      return near > y.size() / 2;
    }
  }

  /**
   * Points with error bars, in groups side by side.
   *
   * @param title above the chart
   * @param xTitle title of the horizontal axis: what the groups are
   * @param yTitle title of the vertical axis
   * @param groups names of the groups, at least one
   * @param series at least one, with different names
   */
  public record Points(
      String title,
      String xTitle,
      String yTitle,
      ImmutableList<String> groups,
      ImmutableList<PointSeries> series) {
    /** Checks that every series has one point per group. */
    public Points {
      checkArgument(
          !groups.isEmpty() && !series.isEmpty(),
          "points: expected at least one group and one series, got %s and %s",
          groups.size(),
          series.size());
      for (PointSeries one : series) {
        checkArgument(
            one.means().size() == groups.size() && one.deviations().size() == groups.size(),
            "%s: expected %s points, got %s means and %s deviations",
            one.name(),
            groups.size(),
            one.means().size(),
            one.deviations().size());
      }
    }
  }

  /**
   * Points of one colour, one per group.
   *
   * @param name in the legend
   * @param means of the points; NaN for a missing one
   * @param deviations half the length of the error bars
   */
  public record PointSeries(
      String name, ImmutableList<Double> means, ImmutableList<Double> deviations) {}

  private Charts() {}

  /** Draws lines. One that another hides is broad and faint below it. */
  public static void write(Lines content, Path file) {
    XYChart chart = chart("", content.xTitle(), content.yTitle(), content.lines().size());
    chart.getStyler().setXAxisLogarithmic(content.logarithmic());
    chart.getStyler().setMarkerSize(MARKER);
    for (int i = 0; i < content.lines().size(); i++) {
      Line line = content.lines().get(i);
      XYSeries series = add(chart, i, line.name(), line.x(), line.y(), null);
      boolean hides = content.lines().subList(0, i).stream().anyMatch(line::covers);
      boolean hidden =
          content.lines().subList(i + 1, content.lines().size()).stream()
              .anyMatch(later -> later.covers(line));
      series.setLineStyle(hidden ? BROAD : hides || Palette.isDashed(i) ? DASHED : SOLID);
      if (hidden) {
        series.setLineColor(Palette.faint(i));
        series.setMarker(SeriesMarkers.NONE);
      }
    }
    writePng(chart, file);
  }

  /** Draws points with error bars, and a line at zero where they are on both sides of it. */
  public static void write(Points content, Path file) {
    int groups = content.groups().size();
    int count = content.series().size();
    int width = Math.max(WIDTH, GROUP_WIDTH * groups);
    XYChart chart = chart(width, content.title(), content.xTitle(), content.yTitle(), count);
    XYStyler style = chart.getStyler();
    style.setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    style.setErrorBarsColorSeriesColor(true);
    style.setMarkerSize(POINT);
    style.setPlotGridVerticalLinesVisible(false);
    style.setXAxisMin(-0.5);
    style.setXAxisMax(groups - 0.5);
    style.setXAxisTicksVisible(false);
    style.setAnnotationTextFont(style.getAxisTickLabelsFont());
    frame(chart, content);
    for (int i = 0; i < count; i++) {
      PointSeries points = content.series().get(i);
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      List<Double> deviations = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        if (!points.means().get(g).isNaN()) {
          x.add(g + (i - (count - 1) / 2.0) * SPREAD / count);
          y.add(points.means().get(g));
          deviations.add(points.deviations().get(g));
        }
      }
      if (!x.isEmpty()) {
        add(chart, i, points.name(), x, y, deviations).setMarker(SeriesMarkers.CIRCLE);
      }
    }
    writePng(chart, file);
  }

  /** The vertical axis, its zero, and names of the groups: XChart's ticks cannot be placed. */
  private static void frame(XYChart chart, Points content) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (PointSeries series : content.series()) {
      for (int g = 0; g < series.means().size(); g++) {
        if (!series.means().get(g).isNaN()) {
          low = Math.min(low, series.means().get(g) - series.deviations().get(g));
          high = Math.max(high, series.means().get(g) + series.deviations().get(g));
        }
      }
    }
    double margin = Math.max((high - low) / 8, 0.5);
    chart.getStyler().setYAxisMin(low - 1.5 * margin);
    chart.getStyler().setYAxisMax(high + margin / 2);
    int groups = content.groups().size();
    for (int g = 0; g < groups; g++) {
      String name = text(content.groups().get(g), chart.getWidth() / CHARACTER / groups);
      chart.addAnnotation(new AnnotationText(name, g, low - margin, false));
    }
    if (low < 0 && high > 0) {
      chart.getStyler().setAnnotationLineColor(Color.GRAY);
      chart.addAnnotation(new AnnotationLine(0, false, false));
    }
  }

  static XYChart chart(String title, String xTitle, String yTitle, int series) {
    return chart(WIDTH, title, xTitle, yTitle, series);
  }

  private static XYChart chart(int width, String title, String xTitle, String yTitle, int series) {
    XYChart chart =
        new XYChartBuilder()
            .width(width)
            .height(HEIGHT + LEGEND_ROW * series)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    chart.getStyler().setChartTitleVisible(!title.isEmpty());
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    return chart;
  }

  /** Adds a series by its number: names are shortened, and may then be equal. */
  static XYSeries add(
      XYChart chart,
      int number,
      String name,
      List<Double> x,
      List<Double> y,
      @Nullable List<Double> deviations) {
    XYSeries series = chart.addSeries(Integer.toString(number), x, y, deviations);
    series.setLabel(text(name, LONGEST_NAME));
    series.setLineColor(Palette.color(number));
    series.setMarkerColor(Palette.color(number));
    return series;
  }

  /** A name as long as fits; a blank for an empty one, which Java2D cannot lay out. */
  private static String text(String name, int longest) {
    return name.isEmpty() ? " " : Html.shortened(name, longest);
  }

  static void writePng(Chart<?, ?> chart, Path file) {
    AtomicFiles.save(file, out -> BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG));
  }

  static byte[] png(Chart<?, ?> chart) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
    return out.toByteArray();
  }
}
