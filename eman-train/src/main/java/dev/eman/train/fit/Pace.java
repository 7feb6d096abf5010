package dev.eman.train.fit;

import com.google.common.primitives.ImmutableDoubleArray;
import org.jspecify.annotations.Nullable;

/**
 * Measures the steps of a run that has begun, and plans its length anew: the first steps of a
 * process, by which it was planned, are slower than those that follow, and other programs come and
 * go. It does so twice, as compilers take their time.
 */
final class Pace {
  /** Parts of the time, one after the other, in whose later half steps are measured. */
  private static final ImmutableDoubleArray PARTS = ImmutableDoubleArray.of(0.1, 0.25);

  private static final double LONGEST_S = 60;

  /** Steps that are measured, at least. */
  private static final int FEWEST = 20;

  /** A change of length by less is not worth opening the run again. */
  private static final double LEAST_CHANGE = 0.08;

  /** A measured step is good for those to come, within what a machine varies by. */
  private static final double SLACK = 1.02;

  private final FitClock clock;
  private FitPlan plan;
  private int part;
  private double began = Double.NaN;
  private double half = Double.NaN;
  private long stepAtHalf;
  private double evaluating;

  Pace(FitPlan plan, FitClock clock) {
    this.plan = plan;
    this.clock = clock;
  }

  /** Time that went into an evaluation, not into steps. */
  void onEvaluation(double seconds) {
    evaluating += seconds;
  }

  /**
   * Called after each step.
   *
   * @param evaluationSeconds time of an evaluation as far as it is known
   * @return the run's new length if the one that was planned is far off, else null
   */
  @Nullable FitPlan onStep(long step, double evaluationSeconds) {
    if (part == PARTS.length()) {
      return null;
    }
    double lasts = Math.min(LONGEST_S, PARTS.get(part) * clock.seconds());
    double now = clock.spent() - evaluating;
    if (Double.isNaN(began)) {
      began = now;
    }
    if (Double.isNaN(half)) {
      if (now - began >= lasts / 2) {
        half = now;
        stepAtHalf = step;
      }
      return null;
    }
    if (now - began < lasts || step - stepAtHalf < FEWEST) {
      return null;
    }
    double seconds = (now - half) / (step - stepAtHalf);
    part++;
    began = Double.NaN; // Opening the run again takes its time.
    half = Double.NaN;
    return replan(step, SLACK * seconds, evaluationSeconds);
  }

  private @Nullable FitPlan replan(long step, double stepSeconds, double evaluationSeconds) {
    double later = plan.evaluations() - step / plan.evaluateEvery();
    double left = clock.left() - plan.closingSeconds() - later * evaluationSeconds;
    long steps = Math.min(plan.most(), step + (long) (left / stepSeconds));
    if (Math.abs(steps - plan.steps()) < LEAST_CHANGE * plan.steps() || steps <= step) {
      return null;
    }
    plan = plan.withSteps(steps, stepSeconds);
    return plan;
  }
}
