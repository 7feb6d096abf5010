package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
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
    checkArgument(
        directions.rank() == 2,
        "directions: expected [N, D], got %s",
        Arrays.toString(directions.shape()));
    int rows = (int) directions.size(0);
    int width = (int) directions.size(1);
    double[] values = directions.dup('c').data().asDouble();
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
}
