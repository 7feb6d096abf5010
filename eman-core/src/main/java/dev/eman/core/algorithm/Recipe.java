package dev.eman.core.algorithm;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.core.optimizer.WeightDecayScope;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How a method is usually trained: defaults for a run's own options, which its user may override.
 * What is empty is left to the program.
 *
 * @param batchSize labelled images a step, at least 1; where no labels are used, the images that
 *     {@code unlabeledRatio} multiplies
 * @param unlabeledRatio μ, at least 1: unlabelled images for each labelled one
 * @param learningRate above 0: the schedule's highest
 * @param schedule of the learning rate
 * @param optimizer that moves the weights
 * @param momentum of the optimiser, in [0, 1)
 * @param nesterov whether the momentum is Nesterov's
 * @param weightDecay at least 0
 * @param weightDecayScope what decays
 * @param maxGradientNorm above 0: longer gradients are clipped
 * @param views names of augmentations by view
 */
public record Recipe(
    OptionalInt batchSize,
    OptionalInt unlabeledRatio,
    OptionalDouble learningRate,
    Optional<ScheduleKind> schedule,
    Optional<OptimizerKind> optimizer,
    OptionalDouble momentum,
    Optional<Boolean> nesterov,
    OptionalDouble weightDecay,
    Optional<WeightDecayScope> weightDecayScope,
    OptionalDouble maxGradientNorm,
    ImmutableMap<View, String> views) {
  /** Leaves all to the program. */
  public static final Recipe EMPTY = builder().build();

  /** Checks the ranges. */
  public Recipe {
    batchSize.ifPresent(n -> checkArgument(n > 0, "batchSize: expected at least 1, got %s", n));
    unlabeledRatio.ifPresent(
        n -> checkArgument(n > 0, "unlabeledRatio: expected at least 1, got %s", n));
    checkAbove0("learningRate", learningRate);
    momentum.ifPresent(m -> checkArgument(m >= 0 && m < 1, "momentum: expected [0, 1), got %s", m));
    weightDecay.ifPresent(
        w ->
            checkArgument(
                w >= 0 && Double.isFinite(w), "weightDecay: expected at least 0, got %s", w));
    checkAbove0("maxGradientNorm", maxGradientNorm);
  }

  private static void checkAbove0(String name, OptionalDouble value) {
    value.ifPresent(
        v -> checkArgument(v > 0 && Double.isFinite(v), "%s: expected above 0, got %s", name, v));
  }

  /** Starts a recipe that leaves all to the program. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects a recipe. */
  public static final class Builder {
    private OptionalInt batchSize = OptionalInt.empty();
    private OptionalInt unlabeledRatio = OptionalInt.empty();
    private OptionalDouble learningRate = OptionalDouble.empty();
    private Optional<ScheduleKind> schedule = Optional.empty();
    private Optional<OptimizerKind> optimizer = Optional.empty();
    private OptionalDouble momentum = OptionalDouble.empty();
    private Optional<Boolean> nesterov = Optional.empty();
    private OptionalDouble weightDecay = OptionalDouble.empty();
    private Optional<WeightDecayScope> weightDecayScope = Optional.empty();
    private OptionalDouble maxGradientNorm = OptionalDouble.empty();
    private final Map<View, String> views = new EnumMap<>(View.class);

    private Builder() {}

    /** See {@link Recipe#batchSize}. */
    public Builder batchSize(int images) {
      batchSize = OptionalInt.of(images);
      return this;
    }

    /** See {@link Recipe#unlabeledRatio}. */
    public Builder unlabeledRatio(int mu) {
      unlabeledRatio = OptionalInt.of(mu);
      return this;
    }

    /** See {@link Recipe#learningRate}. */
    public Builder learningRate(double rate) {
      learningRate = OptionalDouble.of(rate);
      return this;
    }

    /** See {@link Recipe#schedule}. */
    public Builder schedule(ScheduleKind kind) {
      schedule = Optional.of(kind);
      return this;
    }

    /** See {@link Recipe#optimizer}. */
    public Builder optimizer(OptimizerKind kind) {
      optimizer = Optional.of(kind);
      return this;
    }

    /** See {@link Recipe#momentum}. */
    public Builder momentum(double value) {
      momentum = OptionalDouble.of(value);
      return this;
    }

    /** See {@link Recipe#nesterov}. */
    public Builder nesterov(boolean value) {
      nesterov = Optional.of(value);
      return this;
    }

    /** See {@link Recipe#weightDecay}. */
    public Builder weightDecay(double value) {
      weightDecay = OptionalDouble.of(value);
      return this;
    }

    /** See {@link Recipe#weightDecayScope}. */
    public Builder weightDecayScope(WeightDecayScope scope) {
      weightDecayScope = Optional.of(scope);
      return this;
    }

    /** See {@link Recipe#maxGradientNorm}. */
    public Builder maxGradientNorm(double norm) {
      maxGradientNorm = OptionalDouble.of(norm);
      return this;
    }

    /**
     * How one view is made.
     *
     * @param augmentation its name, such as {@code moco-v2}
     */
    public Builder view(View view, String augmentation) {
      views.put(view, augmentation);
      return this;
    }

    /** The recipe. */
    public Recipe build() {
      return new Recipe(
          batchSize,
          unlabeledRatio,
          learningRate,
          schedule,
          optimizer,
          momentum,
          nesterov,
          weightDecay,
          weightDecayScope,
          maxGradientNorm,
          ImmutableMap.copyOf(views));
    }
  }
}
