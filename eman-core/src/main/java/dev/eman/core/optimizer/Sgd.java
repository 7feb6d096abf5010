package dev.eman.core.optimizer;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * Stochastic gradient descent with momentum, as {@code torch.optim.SGD} without dampening; {@link
 * SgdOptimizer} has the formula. The learning rate comes with each step, from a {@link
 * dev.eman.core.train.LearningRateSchedule}.
 *
 * @param momentum μ in [0, 1)
 * @param nesterov whether to use Nesterov's momentum; requires μ above 0
 * @param weightDecay λ ≥ 0, added to the gradient as {@code λ p}
 * @param weightDecayExclusions keys of parameters that do not decay, such as {@code b}: a parameter
 *     is excluded if its key, or its name with the vertex, such as {@code fc_b}, is one of these;
 *     copied
 */
public record Sgd(
    double momentum, boolean nesterov, double weightDecay, List<String> weightDecayExclusions)
    implements OptimizerConfiguration {
  static final List<String> BIASES_AND_NORMALIZATION = List.of("b", "gamma", "beta");

  public Sgd {
    checkArgument(momentum >= 0 && momentum < 1, "momentum: expected [0, 1), got %s", momentum);
    checkArgument(!nesterov || momentum > 0, "nesterov: expected a momentum above 0, got 0");
    checkArgument(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "weightDecay: expected at least 0, got %s",
        weightDecay);
    weightDecayExclusions = List.copyOf(weightDecayExclusions);
  }

  /** The same, with decay for every parameter: PyTorch's default. */
  public static Sgd decayingAll(double momentum, boolean nesterov, double weightDecay) {
    return new Sgd(momentum, nesterov, weightDecay, List.of());
  }

  /**
   * The same, without decay for biases and for the scale and shift of normalisation: DL4J's keys
   * {@code b}, {@code gamma} and {@code beta}.
   */
  public static Sgd excludingBiasesAndNormalization(
      double momentum, boolean nesterov, double weightDecay) {
    return new Sgd(momentum, nesterov, weightDecay, BIASES_AND_NORMALIZATION);
  }

  @Override
  public Optimizer create(List<Segment> segments) {
    return new SgdOptimizer(this, segments);
  }

  /** Whether a parameter decays. */
  public boolean decays(Segment parameter) {
    return weightDecay > 0 && !matches(weightDecayExclusions, parameter);
  }

  /** Whether a parameter's key or its name is in a list. */
  static boolean matches(List<String> exclusions, Segment parameter) {
    return exclusions.contains(parameter.key()) || exclusions.contains(parameter.name());
  }
}
