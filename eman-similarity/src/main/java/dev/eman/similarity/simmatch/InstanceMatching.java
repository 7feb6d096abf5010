package dev.eman.similarity.simmatch;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.MatrixProducts;
import dev.eman.similarity.Similarities;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weak and strong views compared with the bank: strong views learn to have the same neighbours as
 * weak ones, of which those count more whose class is the predicted one.
 *
 * @param folded how near each class of the bank is to the weak views {@code [M, K]}
 * @param loss mean over the images
 * @param gradient of the loss with respect to the strong views' embeddings {@code [M, D]}
 */
record InstanceMatching(INDArray folded, double loss, INDArray gradient) {
  /** Similarities on the Java heap at a time: a bank may have 100,000 entries and more. */
  private static final int BLOCK = 1 << 20;

  /**
   * Compares a batch.
   *
   * @param weak embeddings of length 1 {@code [M, D]}, constants
   * @param strong of the same images
   * @param semantic aligned predictions for the weak views {@code [M, K]}
   * @param bank at least one entry
   */
  static InstanceMatching of(
      INDArray weak,
      INDArray strong,
      INDArray semantic,
      LabeledBank.Entries bank,
      SimMatchConfig config) {
    long rows = Math.max(1, BLOCK / bank.labels().length());
    if (rows < weak.size(0)) {
      // ND4J 1.0.0-M2.1 takes later rows of a view for empty ones, and these may be views.
      return inBlocks(weak.dup('c'), strong.dup('c'), semantic.dup('c'), bank, config, rows);
    }
    return inBlocks(weak, strong, semantic, bank, config, weak.size(0));
  }

  private static InstanceMatching inBlocks(
      INDArray weak,
      INDArray strong,
      INDArray semantic,
      LabeledBank.Entries bank,
      SimMatchConfig config,
      long rows) {
    INDArray folded = Nd4j.zeros(semantic.dataType(), semantic.shape());
    INDArray gradient = Nd4j.zeros(strong.dataType(), strong.shape());
    ExampleWeights mean = ExampleWeights.uniform().dividedBy((double) weak.size(0));
    double loss = 0;
    for (long from = 0; from < weak.size(0); from += rows) {
      long to = Math.min(weak.size(0), from + rows);
      INDArray near =
          Similarities.softmax(
              StepContext.rows(weak, from, to), bank.embeddings(), config.teacherTemperature());
      StepContext.rows(folded, from, to).assign(fold(near, bank.labels(), semantic.size(1)));
      INDArray instance = unfold(near, StepContext.rows(semantic, from, to), bank.labels());
      INDArray logits =
          Similarities.logits(
              StepContext.rows(strong, from, to), bank.embeddings(), config.studentTemperature());
      LossValue part = SoftmaxCrossEntropy.withTargets(logits, instance, mean);
      loss += part.value();
      StepContext.rows(gradient, from, to)
          .assign(
              MatrixProducts.of(part.gradient(), bank.embeddings())
                  .divi(config.studentTemperature()));
    }
    return new InstanceMatching(folded, loss, gradient);
  }

  /**
   * The sum over the entries of each class {@code [M, K]}.
   *
   * @param near how near each entry is {@code [M, L]}; rows of sum 1
   */
  static INDArray fold(INDArray near, ImmutableIntArray labels, long classes) {
    double[][] sums = new double[(int) near.size(0)][(int) classes];
    double[] values = near.dup('c').data().asDouble();
    for (int i = 0, at = 0; i < sums.length; i++) {
      for (int j = 0; j < labels.length(); j++) {
        sums[i][labels.get(j)] += values[at++];
      }
    }
    return Nd4j.createFromArray(sums).castTo(near.dataType());
  }

  /**
   * The instance pseudo labels {@code [M, L]}: {@code q_j ∝ near_j semantic(class of j)}, rows of
   * sum 1; near itself where nothing of the predicted classes is in the bank.
   */
  static INDArray unfold(INDArray near, INDArray semantic, ImmutableIntArray labels) {
    double[] values = near.dup('c').data().asDouble();
    double[] classes = semantic.dup('c').data().asDouble();
    int k = (int) semantic.size(1);
    for (int i = 0; i < near.size(0); i++) {
      int row = i * labels.length();
      double sum = 0;
      for (int j = 0; j < labels.length(); j++) {
        sum += values[row + j] * classes[i * k + labels.get(j)];
      }
      for (int j = 0; j < labels.length() && sum != 0; j++) {
        values[row + j] *= classes[i * k + labels.get(j)] / sum;
      }
    }
    return Nd4j.createFromArray(values).castTo(near.dataType()).reshape('c', near.shape());
  }
}
