package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptimizerOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to train, but for how long: the outcome of {@link FitRules#choose}.
 *
 * @param method the algorithm and its batches
 * @param backbone name of the network
 * @param size width and height of the images in pixels, at least 1
 * @param cost time of an image against that of {@link FitRules#REFERENCE}, above 0, as estimated
 * @param why the reason for the method, in words
 * @param whyNetwork the reason for network and size, in words
 * @param before what the network learns by first, without labels; null to begin with random weights
 */
record FitChoice(
    Method method,
    String backbone,
    int size,
    double cost,
    String why,
    String whyNetwork,
    @Nullable Method before) {
  /** How many images of each kind a step sees: the forward pass is about a third of a step. */
  static final double FORWARD = 0.3;

  FitChoice {
    checkArgument(size >= 1, "size: expected at least 1, got %s", size);
    checkArgument(cost > 0, "cost: expected above 0, got %s", cost);
  }

  /**
   * An algorithm with its batches.
   *
   * @param algorithm its name
   * @param batch labelled images a step, or images where no labels are used, at least 1
   * @param mu unlabelled images for each labelled one, at least 1
   * @param views unlabelled views that the student learns from and that only the teacher sees
   * @param learningRate highest rate, above 0
   * @param schedule of the rate
   */
  record Method(
      String algorithm,
      int batch,
      int mu,
      Views views,
      double learningRate,
      ScheduleKind schedule) {
    Method {
      checkArgument(batch >= 1 && mu >= 1, "batch: expected at least 1, got %s, %s", batch, mu);
      checkArgument(learningRate > 0, "rate: expected above 0, got %s", learningRate);
    }

    /** A step's work in images that a network learns from; a forward pass alone counts less. */
    double imagesPerStep() {
      return switch (views) {
        case NONE -> batch;
        case WEAK_AND_STRONG -> batch + batch * mu * (1 + FORWARD);
        case TWO -> batch * (1 + FORWARD);
      };
    }

    /** How many networks an evaluation measures. */
    int networks() {
      return views == Views.NONE ? 1 : 2;
    }
  }

  /** Views of an image without a label. */
  enum Views {
    NONE,
    WEAK_AND_STRONG,
    TWO
  }

  /** Whether another choice is the same but for its reasons, so that its steps take as long. */
  boolean isLike(FitChoice other) {
    return method.equals(other.method)
        && Objects.equals(before, other.before)
        && backbone.equals(other.backbone)
        && size == other.size;
  }

  /** The same network by another method. */
  FitChoice with(Method other) {
    return new FitChoice(other, backbone, size, cost, why, whyNetwork, before);
  }

  /** The same after another method, or after nothing. */
  FitChoice after(@Nullable Method first) {
    return new FitChoice(method, backbone, size, cost, why, whyNetwork, first);
  }

  /** What comes before, as a choice of its own; null if nothing does. */
  @Nullable FitChoice first() {
    return before == null ? null : with(before).after(null);
  }

  /** The options, without the length. */
  OptionTexts texts(int usualSize) {
    OptionTexts texts =
        OptionTexts.empty()
            .with(TrainingOptions.ALGORITHM, method.algorithm())
            .with(TrainingOptions.BACKBONE, backbone)
            .with(BatchOptions.BATCH, Integer.toString(method.batch()))
            .with(BatchOptions.MU, Integer.toString(method.mu()))
            .with(OptimizerOptions.LEARNING_RATE, Double.toString(method.learningRate()))
            .with(ScheduleOptions.SCHEDULE, method.schedule().name().toLowerCase(Locale.ROOT));
    return size == usualSize ? texts : texts.with(DataOptions.SIZE, Integer.toString(size));
  }

  /** The algorithm's own options in a run of this length. */
  ImmutableMap<String, String> settings(long steps) {
    return switch (method.views()) {
      case NONE -> ImmutableMap.of();
      case WEAK_AND_STRONG ->
          ImmutableMap.of(
              "teacher",
              "eman",
              "threshold",
              steps < FitRules.LONG ? "0.9" : "0.95",
              "teacher_momentum",
              Double.toString(FitRules.teacherMomentum(steps)));
      case TWO ->
          ImmutableMap.of(
              "teacher", "eman",
              "queue", "512",
              "momentum_schedule", "ramp",
              "teacher_momentum", Double.toString(Math.min(0.99, FitRules.teacherMomentum(steps))));
    };
  }
}
