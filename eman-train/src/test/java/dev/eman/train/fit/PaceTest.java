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
}
