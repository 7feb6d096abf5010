package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.Logits;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Predictions taken for labels: a target for each image, how much it weighs, and what else a rule
 * adds to the loss of the strong views. Immutable.
 */
public final class PseudoLabels {
  /** A further term of the loss of the strong views. */
  @FunctionalInterface
  public interface Term {
    /**
     * The term's value.
     *
     * @param logits {@code [N, K]} of the strong views; read
     * @param gradient {@code [N, K]}; to be overwritten with the term's gradient
     */
    double into(INDArray logits, INDArray gradient);
  }

  /** With more classes than that none has a metric of its own. */
  private static final int MOST_CLASSES = 20;

  private record NamedTerm(String name, double weight, Term term) {}

  private final int[] labels;
  private final float[] weights;
  private final @Nullable INDArray targets;
  private final int counted;
  private double @Nullable [] bias;
  private ImmutableList<NamedTerm> terms = ImmutableList.of();
  private ImmutableMap<String, Double> metrics = ImmutableMap.of();

  private PseudoLabels(PseudoLabels other) {
    labels = other.labels;
    targets = other.targets;
    weights = other.weights;
    counted = other.counted;
    bias = other.bias;
    terms = other.terms;
    metrics = other.metrics;
  }

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

  /**
   * A distribution for each image, its most likely class being what the metrics are of.
   *
   * @param targets {@code [N, K]} probabilities; kept, not written
   * @param weights {@code [N]}, at least 0; 0 leaves an image out; copied
   */
  public static PseudoLabels soft(INDArray targets, float... weights) {
    return new PseudoLabels(targets.argMax(1).toIntVector(), targets, weights);
  }

  /**
   * These, with a bias for each class that is added to the strong views' logits in their
   * cross-entropy; a constant.
   *
   * @param biasOfClasses {@code [K]}; copied
   */
  public PseudoLabels withLogitBias(double... biasOfClasses) {
    PseudoLabels with = new PseudoLabels(this);
    with.bias = biasOfClasses.clone();
    return with;
  }

  /** These, with another term of the strong views' loss. */
  public PseudoLabels withTerm(String name, double weight, Term term) {
    PseudoLabels with = new PseudoLabels(this);
    with.terms =
        ImmutableList.<NamedTerm>builder()
            .addAll(terms)
            .add(new NamedTerm(name, weight, term))
            .build();
    return with;
  }

  /** These, with a figure of the rule's own for {@code metrics.csv}. */
  public PseudoLabels withMetric(String name, double value) {
    PseudoLabels with = new PseudoLabels(this);
    with.metrics =
        ImmutableMap.<String, Double>builder().putAll(metrics).put(name, value).buildOrThrow();
    return with;
  }

  /**
   * These, with a figure of each class for {@code metrics.csv}: {@code name_min}, {@code name_mean}
   * and {@code name_max}, and up to 20 classes also {@code name_class_0} and so on.
   *
   * @param values {@code [K]}
   */
  public PseudoLabels withClassMetric(String name, double... values) {
    DoubleSummaryStatistics all = Arrays.stream(values).summaryStatistics();
    ImmutableMap.Builder<String, Double> more = ImmutableMap.builder();
    more.putAll(metrics);
    more.put(name + "_min", all.getMin());
    more.put(name + "_mean", all.getAverage());
    more.put(name + "_max", all.getMax());
    for (int k = 0; values.length <= MOST_CLASSES && k < values.length; k++) {
      more.put(name + "_class_" + k, values[k]);
    }
    PseudoLabels with = new PseudoLabels(this);
    with.metrics = more.buildOrThrow();
    return with;
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
    INDArray biased = bias == null ? logits : Logits.biased(logits, bias);
    return targets == null
        ? SoftmaxCrossEntropy.withLabelsInto(biased, labels, weighted, gradient)
        : SoftmaxCrossEntropy.withTargetsInto(biased, targets, weighted, gradient);
  }

  /** Adds {@link #withTerm}'s terms, and their gradient to that of the loss. */
  void addTerms(LossTerms.Builder all, INDArray logits, INDArray gradient) {
    for (NamedTerm named : terms) {
      INDArray own = gradient.ulike();
      all.loss(named.name, named.term.into(logits, own), named.weight);
      gradient.addi(own.muli(named.weight));
    }
  }

  /** The part of the images that weigh anything. */
  public double maskRate() {
    return (double) counted / labels.length;
  }

  /**
   * Adds the metrics {@code mask_rate} and those of {@link #withMetric} and {@link
   * #withClassMetric}, and over the images whose true labels are known {@code pseudo_accuracy} and,
   * of those among them that weigh anything, {@code pseudo_accuracy_confident}.
   *
   * @param truth {@code [N]}, for these metrics alone; {@link Batch#UNKNOWN} where one is not
   *     known; empty if none is
   */
  public void addMetrics(LossTerms.Builder terms, ImmutableIntArray truth) {
    terms.metric("mask_rate", maskRate());
    metrics.forEach(terms::metric);
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
