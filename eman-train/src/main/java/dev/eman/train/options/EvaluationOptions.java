package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import java.time.Duration;

/**
 * What is evaluated and saved during training.
 *
 * @param evaluateEvery steps between evaluations; 0 for a single one at the end
 * @param neighbors k of the k-NN classifier that evaluates features if the algorithm trains no
 *     classifier, at least 1
 * @param bankSize training images to search for neighbours; 0 for all
 * @param mapImages test images on the map of features; 0 for no map
 * @param checkpointEvery steps between checkpoints; 0 for a single one at the end
 * @param checkpointMinutes time after which a checkpoint is saved in addition, in minutes; 0 for
 *     none
 * @param earlyStop evaluations in a row without a better deployed network (top-1) after which the
 *     run ends and the best network counts; 0 trains to the end
 * @param keepEvery steps between checkpoints that are kept in addition to the last and the best; 0
 *     for none
 */
public record EvaluationOptions(
    long evaluateEvery,
    int neighbors,
    int bankSize,
    int mapImages,
    long checkpointEvery,
    double checkpointMinutes,
    int earlyStop,
    long keepEvery) {
  private static final long MOST_MINUTES = 1_000_000;

  /** See {@link #evaluateEvery}. */
  public static final TrainingOption<Long> EVALUATE_EVERY =
      TrainingOption.integer(
          "evaluate-every",
          "N",
          100L,
          "Steps between evaluations; 0 evaluates only at the end.",
          options -> options.evaluation().evaluateEvery());

  /** See {@link #neighbors}. */
  public static final TrainingOption<Integer> KNN =
      TrainingOption.count(
          "knn",
          "K",
          20,
          "Number of neighbours that evaluate the features if the algorithm trains no classifier.",
          options -> options.evaluation().neighbors());

  /** See {@link #bankSize}. */
  public static final TrainingOption<Integer> KNN_BANK =
      TrainingOption.count(
          "knn-bank",
          "N",
          20_000,
          "Training images to search for neighbours; 0 for all.",
          options -> options.evaluation().bankSize());

  /** See {@link #mapImages}. */
  public static final TrainingOption<Integer> MAP_IMAGES =
      TrainingOption.count(
          "map-images",
          "N",
          1000,
          "Test images on the report's map of features; 0 for no map.",
          options -> options.evaluation().mapImages());

  /** See {@link #checkpointEvery}. */
  public static final TrainingOption<Long> CHECKPOINT_EVERY =
      TrainingOption.integer(
          "checkpoint-every",
          "N",
          500L,
          "Steps between checkpoints; 0 saves only at the end.",
          options -> options.evaluation().checkpointEvery());

  /** See {@link #checkpointMinutes}. */
  public static final TrainingOption<Double> CHECKPOINT_MINUTES =
      TrainingOption.number(
          "checkpoint-minutes",
          "MINUTES",
          5.0,
          "Also save a checkpoint when the last one is that old; 0 does not.",
          options -> options.evaluation().checkpointMinutes());

  /** See {@link #earlyStop}. */
  public static final TrainingOption<Integer> EARLY_STOP =
      TrainingOption.count(
          "early-stop",
          "N",
          0,
          "End when N evaluations in a row have brought no higher top-1 of the deployed network,"
              + " and take the best one; 0 trains to the end.",
          options -> options.evaluation().earlyStop());

  /** See {@link #keepEvery}. */
  public static final TrainingOption<Long> KEEP_EVERY =
      TrainingOption.integer(
          "keep-every",
          "N",
          0L,
          "Also keep a checkpoint every N steps; 0 keeps only the last and the best.",
          options -> options.evaluation().keepEvery());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(
          EVALUATE_EVERY,
          KNN,
          KNN_BANK,
          MAP_IMAGES,
          CHECKPOINT_EVERY,
          CHECKPOINT_MINUTES,
          EARLY_STOP,
          KEEP_EVERY);

  /** Checks the ranges. */
  public EvaluationOptions {
    Checks.atLeast("evaluate-every", 0, evaluateEvery);
    Checks.atLeast("knn", 1, (long) neighbors);
    Checks.atLeast("knn-bank", 0, (long) bankSize);
    Checks.atLeast("map-images", 0, (long) mapImages);
    Checks.atLeast("checkpoint-every", 0, checkpointEvery);
    Checks.atLeast0("checkpoint-minutes", checkpointMinutes);
    Checks.require(
        checkpointMinutes <= MOST_MINUTES,
        "checkpoint-minutes: expected at most %,d (two years), got %s; 0 saves none by time",
        MOST_MINUTES,
        checkpointMinutes);
    Checks.atLeast("early-stop", 0, (long) earlyStop);
    Checks.require(
        earlyStop == 0 || evaluateEvery > 0,
        "early-stop: expected --evaluate-every above 0, as evaluations decide, got 0");
    Checks.atLeast("keep-every", 0, keepEvery);
  }

  /** {@link #checkpointMinutes} as a duration, at least a millisecond; zero for none. */
  public Duration checkpointTime() {
    return checkpointMinutes == 0
        ? Duration.ZERO
        : Duration.ofMillis(Math.max(1, Math.round(checkpointMinutes * 60_000)));
  }
}
