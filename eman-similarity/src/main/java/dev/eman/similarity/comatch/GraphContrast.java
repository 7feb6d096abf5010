package dev.eman.similarity.comatch;

import dev.eman.core.loss.Softmax;
import dev.eman.core.nn.MatrixProducts;
import dev.eman.similarity.Similarities;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Two graphs of the images of a batch: pairs whose targets agree are pairs whose embeddings shall
 * be near, {@code L = −1/M Σ_ij G_ij log(S_ij + 1e-7)} with S the softmax over j of the
 * similarities of one strong view of i to the other strong view of j.
 *
 * @param loss mean over the images
 * @param gradient of the loss with respect to both views' embeddings {@code [2 M, D]}
 * @param edgeShare part of the pairs of different images that are edges
 */
record GraphContrast(double loss, INDArray gradient, double edgeShare) {
  private static final double EPSILON = 1e-7;

  /**
   * The graph of the targets {@code [M, M]}: {@code G_ij ∝ t_i·t_j} where that reaches the
   * threshold, each image being a pair with itself of weight 1; rows of sum 1.
   *
   * @param targets {@code [M, K]}
   * @param edgeThreshold in [0, 1]
   */
  static double[][] graph(INDArray targets, double edgeThreshold) {
    double[][] graph = MatrixProducts.ofRows(targets, targets).toDoubleMatrix();
    for (int i = 0; i < graph.length; i++) {
      double sum = 0;
      for (int j = 0; j < graph.length; j++) {
        graph[i][j] = i == j ? 1 : graph[i][j] >= edgeThreshold ? graph[i][j] : 0;
        sum += graph[i][j];
      }
      for (int j = 0; j < graph.length; j++) {
        graph[i][j] /= sum;
      }
    }
    return graph;
  }

  /**
   * Compares the views.
   *
   * @param first embeddings of length 1 {@code [M, D]}
   * @param second of the other view
   * @param graph rows of sum 1 {@code [M, M]}
   * @param temperature T above 0
   */
  static GraphContrast of(INDArray first, INDArray second, double[][] graph, double temperature) {
    int m = graph.length;
    double[][] near = Softmax.of(Similarities.logits(first, second, temperature)).toDoubleMatrix();
    double loss = 0;
    long edges = 0;
    for (int i = 0; i < m; i++) {
      loss += replaceByGradient(near[i], graph[i], m * temperature) / m;
      for (int j = 0; j < m; j++) {
        edges += i != j && graph[i][j] > 0 ? 1 : 0;
      }
    }
    INDArray slope = Nd4j.createFromArray(near).castTo(first.dataType());
    INDArray gradient =
        Nd4j.vstack(MatrixProducts.of(slope, second), MatrixProducts.ofColumns(slope, first));
    return new GraphContrast(loss, gradient, m == 1 ? 0 : edges / (m * (m - 1.0)));
  }

  /**
   * One row's loss; replaces its softmax s by {@code s_j (w_j − Σ_k s_k w_k) / scale} with {@code w
   * = −g / (s + 1e-7)}.
   */
  private static double replaceByGradient(double[] s, double[] g, double scale) {
    double loss = 0;
    double mean = 0;
    for (int j = 0; j < s.length; j++) {
      loss -= g[j] * Math.log(s[j] + EPSILON);
      mean -= s[j] * g[j] / (s[j] + EPSILON);
    }
    for (int j = 0; j < s.length; j++) {
      s[j] *= (-g[j] / (s[j] + EPSILON) - mean) / scale;
    }
    return loss;
  }
}
