package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;

class CurvesTest {
  private final Curves curves = new Curves();

  private void fill(int steps) {
    curves.start(ImmutableList.of("step", "loss", "teacher_top1"));
    for (int step = 1; step <= steps; step++) {
      curves.add(new double[] {step, step, step % 4 == 1 ? step : Double.NaN});
    }
  }

  @Test
  void add_fewSteps_aPointEach() {
    fill(10);
    assertEquals(10, curves.size());
    assertEquals(9, curves.settled());
    assertEquals(3, curves.step(2));
    assertEquals(3, curves.value(2, 1));
    assertEquals(Double.NaN, curves.value(2, 2));
    assertEquals(9, curves.newest(2));
  }

  @Test
  void add_moreStepsThanPoints_meansOfSeveralButLatestAccuracies() {
    fill(2 * Curves.MOST_POINTS + 1);
    assertTrue(curves.size() <= Curves.MOST_POINTS, curves.size() + " points");
    // Four steps a point: 1 to 4.
    assertEquals(4, curves.step(0));
    assertEquals(2.5, curves.value(0, 1));
    assertEquals(1, curves.value(0, 2));
    assertEquals(2 * Curves.MOST_POINTS + 1, curves.step(curves.size() - 1));
    assertEquals(2 * Curves.MOST_POINTS + 1, curves.value(curves.size() - 1, 1));
  }

  @Test
  void add_pointsMerged_otherGeneration() {
    fill(Curves.MOST_POINTS);
    int before = curves.generation();
    curves.add(new double[] {Curves.MOST_POINTS + 1, 0, Double.NaN});
    assertNotEquals(before, curves.generation());
  }

  @Test
  void add_rowsMissing_pointsWhereTheyAre() {
    curves.start(ImmutableList.of("step", "loss"));
    curves.add(new double[] {5, 1});
    curves.add(new double[] {1_000_000, 3});
    assertEquals(2, curves.size());
    assertEquals(1_000_000, curves.step(1));
    assertEquals(3, curves.value(1, 1));
  }
}
