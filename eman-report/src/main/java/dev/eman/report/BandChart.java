package dev.eman.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.awt.Color;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart of means as lines, each within a band of its deviations.
 *
 * @param title above the chart
 * @param xTitle title of the horizontal axis
 * @param yTitle title of the vertical axis
 * @param bands at least one, with different names
 */
public record BandChart(String title, String xTitle, String yTitle, ImmutableList<Band> bands) {
  private static final int OPACITY = 40;
  private static final int MARKER = 4;

  /** Lines of more points have no markers. */
  private static final int MOST_MARKERS = 50;

  /** Checks that there is at least one band. */
  public BandChart {
    checkArgument(!bands.isEmpty(), "bands: expected at least one, got none");
  }

  /**
   * A line and its band.
   *
   * @param name in the legend
   * @param color from 0; lines that belong together share one
   * @param dashed whether the line is dashed, to tell it from another of its colour
   * @param x at least one
   * @param means one per x
   * @param deviations to each side of the mean, one per x
   */
  public record Band(
      String name,
      int color,
      boolean dashed,
      ImmutableList<Double> x,
      ImmutableList<Double> means,
      ImmutableList<Double> deviations) {
    /** Checks the lengths. */
    public Band {
      checkArgument(
          !x.isEmpty() && means.size() == x.size() && deviations.size() == x.size(),
          "%s: expected as many means and deviations as x, got %s and %s for %s",
          name,
          means.size(),
          deviations.size(),
          x.size());
    }

    private boolean isFlat() {
      return deviations.stream().allMatch(deviation -> deviation == 0);
    }
  }

  /** Draws the chart as a PNG file, the lines above all bands. */
  public void write(Path file) {
    XYChart chart = Charts.chart(title, xTitle, yTitle, bands.size());
    chart.getStyler().setMarkerSize(MARKER);
    for (int i = 0; i < bands.size(); i++) {
      if (!bands.get(i).isFlat()) {
        area(chart, "band " + i, bands.get(i));
      }
    }
    for (int i = 0; i < bands.size(); i++) {
      Band band = bands.get(i);
      XYSeries line = Charts.add(chart, i, band.name(), band.x(), band.means(), null);
      line.setLineColor(Palette.color(band.color()));
      line.setMarkerColor(Palette.color(band.color()));
      line.setLineStyle(band.dashed() ? Charts.DASHED : Charts.SOLID);
      line.setMarker(band.x().size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    }
    Charts.writePng(chart, file);
  }

  /** Along the upper edge, and back along the lower one. */
  private static void area(XYChart chart, String name, Band band) {
    List<Double> x = new ArrayList<>(band.x());
    List<Double> y = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      y.add(band.means().get(i) + band.deviations().get(i));
    }
    for (int i = band.x().size() - 1; i >= 0; i--) {
      x.add(band.x().get(i));
      y.add(band.means().get(i) - band.deviations().get(i));
    }
    Color color = Palette.color(band.color());
    XYSeries series = chart.addSeries(name, x, y);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), OPACITY));
    series.setLineStyle(SeriesLines.NONE);
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(false);
  }
}
