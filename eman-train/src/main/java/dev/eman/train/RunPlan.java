package dev.eman.train;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.train.LearningRateSchedule;
import java.util.List;

/**
 * How long a run is, and how its learning rate goes: epochs become steps.
 *
 * @param stepsPerEpoch steps that see every unlabelled image once, or every labelled one where no
 *     others are used
 * @param steps of the whole schedule
 * @param trained steps until the run stops; fewer than {@code steps} under {@code --limit-steps}
 * @param schedule of the learning rate
 */
public record RunPlan(long stepsPerEpoch, long steps, long trained, LearningRateSchedule schedule) {
  public static RunPlan of(
      RunOptions options, AlgorithmProvider algorithm, long labeled, long unlabeled) {
    boolean labelsAlone = algorithm.views().isEmpty();
    long perStep = (long) options.batch * (labelsAlone ? 1 : options.mu);
    long perEpoch = Math.max(1, (labelsAlone ? labeled : unlabeled) / perStep);
    long steps = options.epochs == null ? options.steps : options.epochs * perEpoch;
    long trained = options.limitSteps == null ? steps : Math.min(steps, options.limitSteps);
    if (steps < 1 || trained < 1) {
      throw new UsageException("--steps, --epochs, --limit-steps: expected at least 1");
    }
    return new RunPlan(perEpoch, steps, trained, schedule(options, steps, perEpoch));
  }

  private static LearningRateSchedule schedule(RunOptions options, long steps, long perEpoch) {
    long unit = options.epochs == null ? 1 : perEpoch;
    long warmup = Math.round(options.warmup * unit);
    try {
      return switch (options.schedule) {
        case CONSTANT ->
            withoutWarmup(options, LearningRateSchedule.constant(options.learningRate));
        case COSINE -> LearningRateSchedule.cosine(options.learningRate, steps, warmup);
        case FIXMATCH ->
            withoutWarmup(
                options, LearningRateSchedule.fixMatchCosine(options.learningRate, steps));
        case STEP ->
            LearningRateSchedule.stepDecay(
                options.learningRate,
                milestones(options.milestones, unit),
                options.stepFactor,
                warmup);
      };
    } catch (IllegalArgumentException e) {
      throw new UsageException("--schedule: " + e.getMessage(), e);
    }
  }

  private static LearningRateSchedule withoutWarmup(
      RunOptions options, LearningRateSchedule schedule) {
    if (options.warmup != 0) {
      throw new UsageException(
          "--warmup: expected 0 with this schedule; cosine and step have a warm-up");
    }
    return schedule;
  }

  private static List<Long> milestones(List<Double> places, long unit) {
    return places.stream().map(place -> Math.round(place * unit)).toList();
  }
}
