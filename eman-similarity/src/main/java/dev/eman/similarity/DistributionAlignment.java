package dev.eman.similarity;

import dev.eman.core.algorithm.RowRing;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Distribution alignment: predictions divided by what was predicted on average of late, {@code p'_k
 * ∝ p_k / mean_k}, so that all classes are predicted about as often (Berthelot et al. 2020, with a
 * uniform target). The average is over the means of the last batches, with this one.
 */
final class DistributionAlignment {
  private static final String MEANS = "batch_means";
  // A class that all batches leave at 0 stays at 0, rather than becoming NaN.
  private static final double LEAST = Float.MIN_NORMAL;

  private final RowRing means;

  /**
   * An alignment that has seen nothing.
   *
   * @param window batches in the average, at least 1
   */
  DistributionAlignment(int window, int classes, DataType type) {
    means = new RowRing(window, classes, type);
  }

  /** The mean {@code [1, K]} of probabilities {@code [N, K]}: what is to be {@link #add}ed. */
  static INDArray mean(INDArray probabilities) {
    return probabilities.mean(true, 0);
  }

  /**
   * Aligns a batch's predictions.
   *
   * @param probabilities {@code [N, K]}; read
   * @return {@code [N, K]}, rows of sum 1
   */
  INDArray align(INDArray probabilities) {
    INDArray average = mean(means.rowsWith(mean(probabilities)));
    INDArray aligned = probabilities.div(Transforms.max(average, LEAST, false));
    return aligned.divi(aligned.sum(true, 1));
  }

  /** Remembers the mean of a whole batch. */
  void add(INDArray batchMean) {
    means.add(batchMean);
  }

  Map<String, INDArray> state() {
    return means.state(MEANS);
  }
}
