package dev.eman.core.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.NonFiniteException;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.MatrixProducts;
import dev.eman.core.optimizer.Optimizer;
import dev.eman.core.optimizer.Segment;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A linear classifier on frozen features: {@code logits = x W + b}, trained with SGD of momentum
 * 0.9, without weight decay in the protocol of He et al. 2020 (section 4.1). It starts from zeros
 * and needs no seed.
 */
public final class LinearProbe {
  private static final double MOMENTUM = 0.9;

  private final INDArray parameters;
  private final INDArray weights;
  private final INDArray bias;
  private final INDArray gradient;
  private final INDArray weightGradient;
  private final INDArray biasGradient;
  private final INDArray buffer;
  private final LinearLayer layer;
  private final Optimizer optimizer;

  /** {@code [N, 1]}, of the last batch's length. */
  private INDArray ones = Nd4j.ones(DataType.FLOAT, 1, 1);

  /**
   * An untrained classifier without weight decay.
   *
   * @param features F, length of the feature vector, at least 1
   * @param classes K, number of classes, at least 1
   */
  public LinearProbe(int features, int classes) {
    this(features, classes, 0);
  }

  /**
   * An untrained classifier.
   *
   * @param features F, length of the feature vector, at least 1
   * @param classes K, number of classes, at least 1
   * @param weightDecay λ of W, at least 0; b does not decay
   */
  public LinearProbe(int features, int classes, double weightDecay) {
    checkArgument(features > 0, "features: expected at least 1, got %s", features);
    checkArgument(classes > 0, "classes: expected at least 1, got %s", classes);
    long size = (long) features * classes;
    parameters = Nd4j.zeros(DataType.FLOAT, size + classes);
    gradient = Nd4j.zeros(DataType.FLOAT, size + classes);
    buffer = Nd4j.zeros(DataType.FLOAT, size + classes);
    weights = matrix(parameters, features, classes);
    weightGradient = matrix(gradient, features, classes);
    bias = parameters.get(NDArrayIndex.interval(size, size + classes)).reshape(1, classes);
    biasGradient = gradient.get(NDArrayIndex.interval(size, size + classes)).reshape(1, classes);
    layer = new LinearLayer(weights, bias);
    optimizer =
        Sgd.excludingBiasesAndNormalization(MOMENTUM, false, weightDecay)
            .create(
                List.of(
                    new Segment(
                        "fc", "W", 0, ImmutableList.of((long) features, (long) classes), true),
                    new Segment("fc", "b", size, ImmutableList.of((long) classes), true)));
  }

  private static INDArray matrix(INDArray vector, int rows, int columns) {
    return vector.get(NDArrayIndex.interval(0, (long) rows * columns)).reshape('c', rows, columns);
  }

  /**
   * Makes one step.
   *
   * @param features {@code [N, F]}, float32; read
   * @param labels {@code [N]}
   * @return the mean cross-entropy before the step
   * @throws NonFiniteException when the loss is NaN or infinite; nothing is changed then
   */
  public double step(INDArray features, int[] labels, double learningRate) {
    INDArray logits = logits(features);
    double loss =
        SoftmaxCrossEntropy.withLabelsInto(logits, labels, ExampleWeights.uniform(), logits);
    if (!Double.isFinite(loss)) {
      throw new NonFiniteException(
          "the linear classifier's loss is " + loss + "; lower the learning rate");
    }
    MatrixProducts.ofColumnsInto(features, logits, weightGradient);
    MatrixProducts.ofColumnsInto(ones(features.size(0)), logits, biasGradient);
    optimizer.stepInPlace(parameters, gradient, buffer, learningRate);
    return loss;
  }

  private INDArray ones(long rows) {
    if (ones.size(0) != rows) {
      ones = Nd4j.ones(DataType.FLOAT, rows, 1);
    }
    return ones;
  }

  /**
   * Computes the logits.
   *
   * @param features {@code [N, F]}, float32; read
   * @return {@code [N, K]}, a new array
   */
  public INDArray logits(INDArray features) {
    return layer.logits(features);
  }

  /** The classifier as it is now, a copy. */
  public LinearLayer layer() {
    return new LinearLayer(weights.dup('c'), bias.dup('c'));
  }

  /** Evaluates the classifier. */
  public Evaluation evaluate(Features test) {
    return layer.evaluate(test);
  }

  /** W, {@code [F, K]}; the classifier's own memory. */
  public INDArray weights() {
    return weights;
  }

  /** b, {@code [1, K]}; the classifier's own memory. */
  public INDArray bias() {
    return bias;
  }
}
