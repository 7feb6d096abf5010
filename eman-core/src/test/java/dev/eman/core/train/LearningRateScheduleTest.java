package dev.eman.core.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class LearningRateScheduleTest {
  @Test
  void constant_anyStep_isTheRate() {
    assertEquals(0.03, LearningRateSchedule.constant(0.03).at(0));
    assertEquals(0.03, LearningRateSchedule.constant(0.03).at(Long.MAX_VALUE));
  }

  @Test
  void stepDecay_milestones_fallAtTheStepThatEqualsThem() {
    LearningRateSchedule schedule = LearningRateSchedule.stepDecay(1, List.of(5L, 8L), 0.1, 4);
    double[] expected = {0.25, 0.5, 0.75, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01};
    for (int t = 0; t < expected.length; t++) {
      assertEquals(expected[t], schedule.at(t), 1e-15, "step " + t);
    }
  }

  @Test
  void cosine_warmup_risesThenFallsToZero() {
    LearningRateSchedule schedule = LearningRateSchedule.cosine(0.4, 10, 2);
    assertEquals(0.2, schedule.at(0), 1e-15);
    assertEquals(0.4, schedule.at(1), 1e-15);
    assertEquals(0.4, schedule.at(2), 1e-15);
    assertEquals(0.2 * (1 + Math.sqrt(0.5)), schedule.at(4), 1e-15);
    assertEquals(0.2, schedule.at(6), 1e-15);
    assertEquals(0, schedule.at(10), 1e-15);
    assertEquals(0, schedule.at(11), 1e-15);
  }

  @Test
  void fixMatchCosine_steps_coverSevenSixteenthsOfAPeriod() {
    LearningRateSchedule schedule = LearningRateSchedule.fixMatchCosine(0.03, 1000);
    assertEquals(0.03, schedule.at(0));
    assertEquals(0.03 * Math.cos(7 * Math.PI / 32), schedule.at(500), 1e-17);
    assertEquals(0.03 * 0.19509032201612825, schedule.at(1000), 1e-16);
    assertEquals(schedule.at(1000), schedule.at(1001));
  }

  @Test
  void exponential_steps_haveEqualRatiosAndEndAtTheLast() {
    LearningRateSchedule schedule = LearningRateSchedule.exponential(1e-5, 10, 7);
    for (int t = 0; t < 7; t++) {
      assertEquals(Math.pow(10, t - 5), schedule.at(t), 1e-14 * Math.pow(10, t), "step " + t);
    }
    assertEquals(10, schedule.at(6));
    assertEquals(10, schedule.at(1000));
    assertThrows(IllegalArgumentException.class, () -> LearningRateSchedule.exponential(0, 1, 10));
    assertThrows(IllegalArgumentException.class, () -> LearningRateSchedule.exponential(0.1, 1, 1));
  }

  @Test
  void warmUp_lastStep_isTheRateItself() {
    assertEquals(0.1, LearningRateSchedule.stepDecay(0.1, List.of(10L), 0.3, 3).at(2));
  }

  @Property(tries = 100)
  void at_anySchedule_staysBetweenZeroAndTheRate(
      @ForAll @LongRange(min = 0, max = 100_000) long step,
      @ForAll @LongRange(min = 0, max = 999) long warmup) {
    for (LearningRateSchedule schedule :
        List.of(
            LearningRateSchedule.stepDecay(0.1, List.of(10L, 500L, 70_000L), 0.3, warmup),
            LearningRateSchedule.cosine(0.1, 1000, warmup),
            LearningRateSchedule.fixMatchCosine(0.1, 50_000))) {
      double rate = schedule.at(step);
      assertTrue(rate >= 0 && rate <= 0.1, () -> schedule + " at " + step + ": " + rate);
    }
  }

  @Test
  void stepDecay_listChangedAfterwards_isCopied() {
    List<Long> milestones = new ArrayList<>(List.of(5L));
    LearningRateSchedule schedule = LearningRateSchedule.stepDecay(1, milestones, 0.1, 0);
    milestones.set(0, 1L);
    assertEquals(1, schedule.at(4));
    assertEquals(LearningRateSchedule.stepDecay(1, List.of(5L), 0.1, 0), schedule);
  }

  @Test
  void factories_wrongArguments_throw() {
    assertMessage(
        "learningRate: expected above 0, got 0.0", () -> LearningRateSchedule.constant(0));
    assertMessage(
        "learningRate: expected above 0, got NaN",
        () -> LearningRateSchedule.fixMatchCosine(Double.NaN, 10));
    assertMessage(
        "milestones: expected strictly rising steps, at least 0, got [5, 5]",
        () -> LearningRateSchedule.stepDecay(1, List.of(5L, 5L), 0.1, 0));
    assertMessage(
        "milestones: expected strictly rising steps, at least 0, got [-1, 5]",
        () -> LearningRateSchedule.stepDecay(1, List.of(-1L, 5L), 0.1, 0));
    assertMessage(
        "gamma: expected (0, 1], got 0.0",
        () -> LearningRateSchedule.stepDecay(1, List.of(), 0, 0));
    assertMessage(
        "warmupSteps: expected at least 0, got -1", () -> LearningRateSchedule.cosine(1, 10, -1));
    assertMessage(
        "totalSteps: expected more than the 10 warm-up steps, got 10",
        () -> LearningRateSchedule.cosine(1, 10, 10));
    assertMessage(
        "totalSteps: expected at least 1, got 0", () -> LearningRateSchedule.fixMatchCosine(1, 0));
    assertMessage(
        "step: expected at least 0, got -1", () -> LearningRateSchedule.constant(1).at(-1));
  }

  private static void assertMessage(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
