package dev.eman.train.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A run of 1,000 steps that are planned with 0.1 s each, in 120 s with 20 s for its end. */
class PaceTest {
  private static final FitPlan PLAN = new FitPlan(1_000, 2_400, 1, 0.1, 2, 18);

  private final long[] now = {0};
  private final FitClock clock = new FitClock(() -> now[0], 0, 0, 120);
  private final Pace pace = new Pace(PLAN, clock);

  /** Steps until the pace is known or the run is over. */
  private @Nullable FitPlan run(double firstSeconds, double laterSeconds) {
    for (int step = 1; step <= 1_000; step++) {
      now[0] += (long) (1e9 * (step <= 20 ? firstSeconds : laterSeconds));
      FitPlan anew = pace.onStep(step, 2);
      if (anew != null) {
        return anew;
      }
    }
    return null;
  }

  @Test
  void onStep_asPlanned_nothing() {
    assertNull(run(0.1, 0.1));
  }

  @Test
  void onStep_firstStepsSlow_lengthOfLaterOnes() {
    FitPlan anew = run(0.2, 0.05);
    assertNotNull(anew);
    assertEquals(0.051, anew.stepSeconds(), 1e-9);
    double all = now[0] / 1e9 + (anew.steps() - stepsSoFar(0.2, 0.05)) * 0.051 + 20;
    assertEquals(120, all, 0.1);
  }

  private double stepsSoFar(double first, double later) {
    return 20 + (now[0] / 1e9 - 20 * first) / later;
  }

  @Test
  void onStep_fasterStill_longerOnceMore() {
    FitPlan first = null;
    FitPlan second = null;
    for (int step = 1; step <= 1_000; step++) {
      now[0] += step <= 250 ? 80_000_000 : 50_000_000;
      FitPlan anew = pace.onStep(step, 2);
      if (anew != null && first == null) {
        first = anew;
      } else if (anew != null) {
        second = anew;
      }
    }
    assertNotNull(first);
    assertNotNull(second);
    assertEquals(0.0816, first.stepSeconds(), 1e-9);
    assertEquals(0.051, second.stepSeconds(), 1e-9);
    assertTrue(second.steps() > first.steps() && first.steps() > 1_000, first + ", " + second);
  }

  @Test
  void onStep_slower_fewerSteps() {
    FitPlan anew = run(0.2, 0.2);
    assertNotNull(anew);
    assertTrue(anew.steps() > 450 && anew.steps() < 500, () -> "steps " + anew.steps());
  }

  @Test
  void onStep_muchFaster_noMoreThanAreOfUse() {
    FitPlan anew = run(0.1, 0.02);
    assertNotNull(anew);
    assertEquals(2_400, anew.steps());
  }

  @Test
  void onStep_evaluationBetween_notCountedAsSteps() {
    for (int step = 1; step <= 1_000; step++) {
      now[0] += 100_000_000;
      assertNull(pace.onStep(step, 2), "step " + step);
      if (step == 90) {
        now[0] += 2_000_000_000;
        pace.onEvaluation(2);
      }
    }
  }

  @Test
  void onStep_clockAtRest_nothing() {
    assertNull(run(0, 0));
  }

  /** Of 120 s a tenth is measured: its second half, from 6 to 12 s, of steps of 50 ms. */
  @Test
  void onStep_stepsTwiceAsFast_replannedWhenATenthOfTheTimeIsOver() {
    assertNotNull(run(0.05, 0.05));
    // The first step ends at 0.05 s; from then on 12 s.
    assertEquals(12.05, now[0] / 1e9, 0.051);
  }

  /** However much time there is, no more than a minute is measured. */
  @Test
  void onStep_dayLong_replannedAfterAMinute() {
    FitPlan planned = new FitPlan(800_000, 2_000_000, 1, 0.1, 2, 18);
    Pace day = new Pace(planned, new FitClock(() -> now[0], 0, 0, 86_400));
    int step = 0;
    FitPlan anew = null;
    while (anew == null && step < 10_000) {
      step++;
      now[0] += 50_000_000;
      anew = day.onStep(step, 2);
    }
    assertNotNull(anew);
    assertEquals(60.05, now[0] / 1e9, 0.051);
  }

  /** Steps of 2 s: the second half of a tenth of the time has 3 of them, which are too few. */
  @Test
  void onStep_slowSteps_replannedAfterTwenty() {
    Pace slow = new Pace(new FitPlan(100, 2_400, 1, 1, 2, 18), clock);
    int step = 0;
    FitPlan anew = null;
    while (anew == null && step < 100) {
      step++;
      now[0] += 2_000_000_000;
      anew = slow.onStep(step, 2);
    }
    assertNotNull(anew);
    // Steps 2 to 4 are the first half: 6 s after the first one.
    assertEquals(4 + 20, step);
    assertEquals(2.04, anew.stepSeconds(), 1e-9);
  }
}
