package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.WeightDecayScope;
import org.jspecify.annotations.Nullable;

/**
 * The optimiser.
 *
 * @param kind SGD, or LARS (without Nesterov momentum, decaying only weights)
 * @param learningRate highest rate of the schedule, above 0
 * @param backboneLearningRate highest rate of everything but the classifier, on the same schedule;
 *     null for {@code learningRate}
 * @param momentum at least 0 and below 1
 * @param nesterov whether to use Nesterov momentum
 * @param weightDecay at least 0
 * @param weightDecayScope which parameters decay
 * @param maxGradientNorm gradients of a larger norm are clipped; 0 disables clipping
 */
public record OptimizerOptions(
    OptimizerKind kind,
    double learningRate,
    @Nullable Double backboneLearningRate,
    double momentum,
    boolean nesterov,
    double weightDecay,
    WeightDecayScope weightDecayScope,
    double maxGradientNorm) {
  /** See {@link #learningRate}. */
  public static final TrainingOption<Double> LEARNING_RATE =
      TrainingOption.number(
          "learning-rate",
          "RATE",
          0.03,
          "Highest learning rate of the schedule.",
          options -> options.optimizer().learningRate());

  /** See {@link #backboneLearningRate}. */
  public static final TrainingOption<Double> BACKBONE_LEARNING_RATE =
      TrainingOption.number(
          "backbone-learning-rate",
          "RATE",
          null,
          "Highest learning rate of everything but the classifier, on the same schedule"
              + " (default: --learning-rate).",
          options -> options.optimizer().backboneLearningRate());

  /** See {@link #kind}. */
  public static final TrainingOption<OptimizerKind> OPTIMIZER =
      TrainingOption.choice(
          "optimizer",
          "NAME",
          OptimizerKind.class,
          OptimizerKind.SGD,
          "sgd or lars; lars requires --nesterov false.",
          options -> options.optimizer().kind());

  /** See {@link #momentum}. */
  public static final TrainingOption<Double> MOMENTUM =
      TrainingOption.number(
          "momentum",
          "M",
          0.9,
          "Momentum of the optimiser.",
          options -> options.optimizer().momentum());

  /** See {@link #nesterov}. */
  public static final TrainingOption<Boolean> NESTEROV =
      TrainingOption.flag(
          "nesterov",
          true,
          "Whether to use Nesterov momentum.",
          options -> options.optimizer().nesterov());

  /** See {@link #weightDecay}. */
  public static final TrainingOption<Double> WEIGHT_DECAY =
      TrainingOption.number(
          "weight-decay",
          "W",
          5e-4,
          "Weight decay, added to the gradient.",
          options -> options.optimizer().weightDecay());

  /** See {@link #weightDecayScope}. */
  public static final TrainingOption<WeightDecayScope> DECAY =
      TrainingOption.choice(
          "decay",
          "WHAT",
          WeightDecayScope.class,
          WeightDecayScope.WEIGHTS,
          "What to decay: weights (not biases and normalisation) or all.",
          options -> options.optimizer().weightDecayScope());

  /** See {@link #maxGradientNorm}. */
  public static final TrainingOption<Double> CLIP_GRAD_NORM =
      TrainingOption.number(
              "clip-grad-norm",
              "NORM",
              0.0,
              "Maximum gradient norm; 0 disables clipping.",
              options -> options.optimizer().maxGradientNorm())
          .formerly("clip");

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(
          LEARNING_RATE,
          BACKBONE_LEARNING_RATE,
          OPTIMIZER,
          MOMENTUM,
          NESTEROV,
          WEIGHT_DECAY,
          DECAY,
          CLIP_GRAD_NORM);

  /** Checks the ranges, and that they fit together. */
  public OptimizerOptions {
    Checks.above0("learning-rate", learningRate);
    if (backboneLearningRate != null) {
      Checks.atLeast0("backbone-learning-rate", backboneLearningRate);
    }
    Checks.part("momentum", momentum);
    Checks.atLeast0("weight-decay", weightDecay);
    Checks.atLeast0("clip-grad-norm", maxGradientNorm);
    if (kind == OptimizerKind.LARS) {
      Checks.require(!nesterov, "--optimizer lars: expected --nesterov false");
      Checks.require(
          weightDecayScope == WeightDecayScope.WEIGHTS,
          "--optimizer lars: expected --decay weights");
    }
  }
}
