package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.ndarray.INDArray;

class MomentumScheduleTest {
  @Test
  void constant_anyStep_isMomentum() {
    MomentumSchedule schedule = MomentumSchedule.constant(0.999);
    assertEquals(0.999, schedule.at(0));
    assertEquals(0.999, schedule.at(1_000_000));
  }

  @Test
  void linearWarmup_steps_riseFromOneTenthToMomentum() {
    MomentumSchedule schedule = MomentumSchedule.linearWarmup(0.999);
    assertEquals(0.1, schedule.at(0), 1e-15);
    assertEquals(2.0 / 11, schedule.at(1), 1e-15);
    assertEquals(0.91, schedule.at(90), 1e-15);
    // (1 + t) / (10 + t) = 0.999 at t = 8990.
    assertTrue(schedule.at(8989) < 0.999);
    assertEquals(0.999, schedule.at(8991));
  }

  @Test
  void cosineToOne_steps_riseFromBaseToOne() {
    MomentumSchedule schedule = MomentumSchedule.cosineToOne(0.9, 5);
    // The momenta of the reference BYOL case: base 0.9, five steps.
    assertEquals(0.9, schedule.at(0), 1e-15);
    assertEquals(0.9095491502812526, schedule.at(1), 1e-15);
    assertEquals(0.9345491502812526, schedule.at(2), 1e-15);
    assertEquals(0.9654508497187474, schedule.at(3), 1e-15);
    assertEquals(0.9904508497187474, schedule.at(4), 1e-15);
    assertEquals(1, schedule.at(5));
    assertEquals(1, schedule.at(50));
  }

  @Test
  void ramp_constantMomentumLater_averagesAllStudentsFirst() {
    MomentumSchedule schedule = MomentumSchedule.ramp(0.99);
    double average = -7;
    double sum = 0;
    for (int t = 0; t < 99; t++) {
      double student = t * t % 17;
      sum += student;
      average = schedule.at(t) * average + (1 - schedule.at(t)) * student;
      assertEquals(sum / (t + 1), average, 1e-12);
    }
    assertEquals(0.99, schedule.at(100), 1e-15);
    assertEquals(0.99, schedule.at(1000));
  }

  @Property(tries = 100)
  void at_anySchedule_staysInRangeAndNeverFalls(
      @ForAll @DoubleRange(min = 0, max = 1) double momentum,
      @ForAll @LongRange(min = 0, max = 1_000_000) long step) {
    for (MomentumSchedule schedule :
        List.of(
            MomentumSchedule.constant(momentum),
            MomentumSchedule.linearWarmup(momentum),
            MomentumSchedule.cosineToOne(momentum, 1000),
            MomentumSchedule.ramp(momentum))) {
      double now = schedule.at(step);
      assertTrue(now >= 0 && now <= 1, () -> schedule + " at " + step + ": " + now);
      assertTrue(schedule.at(step + 1) >= now - 1e-15, schedule::toString);
    }
  }

  @Test
  void factories_wrongArguments_throw() {
    assertMessage("momentum: expected [0, 1], got 1.01", () -> MomentumSchedule.constant(1.01));
    assertMessage("momentum: expected [0, 1], got NaN", () -> MomentumSchedule.ramp(Double.NaN));
    assertMessage("momentum: expected [0, 1], got -0.1", () -> MomentumSchedule.linearWarmup(-0.1));
    assertMessage("base: expected [0, 1], got 2.0", () -> MomentumSchedule.cosineToOne(2, 10));
    assertMessage(
        "totalSteps: expected at least 1, got 0", () -> MomentumSchedule.cosineToOne(0.9, 0));
    assertMessage("step: expected at least 0, got -1", () -> MomentumSchedule.constant(0.9).at(-1));
  }

  private static void assertMessage(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void apply_scheduleOfOnesOwnBeyondItsRange_isRefused() {
    Student student =
        new Student(
            Backbones.named("tiny-cnn").classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4));
    Teacher teacher = Teacher.copyOf(student, TeacherStatistics.AVERAGED);
    TeacherUpdate update =
        new TeacherUpdate(student, teacher, t -> t == 0 ? 0 : Math.sqrt(0.5 - t));
    student.parameters().vector().addi(1);
    update.apply();
    student.parameters().vector().addi(1);
    INDArray before = teacher.parameters().vector().dup();
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, update::apply);
    assertEquals("momentum: expected [0, 1], got NaN", e.getMessage());
    assertSameValues(before, teacher.parameters().vector());
    assertEquals(1, update.updates());
  }
}
