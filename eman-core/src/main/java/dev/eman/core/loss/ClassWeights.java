package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableDoubleArray;
import java.util.Arrays;

/**
 * How much the labels of each class weigh in a cross-entropy, for sets in which some classes are
 * rare: {@code Σᵢ w[yᵢ] ceᵢ / Σᵢ w[yᵢ]}, as PyTorch's {@code CrossEntropyLoss(weight=w)}. Equal
 * weights leave the mean over the examples, whatever their size. Immutable.
 */
public final class ClassWeights {
  private final ImmutableDoubleArray weights;

  private ClassWeights(ImmutableDoubleArray weights) {
    this.weights = weights;
  }

  /**
   * Weights by class.
   *
   * @param weights {@code [K]}, finite, above 0; copied
   */
  public static ClassWeights of(double... weights) {
    for (int k = 0; k < weights.length; k++) {
      checkArgument(
          weights[k] > 0 && Double.isFinite(weights[k]),
          "class weights[%s]: expected a finite number above 0, got %s",
          k,
          Double.valueOf(weights[k]));
    }
    return new ClassWeights(ImmutableDoubleArray.copyOf(weights));
  }

  /**
   * Weights that are inverse to the numbers of labels: {@code n / (K n_k)}, with n labels of K
   * classes in all, as scikit-learn's {@code compute_class_weight("balanced", ...)}. A class
   * without labels does not count for K, and weighs 1.
   *
   * @param counts {@code [K]}, labels of each class, at least one in all
   */
  public static ClassWeights balanced(int... counts) {
    long n = 0;
    int present = 0;
    for (int count : counts) {
      checkArgument(count >= 0, "counts: expected at least 0, got %s", count);
      n += count;
      present += count > 0 ? 1 : 0;
    }
    checkArgument(n > 0, "counts: expected at least one label, got none");
    double mean = (double) n / present;
    return of(Arrays.stream(counts).mapToDouble(c -> c == 0 ? 1 : mean / c).toArray());
  }

  /** K, the number of classes. */
  public int classes() {
    return weights.length();
  }

  /** The weight of a class. */
  public double weight(int label) {
    return weights.get(label);
  }

  /**
   * The weights of labelled examples, divided by their sum.
   *
   * @param labels {@code [N]}, each in [0, K); read
   */
  public ExampleWeights ofExamples(int... labels) {
    double[] each = new double[labels.length];
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      checkArgument(
          labels[i] >= 0 && labels[i] < weights.length(),
          "labels[%s]: expected [0, %s), got %s",
          i,
          weights.length(),
          labels[i]);
      each[i] = weights.get(labels[i]);
      sum += each[i];
    }
    return ExampleWeights.checked(each).dividedBy(sum);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassWeights that && weights.equals(that.weights);
  }

  @Override
  public int hashCode() {
    return weights.hashCode();
  }

  @Override
  public String toString() {
    return weights.toString();
  }
}
