package dev.eman.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Features;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.nd4j.linalg.api.ndarray.INDArray;
import tagbio.umap.Umap;

/**
 * Images as points in the plane, close together if their features are, by UMAP (McInnes et al.
 * 2018, arXiv 1802.03426) on features of length 1. Colours are classes; UMAP does not use them. The
 * axes have no meaning.
 *
 * @param of whose features, in words
 * @param labels labels of the points
 * @param x as many coordinates as labels
 * @param y as many coordinates as labels
 */
public record FeatureMap(
    String of, ImmutableIntArray labels, ImmutableList<Double> x, ImmutableList<Double> y) {
  /** A map of fewer images shows nothing. */
  public static final int FEWEST = 4;

  private static final int NEIGHBORS = 15;
  private static final int EPOCHS = 300;
  private static final long SEED = 1; // The same features give the same map.
  private static final int WIDTH = 640;
  private static final int HEIGHT = 560;
  private static final int MARKER = 4;

  /** A legend of more classes is unreadable. */
  private static final int MOST_NAMES = Palette.SIZE;

  private static final int LONGEST_NAME = 24;

  /** Checks the lengths. */
  public FeatureMap {
    checkArgument(
        x.size() == labels.length() && y.size() == labels.length(),
        "map: expected %s points, got %s and %s coordinates",
        labels.length(),
        x.size(),
        y.size());
  }

  /**
   * Computes a map; the same features give the same map.
   *
   * @param of whose features, in words
   * @return null for fewer than {@value #FEWEST} images, and for features that are not finite
   */
  public static @Nullable FeatureMap of(Features features, String of) {
    int n = features.labels().length();
    float[][] rows = directions(features.values());
    if (n < FEWEST || rows == null) {
      return null;
    }
    float[][] points = inThePlane(rows);
    return new FeatureMap(of, features.labels(), column(points, 0), column(points, 1));
  }

  /** One at a time: the library counts the progress of all maps of a process together. */
  private static synchronized float[][] inThePlane(float[][] rows) {
    return new Umap()
        .setNumberComponents(2)
        .setNumberNearestNeighbours(Math.min(NEIGHBORS, rows.length - 1))
        .setNumberEpochs(EPOCHS)
        .setThreads(1)
        .setSeed(SEED)
        .fitTransform(rows);
  }

  private static float @Nullable [][] directions(INDArray values) {
    float[][] rows = values.toFloatMatrix();
    for (float[] row : rows) {
      double squares = 0;
      for (float v : row) {
        squares += v * (double) v;
      }
      if (!Double.isFinite(squares)) {
        return null;
      }
      float scale = (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
      for (int i = 0; i < row.length; i++) {
        row[i] *= scale;
      }
    }
    return rows;
  }

  private static ImmutableList<Double> column(float[][] points, int column) {
    return Arrays.stream(points)
        .map(p -> (double) p[column])
        .collect(ImmutableList.toImmutableList());
  }

  /** The map as JSON facts; {@link #read} reads them. */
  public Map<String, Object> facts() {
    return ImmutableMap.of("of", of, "labels", labels.toArray(), "x", x, "y", y);
  }

  /**
   * Reads a map written as {@link #facts}.
   *
   * @return null if it is missing or not such a map
   */
  static @Nullable FeatureMap read(JsonNode facts) {
    int n = facts.path("labels").size();
    if (n == 0 || facts.path("x").size() != n || facts.path("y").size() != n) {
      return null;
    }
    ImmutableIntArray.Builder labels = ImmutableIntArray.builder(n);
    facts.path("labels").forEach(label -> labels.add(label.asInt()));
    return new FeatureMap(
        facts.path("of").asText(),
        labels.build(),
        numbers(facts.path("x")),
        numbers(facts.path("y")));
  }

  private static ImmutableList<Double> numbers(JsonNode array) {
    ImmutableList.Builder<Double> numbers = ImmutableList.builder();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers.build();
  }

  /**
   * Writes an image, whole or not at all.
   *
   * @param classes class names by label
   */
  public void writePng(List<String> classes, Path file) {
    Charts.writePng(chart(classes), file);
  }

  /** The image as PNG. */
  byte[] png(List<String> classes) {
    try {
      return Charts.png(chart(classes));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Cannot happen in memory.
    }
  }

  private XYChart chart(List<String> classes) {
    XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(of).build();
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setMarkerSize(MARKER);
    chart.getStyler().setAxisTicksVisible(false);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setLegendVisible(classes.size() <= MOST_NAMES);
    for (int label = 0; label < classes.size(); label++) {
      List<Double> xs = new ArrayList<>();
      List<Double> ys = new ArrayList<>();
      for (int i = 0; i < labels.length(); i++) {
        if (labels.get(i) == label) {
          xs.add(x.get(i));
          ys.add(y.get(i));
        }
      }
      if (!xs.isEmpty()) {
        // Class names may repeat, names of a chart's series may not.
        XYSeries series =
            chart.addSeries(Integer.toString(label), Doubles.toArray(xs), Doubles.toArray(ys));
        series.setLabel(Html.shortened(classes.get(label), LONGEST_NAME));
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(Palette.color(label));
      }
    }
    return chart;
  }
}
