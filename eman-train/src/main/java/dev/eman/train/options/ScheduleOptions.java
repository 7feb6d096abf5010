package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.core.optimizer.ScheduleKind;
import org.jspecify.annotations.Nullable;

/**
 * How long a run is and how its learning rate moves. Warm-up and milestones are in epochs where
 * {@code epochs} is given, else in steps.
 *
 * @param kind how the learning rate moves
 * @param steps training steps, at least 1; ignored where {@code epochs} is given
 * @param epochs passes over the unlabelled images instead of steps, or over the labelled ones where
 *     no others are used; null for {@code steps}
 * @param limitSteps the run stops after this many steps of the schedule; null for all
 * @param warmup length of the linear warm-up of cosine and step schedules, at least 0
 * @param milestones where a step schedule lowers the rate
 * @param stepFactor by which it multiplies the rate there
 */
public record ScheduleOptions(
    ScheduleKind kind,
    long steps,
    @Nullable Integer epochs,
    @Nullable Long limitSteps,
    double warmup,
    ImmutableList<Double> milestones,
    double stepFactor) {
  /** See {@link #steps}. */
  public static final TrainingOption<Long> STEPS =
      TrainingOption.integer(
          "steps", "N", 1500L, "Training steps.", options -> options.schedule().steps());

  /** See {@link #epochs}. */
  public static final TrainingOption<Integer> EPOCHS =
      TrainingOption.count(
          "epochs",
          "N",
          null,
          "Passes over the unlabelled images instead of steps.",
          options -> options.schedule().epochs());

  /** See {@link #limitSteps}. */
  public static final TrainingOption<Long> LIMIT_STEPS =
      TrainingOption.integer(
          "limit-steps",
          "N",
          null,
          "Stop after N steps of the schedule.",
          options -> options.schedule().limitSteps());

  /** See {@link #kind}. */
  public static final TrainingOption<ScheduleKind> SCHEDULE =
      TrainingOption.choice(
          "schedule",
          "NAME",
          ScheduleKind.class,
          ScheduleKind.FIXMATCH,
          "constant, cosine, fixmatch, step.",
          options -> options.schedule().kind());

  /** See {@link #warmup}. */
  public static final TrainingOption<Double> WARMUP =
      TrainingOption.number(
          "warmup",
          "N",
          0.0,
          "Linear warm-up of cosine and step: in epochs where --epochs is given, else in steps.",
          options -> options.schedule().warmup());

  /** See {@link #milestones}. */
  public static final TrainingOption<ImmutableList<Double>> MILESTONES =
      TrainingOption.numbers(
          "milestones",
          "N,N",
          "Where schedule step lowers the rate; units as for --warmup.",
          options ->
              options.schedule().milestones().isEmpty() ? null : options.schedule().milestones());

  /** See {@link #stepFactor}. */
  public static final TrainingOption<Double> STEP_FACTOR =
      TrainingOption.number(
          "step-factor",
          "F",
          0.1,
          "Factor by which schedule step multiplies the rate.",
          options -> options.schedule().stepFactor());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(STEPS, EPOCHS, LIMIT_STEPS, SCHEDULE, WARMUP, MILESTONES, STEP_FACTOR);

  /** Checks the ranges, and that they fit together. */
  public ScheduleOptions {
    Checks.atLeast("steps", 1, steps);
    Checks.atLeast("epochs", 1, epochs);
    Checks.atLeast("limit-steps", 1, limitSteps);
    Checks.atLeast0("warmup", warmup);
    Checks.atLeast0("step-factor", stepFactor);
    milestones.forEach(place -> Checks.atLeast0("milestones", place));
    Checks.require(
        warmup == 0 || kind == ScheduleKind.COSINE || kind == ScheduleKind.STEP,
        "--warmup: expected 0 with this schedule; cosine and step have a warm-up");
  }
}
