package dev.eman.similarity;

import dev.eman.core.loss.Softmax;
import dev.eman.core.nn.MatrixProducts;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Cosine similarities between embeddings of length 1. */
public final class Similarities {
  private Similarities() {}

  /**
   * The logits {@code e·b / T}.
   *
   * @param embeddings e, {@code [N, D]}
   * @param others b, {@code [M, D]}
   * @param temperature T above 0
   * @return {@code [N, M]}, newly allocated
   */
  public static INDArray logits(INDArray embeddings, INDArray others, double temperature) {
    return MatrixProducts.ofRows(embeddings, others).divi(temperature);
  }

  /** How near each of others is: the softmax of {@link #logits} over them. */
  public static INDArray softmax(INDArray embeddings, INDArray others, double temperature) {
    return Softmax.of(logits(embeddings, others, temperature));
  }
}
