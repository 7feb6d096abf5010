package dev.eman.train;

import java.util.Locale;

/**
 * A change of a run's length when it is resumed. From its step on, all schedules are those of a run
 * that had this length from the beginning; a warm-up that is over is not repeated.
 *
 * @param step number of completed steps
 * @param before length of the run so far, in steps
 * @param after its length from now on
 * @param rateBefore learning rate of the next step as it was scheduled
 * @param rateAfter learning rate of the next step as it is now
 */
public record RunExtension(
    long step, long before, long after, double rateBefore, double rateAfter) {
  static RunExtension of(long step, RunPlan before, RunPlan after) {
    return new RunExtension(
        step,
        before.trained(),
        after.trained(),
        before.schedule().at(step),
        after.schedule().at(step));
  }

  /** One line: both lengths and both rates. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d steps instead of %,d; the learning rate after step %,d is %.4g instead of %.4g",
        after,
        before,
        step,
        rateAfter,
        rateBefore);
  }
}
