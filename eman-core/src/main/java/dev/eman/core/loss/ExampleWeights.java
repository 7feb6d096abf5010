package dev.eman.core.loss;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How the losses of single examples become one number: {@code Σᵢ wᵢ lossᵢ / divisor}.
 *
 * <p>The divisor is N, the number of examples, unless {@link #dividedBy} says otherwise: examples
 * with weight 0 still count. FixMatch (Sohn et al. 2020, equation 4) averages over all μB unlabeled
 * examples in this way, however few pass the confidence threshold. Immutable.
 */
public final class ExampleWeights {
  private static final ExampleWeights UNIFORM = new ExampleWeights(null, 0);

  private final double @Nullable [] weights;
  private final double divisor;

  private ExampleWeights(double @Nullable [] weights, double divisor) {
    this.weights = weights;
    this.divisor = divisor;
  }

  /** Every example weighs 1: the mean over the examples. */
  public static ExampleWeights uniform() {
    return UNIFORM;
  }

  /**
   * One weight for each example; a mask is weights of 0 and 1.
   *
   * @param weights {@code [N]}, at least 0; copied
   */
  public static ExampleWeights of(float... weights) {
    double[] copy = new double[weights.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = weights[i];
    }
    return checked(copy);
  }

  /**
   * One weight for each example; a mask is weights of 0 and 1.
   *
   * @param weights {@code [N]}, float32 or float64, at least 0; copied
   */
  public static ExampleWeights of(INDArray weights) {
    Arrays2d.checkFloating("weights", weights);
    checkArgument(
        weights.rank() == 1, "weights: expected [N], got %s", Arrays2d.describeShape(weights));
    return checked(Arrays2d.read(weights));
  }

  /**
   * These weights times a factor for each example; the divisor stays, so that examples with factor
   * 0 still count.
   *
   * @param factors {@code [N]}, at least 0; read
   */
  public ExampleWeights times(float... factors) {
    checkExamples(factors.length);
    double[] products = new double[factors.length];
    for (int i = 0; i < products.length; i++) {
      products[i] = (weights == null ? 1 : weights[i]) * factors[i];
    }
    return new ExampleWeights(checked(products).weights, divisor);
  }

  /**
   * The sum of the weights.
   *
   * @param examples N
   */
  public double sum(int examples) {
    checkExamples(examples);
    return weights == null ? examples : Arrays.stream(weights).sum();
  }

  /**
   * The same weights with another divisor.
   *
   * @param divisor what the weighted sum is divided by, above 0
   */
  public ExampleWeights dividedBy(double divisor) {
    checkArgument(
        divisor > 0 && Double.isFinite(divisor), "divisor: expected above 0, got %s", divisor);
    return new ExampleWeights(weights, divisor);
  }

  /** Keeps the array. */
  static ExampleWeights checked(double[] weights) {
    for (int i = 0; i < weights.length; i++) {
      checkArgument(
          weights[i] >= 0 && Double.isFinite(weights[i]),
          "weights[%s]: expected a finite number, at least 0, got %s",
          i,
          Double.valueOf(weights[i]));
    }
    return new ExampleWeights(weights, 0);
  }

  void checkExamples(int examples) {
    checkArgument(
        weights == null || weights.length == examples,
        "weights: expected [%s], got [%s]",
        examples,
        weights == null ? 0 : weights.length);
  }

  /** What example {@code i} of {@code examples} contributes per unit of its own loss. */
  double scale(int i, int examples) {
    double weight = weights == null ? 1 : weights[i];
    return weight / (divisor == 0 ? examples : divisor);
  }
}
