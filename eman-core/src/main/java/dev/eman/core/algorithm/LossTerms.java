package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import dev.eman.core.NonFiniteException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What {@link StudentTeacherAlgorithm#computeLoss} gives back: the value that is minimised, its
 * named parts and other figures, and the gradient of the value with respect to each output of the
 * student.
 */
public final class LossTerms {
  /** The name of the total among the scalars of a step. */
  static final String TOTAL = "loss";

  private final double total;
  private final ImmutableMap<String, Double> scalars;
  private final ImmutableSet<String> metrics;
  private final List<@Nullable INDArray> gradients;

  private LossTerms(Builder builder) {
    total = builder.total;
    scalars = ImmutableMap.copyOf(builder.scalars);
    metrics = ImmutableSet.copyOf(builder.metrics);
    gradients = Collections.unmodifiableList(new ArrayList<>(builder.gradients));
  }

  /** Starts a set of terms. */
  public static Builder builder() {
    return new Builder();
  }

  /** The loss: the sum of weight times value over all terms. */
  public double total() {
    return total;
  }

  /** The unweighted terms and the metrics by name, in the order in which they were given. */
  public ImmutableMap<String, Double> scalars() {
    return scalars;
  }

  /**
   * Checks losses first: metrics may have no value because of them.
   *
   * @param step for messages
   * @throws NonFiniteLossException if the total, or a part of it, is NaN or infinite
   * @throws NonFiniteException if a metric alone is
   */
  void checkFinite(long step) {
    Map<String, Double> wrong = Maps.filterValues(scalars, value -> !Double.isFinite(value));
    wrong.forEach(
        (name, value) -> {
          if (!metrics.contains(name)) {
            throw new NonFiniteLossException(step, name, value);
          }
        });
    if (!Double.isFinite(total)) {
      throw new NonFiniteLossException(step, TOTAL, total);
    }
    wrong.forEach(
        (name, value) -> {
          throw new NonFiniteException(
              String.format(
                  Locale.ROOT,
                  "step %d: the metric %s is %s, though the loss is finite; parameters were not"
                      + " changed. Leave the metric out of steps where it has no value.",
                  step,
                  name,
                  value));
        });
  }

  /** The gradient of the total with respect to each output of the student, null where none. */
  public List<@Nullable INDArray> gradients() {
    return gradients;
  }

  @Nullable INDArray[] gradientArray() {
    return gradients.toArray(new INDArray[0]);
  }

  /** Collects terms. */
  public static final class Builder {
    private final Map<String, Double> scalars = new LinkedHashMap<>();
    private final Set<String> metrics = new HashSet<>();
    private final List<@Nullable INDArray> gradients = new ArrayList<>();
    private double total;

    private Builder() {}

    /**
     * A part of the loss.
     *
     * @param name in metrics files, such as {@code loss_u}; not {@code loss}, which is the total
     * @param value unweighted
     * @param weight its factor in the total, such as lambda_u
     * @throws IllegalArgumentException if there is one of this name, or it is the total's
     */
    public Builder loss(String name, double value, double weight) {
      put(name, value);
      total += weight * value;
      return this;
    }

    /** A part of the loss with weight 1. */
    public Builder loss(String name, double value) {
      return loss(name, value, 1);
    }

    /**
     * A figure that is no part of the loss, such as the mask rate.
     *
     * @param name in metrics files; not {@code loss}, which is the total
     * @param value finite, or the step fails: leave out a metric that has no value in a step, such
     *     as the accuracy of no pseudo labels
     * @throws IllegalArgumentException if there is one of this name, or it is the total's
     */
    public Builder metric(String name, double value) {
      put(name, value);
      metrics.add(name);
      return this;
    }

    private void put(String name, double value) {
      checkArgument(
          !name.equals(TOTAL),
          "term \"%s\": expected another name, such as \"loss_x\", as \"%s\" is the total of all"
              + " terms",
          TOTAL,
          TOTAL);
      checkArgument(scalars.put(name, value) == null, "term \"%s\" is given twice", name);
    }

    /**
     * The gradient of the total with respect to the student's next output.
     *
     * @param gradient of the output's shape; only read, until the step is over; null when the
     *     output has no part in the loss
     */
    public Builder gradient(@Nullable INDArray gradient) {
      gradients.add(gradient);
      return this;
    }

    /** The terms. */
    public LossTerms build() {
      checkArgument(
          !gradients.isEmpty(), "a loss requires the gradient of at least one of the outputs");
      return new LossTerms(this);
    }
  }
}
