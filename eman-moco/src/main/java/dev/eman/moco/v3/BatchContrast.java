package dev.eman.moco.v3;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.loss.Directions;
import dev.eman.moco.internal.Similarities;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One direction of the loss of MoCo v3 (Chen et al. 2021, algorithm 1): the cross-entropy of
 * finding a query's own key among the keys of its batch,
 *
 * <p>{@code L = −2T/N Σᵢ log( exp(qᵢ·kᵢ/T) / Σⱼ exp(qᵢ·kⱼ/T) )}, {@code q} as in {@link
 * Directions}.
 *
 * <p>The factor 2T keeps the gradient's size from depending on the temperature. The gradient is
 * with respect to the raw embeddings z; keys are constants. The matrix {@code [N, N]} of
 * similarities is reused from step to step.
 */
final class BatchContrast {
  private final double temperature;
  private final Similarities similarities;

  BatchContrast(double temperature) {
    this.temperature = temperature;
    this.similarities = new Similarities(temperature);
  }

  /**
   * The loss.
   *
   * @param value mean over the queries, times 2T
   * @param gradient {@code [N, D]} with respect to the raw embeddings
   * @param directions the queries {@code [N, D]}, of unit length
   * @param top1 fraction of the queries that are nearest to their own key
   */
  record Result(double value, INDArray gradient, INDArray directions, double top1) {}

  /**
   * Computes value and gradient.
   *
   * @param embeddings z, {@code [N, D]}; read
   * @param keys k, {@code [N, D]} in c order, of unit length; read
   */
  Result of(INDArray embeddings, INDArray keys) {
    checkArgument(
        keys.equalShapes(embeddings),
        "keys: expected the embeddings' shape [%s, %s]",
        embeddings.size(0),
        embeddings.size(1));
    int n = (int) embeddings.size(0);
    Directions directions = Directions.of(embeddings);
    INDArray q = directions.unit();
    double[] own = q.mul(keys).sum(true, 1).divi(temperature).dup().data().asDouble();
    INDArray rows = similarities.of(q, keys);
    long[] nearest = rows.argMax(1).toLongVector();
    Similarities.Softmax softmax = Similarities.Softmax.inPlace(rows);
    double loss = 0;
    double top1 = 0;
    for (int i = 0; i < n; i++) {
      loss += (softmax.logSum(i) - own[i]) / n;
      top1 += nearest[i] == i ? 1.0 / n : 0;
    }
    // The 2T of the loss and the 1/T of the similarities leave 2.
    INDArray gradient = Similarities.weighted(rows, keys).subi(keys).muli(2.0 / n);
    return new Result(2 * temperature * loss, directions.backwardInPlace(gradient), q, top1);
  }
}
