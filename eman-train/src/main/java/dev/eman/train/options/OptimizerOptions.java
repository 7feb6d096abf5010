package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.optimizer.WeightDecayScope;
import org.jspecify.annotations.Nullable;

/**
 * What moves the weights.
 *
 * @param kind SGD, or LARS (without Nesterov's momentum, decaying weights only)
 * @param learningRate the schedule's highest, at least 0
 * @param backboneLearningRate another one for everything but the classifier, along the same
 *     schedule; null for the same
 * @param momentum from 0 on, below 1
 * @param nesterov whether the momentum is Nesterov's
 * @param weightDecay at least 0
 * @param weightDecayScope what decays
 * @param maxGradientNorm longer gradients are clipped; 0 for no limit
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
          "Another rate for everything but the classifier, along the same schedule (default: the"
              + " same).",
          options -> options.optimizer().backboneLearningRate());

  /** See {@link #kind}. */
  public static final TrainingOption<OptimizerKind> OPTIMIZER =
      TrainingOption.choice(
          "optimizer",
          "NAME",
          OptimizerKind.class,
          OptimizerKind.SGD,
          "sgd, or lars without nesterov.",
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
          "Whether the momentum is Nesterov's.",
          options -> options.optimizer().nesterov());

  /** See {@link #weightDecay}. */
  public static final TrainingOption<Double> WEIGHT_DECAY =
      TrainingOption.number(
          "weight-decay",
          "W",
          5e-4,
          "Weight decay, as a part of the gradient.",
          options -> options.optimizer().weightDecay());

  /** See {@link #weightDecayScope}. */
  public static final TrainingOption<WeightDecayScope> DECAY =
      TrainingOption.choice(
          "decay",
          "WHAT",
          WeightDecayScope.class,
          WeightDecayScope.WEIGHTS,
          "What decays: weights (not biases and normalisation), all.",
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
    Checks.atLeast0("learning-rate", learningRate);
    if (backboneLearningRate != null) {
      Checks.atLeast0("backbone-learning-rate", backboneLearningRate);
      Checks.require(
          learningRate > 0, "--backbone-learning-rate: expected --learning-rate above 0");
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
