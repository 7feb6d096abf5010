package dev.eman.moco.internal;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Similarities of directions to those of a bank, {@code s = q·b / T}, and their softmax. The matrix
 * {@code [N, K]} is reused from step to step.
 */
public final class Similarities {
  private final double temperature;
  private @Nullable INDArray memory;

  /**
   * With nothing in it yet.
   *
   * @param temperature T, above 0
   */
  public Similarities(double temperature) {
    this.temperature = temperature;
  }

  /**
   * Of every direction to the whole bank.
   *
   * @param directions q, {@code [N, D]}; read
   * @param bank b, {@code [K, D]} in c order; read
   * @return {@code [N, K]} in c order: this object's memory, valid until the next call
   */
  public INDArray of(INDArray directions, INDArray bank) {
    // In f order [K, N], the similarities of one direction lie side by side: c order [N, K].
    INDArray s = memory(bank.size(0), directions.size(0), directions);
    Nd4j.gemm(bank.transpose(), directions.transpose(), s, true, false, 1 / temperature, 0);
    return s.transpose();
  }

  /** What a softmax of rows leaves known of them. */
  public static final class Softmax {
    private final double[] highest;
    private final double[] probability;

    private Softmax(double[] highest, double[] probability) {
      this.highest = highest;
      this.probability = probability;
    }

    /**
     * Replaces similarities by probabilities.
     *
     * @param rows {@code [N, K]}, as {@link Similarities#of} returned it; overwritten
     */
    public static Softmax inPlace(INDArray rows) {
      double[] highest = rows.max(true, 1).data().asDouble();
      return new Softmax(highest, dev.eman.core.loss.Softmax.ofInPlace(rows));
    }

    /** The largest similarity of a row. */
    public double highest(int row) {
      return highest[row];
    }

    /** The largest probability of a row. */
    public double probability(int row) {
      return probability[row];
    }

    /** The logarithm of the sum of the exponentials of a row's similarities. */
    public double logSum(int row) {
      return highest[row] - Math.log(probability[row]);
    }
  }

  /**
   * The sum of the bank's directions, each weighted: the gradient with respect to the directions is
   * this over T.
   *
   * @param weights {@code [N, K]}, as {@link #of} returned it; read
   * @param bank b, {@code [K, D]} in c order; read
   * @return {@code [N, D]} in c order, new
   */
  public static INDArray weighted(INDArray weights, INDArray bank) {
    long n = weights.size(0);
    INDArray sums = Nd4j.createUninitialized(bank.dataType(), new long[] {bank.size(1), n}, 'f');
    Nd4j.gemm(bank.transpose(), weights.transpose(), sums, false, false, 1, 0);
    return sums.transpose();
  }

  private INDArray memory(long bank, long directions, INDArray like) {
    if (memory == null
        || memory.size(0) != bank
        || memory.size(1) != directions
        || memory.dataType() != like.dataType()) {
      memory = Nd4j.createUninitialized(like.dataType(), new long[] {bank, directions}, 'f');
    }
    return memory;
  }
}
