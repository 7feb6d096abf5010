package dev.eman.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Charts as PNG files, each written whole or not at all. */
public final class Charts {
  private static final int LINES_WIDTH = 760;
  private static final int BARS_WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int MARKER = 5;

  /**
   * Lines in one chart.
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
  }

  /**
   * Groups of bars with error bars.
   *
   * @param title above the chart
   * @param yTitle title of the vertical axis
   * @param yMin start of the vertical axis
   * @param groups names of the groups, at least one, none empty
   * @param series at least one, with different names; each has a bar in every group
   */
  public record Bars(
      String title,
      String yTitle,
      double yMin,
      ImmutableList<String> groups,
      ImmutableList<BarSeries> series) {
    /** Checks that every series has one bar per group. */
    public Bars {
      checkArgument(
          !groups.isEmpty() && !series.isEmpty(),
          "bars: expected at least one group and one series, got %s and %s",
          groups.size(),
          series.size());
      for (BarSeries one : series) {
        checkArgument(
            one.heights().size() == groups.size() && one.deviations().size() == groups.size(),
            "%s: expected %s bars, got %s heights and %s deviations",
            one.name(),
            groups.size(),
            one.heights().size(),
            one.deviations().size());
      }
    }
  }

  /**
   * Bars of one colour, one per group.
   *
   * @param name in the legend
   * @param heights of the bars; 0 for a missing one
   * @param deviations half the length of the error bars
   */
  public record BarSeries(
      String name, ImmutableList<Double> heights, ImmutableList<Double> deviations) {}

  private Charts() {}

  /** Draws lines. */
  public static void write(Lines content, Path file) {
    XYChart chart =
        new XYChartBuilder()
            .width(LINES_WIDTH)
            .height(HEIGHT)
            .xAxisTitle(content.xTitle())
            .yAxisTitle(content.yTitle())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisLogarithmic(content.logarithmic());
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setMarkerSize(MARKER);
    content.lines().forEach(line -> chart.addSeries(line.name(), line.x(), line.y()));
    writePng(chart, file);
  }

  /** Draws bars. */
  public static void write(Bars content, Path file) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(BARS_WIDTH)
            .height(HEIGHT)
            .title(content.title())
            .yAxisTitle(content.yTitle())
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setYAxisMin(content.yMin());
    content
        .series()
        .forEach(
            bars ->
                chart.addSeries(bars.name(), content.groups(), bars.heights(), bars.deviations()));
    writePng(chart, file);
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
