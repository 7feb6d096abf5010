package dev.eman.similarity.comatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.StepContext;
import dev.eman.core.loss.Softmax;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GraphContrastTest {
  @ParameterizedTest
  @CsvSource({"1, 3, 0.5", "8, 3, 0.3", "6, 10, 0", "6, 10, 1"})
  void graph_anyTargets_rowsSumToOneAndShortEdgesAreCut(int m, int classes, double threshold) {
    Nd4j.getRandom().setSeed(m);
    INDArray targets = Softmax.of(Nd4j.randn(DataType.DOUBLE, m, classes).muli(3));
    double[][] products = targets.mmul(targets.transpose()).toDoubleMatrix();
    double[][] graph = GraphContrast.graph(targets, threshold);
    for (int i = 0; i < m; i++) {
      assertEquals(1, Arrays.stream(graph[i]).sum(), 1e-12);
      for (int j = 0; j < m; j++) {
        boolean edge = i == j || products[i][j] >= threshold;
        double expected = !edge ? 0 : i == j ? graph[i][i] : graph[i][i] * products[i][j];
        assertEquals(expected, graph[i][j], 1e-12);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 0.2", "5, 3, 0.2", "4, 6, 1"})
  void of_any_gradientIsTheSlope(int m, int width, double temperature) {
    Nd4j.getRandom().setSeed(m);
    INDArray both = Nd4j.randn(DataType.DOUBLE, 2 * m, width).divi(2);
    double[][] graph = GraphContrast.graph(Softmax.of(Nd4j.randn(DataType.DOUBLE, m, 4)), 0.2);
    INDArray gradient = contrast(both, graph, temperature).gradient();
    double h = 1e-6;
    for (int i = 0; i < both.length(); i++) {
      double at = both.getDouble(i);
      both.putScalar(i, at + h);
      double above = contrast(both, graph, temperature).loss();
      both.putScalar(i, at - h);
      double below = contrast(both, graph, temperature).loss();
      both.putScalar(i, at);
      assertEquals((above - below) / (2 * h), gradient.getDouble(i), 1e-7);
    }
  }

  private static GraphContrast contrast(INDArray both, double[][] graph, double temperature) {
    long m = both.size(0) / 2;
    return GraphContrast.of(
        StepContext.rows(both, 0, m), StepContext.rows(both, m, 2 * m), graph, temperature);
  }

  /** Two pairs of six have targets that agree. */
  @Test
  void edgeShare_someAgree_isTheirPart() {
    INDArray targets = Nd4j.createFromArray(new double[][] {{1, 0, 0}, {0.9, 0.1, 0}, {0, 0, 1}});
    INDArray views = Nd4j.eye(3).castTo(DataType.DOUBLE);
    double[][] graph = GraphContrast.graph(targets, 0.8);
    assertEquals(2 / 6.0, GraphContrast.of(views, views, graph, 0.2).edgeShare(), 1e-12);
  }
}
