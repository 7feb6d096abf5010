package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Predictions taken for labels: a target for each image, and how much it weighs. Immutable. */
public final class PseudoLabels {
  private final int[] labels;
  private final float[] weights;
  private final @Nullable INDArray targets;
  private final int counted;

  private PseudoLabels(int[] labels, @Nullable INDArray targets, float[] weights) {
    checkArgument(
        weights.length == labels.length,
        "weights: expected [%s], got [%s]",
        labels.length,
        weights.length);
    this.labels = labels.clone();
    this.weights = weights.clone();
    this.targets = targets;
    int above = 0;
    for (float weight : weights) {
      above += weight > 0 ? 1 : 0;
    }
    this.counted = above;
  }

  /**
   * One class for each image.
   *
   * @param labels {@code [N]}, such as {@link Predictions#labels}; copied
   * @param weights {@code [N]}, at least 0; 0 leaves an image out; copied
   */
  public static PseudoLabels hard(int[] labels, float... weights) {
    return new PseudoLabels(labels, null, weights);
  }

  /**
   * A distribution for each image.
   *
   * @param predictions whose most likely classes the metrics are of
   * @param targets {@code [N, K]} probabilities; kept, not written
   * @param weights {@code [N]}, at least 0; 0 leaves an image out; copied
   */
  public static PseudoLabels soft(Predictions predictions, INDArray targets, float... weights) {
    checkArgument(
        targets.equalShapes(predictions.logits()),
        "targets: expected [%s, %s], got %s",
        predictions.size(),
        predictions.classes(),
        Arrays.toString(targets.shape()));
    return new PseudoLabels(predictions.labels(), targets, weights);
  }

  /** The number of images. */
  public int size() {
    return labels.length;
  }

  /** The class of an image. */
  public int label(int image) {
    return labels[image];
  }

  /** The weight of an image. */
  public float weight(int image) {
    return weights[image];
  }

  /**
   * The loss {@code 1/N Σ wᵢ H(tᵢ, softmax(logitsᵢ))}.
   *
   * @param logits {@code [N, K]} of the strong views; read
   * @param gradient {@code [N, K]}; overwritten with the loss's gradient
   */
  public double crossEntropyInto(INDArray logits, INDArray gradient) {
    ExampleWeights weighted = ExampleWeights.of(weights);
    return targets == null
        ? SoftmaxCrossEntropy.withLabelsInto(logits, labels, weighted, gradient)
        : SoftmaxCrossEntropy.withTargetsInto(logits, targets, weighted, gradient);
  }

  /** The part of the images that weigh anything. */
  public double maskRate() {
    return (double) counted / labels.length;
  }

  /**
   * Adds the metrics {@code mask_rate}, and over the images whose true labels are known {@code
   * pseudo_accuracy} and, of those among them that weigh anything, {@code
   * pseudo_accuracy_confident}.
   *
   * @param truth {@code [N]}, for these metrics alone; {@link Batch#UNKNOWN} where one is not
   *     known; empty if none is
   */
  public void addMetrics(LossTerms.Builder terms, ImmutableIntArray truth) {
    terms.metric("mask_rate", maskRate());
    int known = 0;
    int knownCounted = 0;
    int right = 0;
    int rightCounted = 0;
    for (int i = 0; i < truth.length(); i++) {
      if (truth.get(i) == Batch.UNKNOWN) {
        continue;
      }
      int counts = weights[i] > 0 ? 1 : 0;
      known++;
      knownCounted += counts;
      if (labels[i] == truth.get(i)) {
        right++;
        rightCounted += counts;
      }
    }
    if (known > 0) {
      terms.metric("pseudo_accuracy", (double) right / known);
    }
    if (knownCounted > 0) {
      terms.metric("pseudo_accuracy_confident", (double) rightCounted / knownCounted);
    }
  }
}
