package dev.eman.moco;

import static com.google.common.base.Preconditions.checkArgument;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The contrastive loss of MoCo (He et al. 2020, equation 1; van den Oord et al. 2018): the
 * cross-entropy of finding a query's own key among the negatives, by cosine similarity over T:
 *
 * <p>{@code L = −1/N Σᵢ log( exp(qᵢ·kᵢ/T) / (exp(qᵢ·kᵢ/T) + Σⱼ exp(qᵢ·nⱼ/T)) )}, {@code q = z /
 * max(‖z‖, 1e-12)}.
 *
 * <p>The gradient is with respect to the raw embeddings z; keys and negatives are constants. The
 * matrix {@code [N, K]} of similarities is reused from step to step.
 */
final class InfoNce {
  private static final double EPSILON = 1e-12;

  private final double temperature;
  private @Nullable INDArray similarities;

  InfoNce(double temperature) {
    this.temperature = temperature;
  }

  /**
   * The loss.
   *
   * @param value mean over the queries
   * @param gradient {@code [N, D]} with respect to the raw embeddings
   * @param directions the queries {@code [N, D]}, of unit length
   * @param top1 fraction of the queries that are nearest to their own key
   */
  record Result(double value, INDArray gradient, INDArray directions, double top1) {}

  /** Normalises rows to length 1, {@code x / max(‖x‖, 1e-12)}; returns a new array. */
  static INDArray directions(INDArray embeddings) {
    return embeddings.div(norms(embeddings));
  }

  private static INDArray norms(INDArray embeddings) {
    INDArray norms = embeddings.norm2(true, 1);
    return Transforms.max(norms, EPSILON, false);
  }

  /**
   * Computes value and gradient.
   *
   * @param embeddings z, {@code [N, D]}; read
   * @param keys k, {@code [N, D]}, of unit length; read
   * @param negatives n, {@code [K, D]} in c order, of unit length; read
   */
  Result of(INDArray embeddings, INDArray keys, INDArray negatives) {
    checkArgument(
        keys.equalShapes(embeddings) && negatives.size(1) == embeddings.size(1),
        "keys: expected the embeddings' shape [%s, %s] and negatives of the same width",
        embeddings.size(0),
        embeddings.size(1));
    long n = embeddings.size(0);
    INDArray norms = norms(embeddings);
    INDArray q = embeddings.dup('c').divi(norms);
    INDArray positives = q.mul(keys).sum(true, 1).divi(temperature);
    // In f order [K, N], one query's similarities lie side by side: c order [N, K].
    INDArray s = buffer(negatives.size(0), n, embeddings);
    INDArray bank = negatives.transpose();
    Nd4j.gemm(bank, q.transpose(), s, true, false, 1 / temperature, 0);
    INDArray rows = s.transpose();
    double[] highest = rows.max(true, 1).data().asDouble();
    Nd4j.exec(new SoftMax(rows, rows, -1));
    double[] probabilities = rows.max(true, 1).data().asDouble();
    double[] own = positives.dup().data().asDouble();
    double loss = 0;
    int nearest = 0;
    double[] forKey = new double[(int) n];
    double[] forNegatives = new double[(int) n];
    for (int i = 0; i < n; i++) {
      double negativesSum = highest[i] - Math.log(probabilities[i]);
      double top = Math.max(negativesSum, own[i]);
      double all = top + Math.log(Math.exp(negativesSum - top) + Math.exp(own[i] - top));
      loss += (all - own[i]) / n;
      nearest += own[i] > highest[i] ? 1 : 0;
      forKey[i] = (Math.exp(own[i] - all) - 1) / (n * temperature);
      forNegatives[i] = Math.exp(negativesSum - all) / (n * temperature);
    }
    INDArray dq = Nd4j.createUninitialized(q.dataType(), new long[] {q.size(1), n}, 'f');
    Nd4j.gemm(bank, s, dq, false, false, 1, 0);
    INDArray gradient = dq.transpose();
    gradient.muli(column(forNegatives, q));
    gradient.addi(keys.mul(column(forKey, q)));
    // Backpropagates through the normalisation: the component along q only changes the length.
    gradient.subi(q.mul(gradient.mul(q).sum(true, 1))).divi(norms);
    return new Result(loss, gradient, q, (double) nearest / n);
  }

  private static INDArray column(double[] values, INDArray like) {
    return Nd4j.createFromArray(values).reshape(values.length, 1).castTo(like.dataType());
  }

  private INDArray buffer(long negatives, long queries, INDArray like) {
    if (similarities == null
        || similarities.size(0) != negatives
        || similarities.size(1) != queries
        || similarities.dataType() != like.dataType()) {
      similarities =
          Nd4j.createUninitialized(like.dataType(), new long[] {negatives, queries}, 'f');
    }
    return similarities;
  }
}
