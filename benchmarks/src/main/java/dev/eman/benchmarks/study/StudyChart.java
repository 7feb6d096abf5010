package dev.eman.benchmarks.study;

import dev.eman.report.Charts;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Curves as a PNG. */
final class StudyChart {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 480;
  private static final int MARKER = 5;

  private final XYChart chart;

  StudyChart(String x, String y, boolean logarithmic) {
    chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).xAxisTitle(x).yAxisTitle(y).build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisLogarithmic(logarithmic);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setMarkerSize(MARKER);
  }

  void add(String name, List<Double> x, List<Double> y) {
    chart.addSeries(name, x, y);
  }

  void write(Path file) {
    Charts.writePng(chart, file);
  }
}
