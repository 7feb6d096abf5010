package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far embeddings of unit length are spread: the standard deviation of each dimension over a
 * batch, averaged over the dimensions (Chen and He 2021, arXiv 2011.10566, section 4.1). {@code
 * 1/√D} for directions that are spread evenly, 0 where all images get the same: collapse.
 */
public final class EmbeddingSpread {
  /** The name of the metric that algorithms report. */
  public static final String METRIC = "embedding_std";

  private EmbeddingSpread() {}

  /**
   * The spread.
   *
   * @param directions {@code [N, D]}, rows of length 1; read
   */
  public static double of(INDArray directions) {
    Arrays2d.checkMatrix("directions", directions);
    int rows = (int) directions.size(0);
    int width = (int) directions.size(1);
    double[] values = Arrays2d.read(directions);
    double sum = 0;
    for (int k = 0; k < width; k++) {
      double mean = 0;
      for (int i = 0; i < rows; i++) {
        mean += values[i * width + k];
      }
      mean /= rows;
      double squares = 0;
      for (int i = 0; i < rows; i++) {
        double d = values[i * width + k] - mean;
        squares += d * d;
      }
      sum += Math.sqrt(squares / rows);
    }
    return sum / width;
  }

  /** The width D of a network's first output. */
  public static int dimension(ComputationGraph graph) {
    String output = graph.getConfiguration().getNetworkOutputs().get(0);
    checkArgument(
        graph.getVertex(output).hasLayer()
            && graph.getLayer(output).conf().getLayer() instanceof FeedForwardLayer,
        "output \"%s\": expected a layer with a width, such as a linear one",
        output);
    return (int) ((FeedForwardLayer) graph.getLayer(output).conf().getLayer()).getNOut();
  }
}
