package dev.eman.moco.internal;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.loss.Directions;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The contrastive loss of MoCo (He et al. 2020, equation 1; van den Oord et al. 2018): the
 * cross-entropy of finding a query's own key among the negatives, by cosine similarity over T:
 *
 * <p>{@code L = −1/N Σᵢ log( exp(qᵢ·kᵢ/T) / (exp(qᵢ·kᵢ/T) + Σⱼ exp(qᵢ·nⱼ/T)) )}, {@code q} as in
 * {@link Directions}.
 *
 * <p>The gradient is with respect to the raw embeddings z; keys and negatives are constants. The
 * matrix {@code [N, K]} of similarities is reused from step to step.
 */
public final class InfoNce {
  private final double temperature;
  private final Similarities similarities;

  /**
   * The loss at a temperature.
   *
   * @param temperature T, above 0
   */
  public InfoNce(double temperature) {
    this.temperature = temperature;
    this.similarities = new Similarities(temperature);
  }

  /**
   * The loss.
   *
   * @param value mean over the queries
   * @param gradient {@code [N, D]} with respect to the raw embeddings
   * @param directions the queries {@code [N, D]}, of unit length
   * @param top1 fraction of the queries that are nearest to their own key
   */
  public record Result(double value, INDArray gradient, INDArray directions, double top1) {}

  /**
   * Computes value and gradient.
   *
   * @param embeddings z, {@code [N, D]}; read
   * @param keys k, {@code [N, D]}, of unit length; read
   * @param negatives n, {@code [K, D]} in c order, of unit length; read
   */
  public Result of(INDArray embeddings, INDArray keys, INDArray negatives) {
    checkArgument(
        keys.equalShapes(embeddings) && negatives.size(1) == embeddings.size(1),
        "keys: expected the embeddings' shape [%s, %s] and negatives of the same width",
        embeddings.size(0),
        embeddings.size(1));
    long n = embeddings.size(0);
    Directions directions = Directions.of(embeddings);
    INDArray q = directions.unit();
    double[] own = q.mul(keys).sum(true, 1).divi(temperature).dup().data().asDouble();
    INDArray rows = similarities.of(q, negatives);
    Similarities.Softmax softmax = Similarities.Softmax.inPlace(rows);
    double loss = 0;
    int nearest = 0;
    double[] forKey = new double[(int) n];
    double[] forNegatives = new double[(int) n];
    for (int i = 0; i < n; i++) {
      double negativesSum = softmax.logSum(i);
      double top = Math.max(negativesSum, own[i]);
      double all = top + Math.log(Math.exp(negativesSum - top) + Math.exp(own[i] - top));
      loss += (all - own[i]) / n;
      nearest += own[i] > softmax.highest(i) ? 1 : 0;
      forKey[i] = (Math.exp(own[i] - all) - 1) / (n * temperature);
      forNegatives[i] = Math.exp(negativesSum - all) / (n * temperature);
    }
    INDArray gradient = Similarities.weighted(rows, negatives);
    gradient.muli(column(forNegatives, q));
    gradient.addi(keys.mul(column(forKey, q)));
    return new Result(loss, directions.backwardInPlace(gradient), q, (double) nearest / n);
  }

  private static INDArray column(double[] values, INDArray like) {
    return Nd4j.createFromArray(values).reshape(values.length, 1).castTo(like.dataType());
  }
}
