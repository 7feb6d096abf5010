package dev.eman.train.options;

import com.google.common.collect.ImmutableList;
import dev.eman.core.optimizer.ScheduleKind;
import org.jspecify.annotations.Nullable;

/**
 * The length of a run and its learning-rate schedule. Warm-up and milestones are in epochs if
 * {@code epochs} is given, else in steps.
 *
 * @param kind shape of the learning-rate schedule
 * @param steps training steps, at least 1; ignored if {@code epochs} is given
 * @param epochs length in passes over the unlabelled images, or over the labelled ones if no others
 *     are used; null to use {@code steps}
 * @param limitSteps number of steps after which the run stops, within the schedule; null for all
 * @param warmup length of the linear warm-up of cosine and step schedules, at least 0
 * @param milestones when a step schedule lowers the rate
 * @param stepFactor factor applied to the rate at each milestone, above 0 and at most 1
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
          "Length in passes over the images used without labels (over the labelled ones where an"
              + " algorithm uses these alone), instead of in steps.",
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
          "Learning-rate schedule: constant, cosine, fixmatch or step.",
          options -> options.schedule().kind());

  /** See {@link #warmup}. */
  public static final TrainingOption<Double> WARMUP =
      TrainingOption.number(
          "warmup",
          "N",
          0.0,
          "Linear warm-up of cosine and step: in epochs if --epochs is given, else in steps.",
          options -> options.schedule().warmup());

  /** See {@link #milestones}. */
  public static final TrainingOption<ImmutableList<Double>> MILESTONES =
      TrainingOption.numbers(
          "milestones",
          "N,N",
          "When schedule step lowers the rate, in the units of --warmup.",
          options ->
              options.schedule().milestones().isEmpty() ? null : options.schedule().milestones());

  /** See {@link #stepFactor}. */
  public static final TrainingOption<Double> STEP_FACTOR =
      TrainingOption.number(
          "step-factor",
          "F",
          0.1,
          "Factor that schedule step applies to the rate at each milestone.",
          options -> options.schedule().stepFactor());

  static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.of(STEPS, EPOCHS, LIMIT_STEPS, SCHEDULE, WARMUP, MILESTONES, STEP_FACTOR);

  /** Checks the ranges, and that they fit together. */
  public ScheduleOptions {
    Checks.atLeast("steps", 1, steps);
    Checks.atLeast("epochs", 1, epochs);
    Checks.atLeast("limit-steps", 1, limitSteps);
    Checks.atLeast0("warmup", warmup);
    Checks.require(
        stepFactor > 0 && stepFactor <= 1,
        "step-factor: expected above 0 and at most 1, got %s",
        stepFactor);
    milestones.forEach(place -> Checks.atLeast0("milestones", place));
    Checks.require(
        warmup == 0 || kind == ScheduleKind.COSINE || kind == ScheduleKind.STEP,
        "--warmup: expected 0 with this schedule; cosine and step have a warm-up");
  }
}
