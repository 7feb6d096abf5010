package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import java.util.Map;

/**
 * The length of a run: the outcome of {@link FitRules#plan}.
 *
 * @param steps of training, at least 1
 * @param most steps that are of use, however much time there is
 * @param evaluations number of them, the last one at the end, at least 1
 * @param stepSeconds time of a step, above 0
 * @param evaluationSeconds time of an evaluation
 * @param closingSeconds time kept for what follows the last evaluation: lists, map, report
 */
record FitPlan(
    long steps,
    long most,
    int evaluations,
    double stepSeconds,
    double evaluationSeconds,
    double closingSeconds) {
  FitPlan {
    checkArgument(steps >= 1, "steps: expected at least 1, got %s", steps);
    checkArgument(evaluations >= 1, "evaluations: expected at least 1, got %s", evaluations);
  }

  /** All of it. */
  double seconds() {
    return steps * stepSeconds + evaluations * evaluationSeconds + closingSeconds;
  }

  /** Steps between evaluations; the last is at the end. */
  long evaluateEvery() {
    return Math.max(1, (steps + evaluations - 1) / evaluations);
  }

  /** The same with another length, as its steps take another time. */
  FitPlan withSteps(long other, double secondsOfOne) {
    return new FitPlan(
        other,
        most,
        (int) Math.min(evaluations, other),
        secondsOfOne,
        evaluationSeconds,
        closingSeconds);
  }

  /** The options of the length alone: those that can change when a run is resumed. */
  OptionTexts length() {
    return OptionTexts.empty()
        .with(ScheduleOptions.STEPS, Long.toString(steps))
        .with(ScheduleOptions.LIMIT_STEPS, Long.toString(steps))
        .with(EvaluationOptions.EVALUATE_EVERY, Long.toString(evaluateEvery()))
        .with(EvaluationOptions.CHECKPOINT_EVERY, Long.toString(evaluateEvery()));
  }

  /** The options of the length, and those that depend on it. */
  OptionTexts texts(FitChoice choice) {
    OptionTexts texts =
        OptionTexts.empty()
            .with(ScheduleOptions.STEPS, Long.toString(steps))
            .with(EvaluationOptions.EVALUATE_EVERY, Long.toString(evaluateEvery()))
            .with(EvaluationOptions.CHECKPOINT_EVERY, Long.toString(evaluateEvery()))
            .with(EvaluationOptions.CHECKPOINT_MINUTES, "1");
    if (choice.method().views() == FitChoice.Views.TWO) {
      texts = texts.with(ScheduleOptions.WARMUP, Long.toString(FitRules.warmup(steps)));
    }
    for (Map.Entry<String, String> setting : choice.settings(steps).entrySet()) {
      texts = texts.withSetting(setting.getKey(), setting.getValue());
    }
    return texts;
  }
}
