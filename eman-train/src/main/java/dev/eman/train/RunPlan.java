package dev.eman.train;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOptions;
import java.util.List;
import java.util.Locale;

/**
 * The length of a run and its learning-rate schedule, with epochs converted to steps.
 *
 * @param stepsPerEpoch steps that use every unlabelled image once, or every labelled one if no
 *     others are used
 * @param steps of the whole schedule
 * @param trained steps until the run stops; fewer than {@code steps} under {@code --limit-steps}
 * @param schedule of the learning rate
 */
public record RunPlan(long stepsPerEpoch, long steps, long trained, LearningRateSchedule schedule) {
  /**
   * Plans a run.
   *
   * @param labeled number of images with labels
   * @param unlabeled number of images used without labels
   * @throws UsageException if the warm-up does not fit into a cosine's run
   */
  public static RunPlan of(
      TrainingOptions options, AlgorithmProvider algorithm, long labeled, long unlabeled) {
    boolean labelsAlone = algorithm.views().isEmpty();
    long perStep = labelsAlone ? options.batch().size() : options.batch().unlabeled();
    long perEpoch = Math.max(1, (labelsAlone ? labeled : unlabeled) / perStep);
    ScheduleOptions schedule = options.schedule();
    long steps = schedule.epochs() == null ? schedule.steps() : schedule.epochs() * perEpoch;
    long trained = schedule.limitSteps() == null ? steps : Math.min(steps, schedule.limitSteps());
    return new RunPlan(
        perEpoch,
        steps,
        trained,
        schedule(schedule, options.optimizer().learningRate(), steps, perEpoch));
  }

  private static LearningRateSchedule schedule(
      ScheduleOptions options, double rate, long steps, long perEpoch) {
    long unit = options.epochs() == null ? 1 : perEpoch;
    long warmup = Math.round(options.warmup() * unit);
    try {
      return switch (options.kind()) {
        case CONSTANT -> LearningRateSchedule.constant(rate);
        case COSINE -> LearningRateSchedule.cosine(rate, steps, warmup);
        case FIXMATCH -> LearningRateSchedule.fixMatchCosine(rate, steps);
        case STEP ->
            LearningRateSchedule.stepDecay(
                rate, milestones(options.milestones(), unit), options.stepFactor(), warmup);
      };
    } catch (IllegalArgumentException e) { // Only here are their lengths in steps known.
      throw new UsageException("--schedule: " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a learning rate that would never be full, or never fall as often as was asked for. For
   * runs that begin: one that has begun so goes on.
   *
   * @throws UsageException if the warm-up or a milestone is not before the end of the whole
   *     schedule
   */
  public void checkReached() {
    if (schedule instanceof LearningRateSchedule.StepDecay decay) {
      check("a warm-up that ends", List.of(decay.warmupSteps()));
      check("milestones", decay.milestones());
    }
  }

  private void check(String what, List<Long> places) {
    if (places.stream().anyMatch(place -> place >= steps)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--schedule: expected %s before step %d, the run's end, got %s; an epoch has %d"
                  + " steps; --limit-steps stops a run earlier and keeps its schedule",
              what,
              steps,
              places,
              stepsPerEpoch));
    }
  }

  private static List<Long> milestones(List<Double> places, long unit) {
    return places.stream().map(place -> Math.round(place * unit)).toList();
  }
}
