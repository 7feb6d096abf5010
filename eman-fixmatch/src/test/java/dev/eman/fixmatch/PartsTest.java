package dev.eman.fixmatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.DataParallel;
import dev.eman.core.algorithm.NonFiniteLossException;
import dev.eman.core.data.Batch;
import dev.eman.core.model.MomentumSchedule;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.model.TeacherUpdate;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Steps in parts and steps over workers, against one another and against naive sums. */
class PartsTest {
  private static FixMatch fixMatch(TeacherStatistics statistics) {
    Student student =
        new Student(
            Backbones.named("resnet8-w4").classifier(3, 5),
            Sgd.excludingBiasesAndNormalization(0.9, true, 5e-4));
    Teacher teacher = Teacher.copyOf(student, statistics);
    return new FixMatch(
        student,
        teacher,
        new TeacherUpdate(student, teacher, MomentumSchedule.constant(0.9)),
        new FixMatchConfig(0.34, 1, false, 1));
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed + 1);
    INDArray weak = Nd4j.randn(8, 3, 8, 8);
    return Batch.of(
        Nd4j.randn(4, 3, 8, 8),
        new int[] {0, 1, 2, seed % 3},
        weak,
        weak.add(Nd4j.randn(8, 3, 8, 8).muli(0.1)));
  }

  private static double difference(INDArray a, INDArray b) {
    return a.sub(b).norm1Number().doubleValue() / a.length()
        + a.sub(b).normmaxNumber().doubleValue();
  }

  /** The bar: within 1e-5, both networks, statistics included. */
  @ParameterizedTest
  @CsvSource({"2, 1, AVERAGED", "2, 2, AVERAGED", "4, 1, BATCH"})
  void workers_severalSteps_equalPartsOfOneWorker(
      int workers, int partsEach, TeacherStatistics statistics) {
    FixMatch alone = fixMatch(statistics);
    FixMatch main = fixMatch(statistics);
    try (DataParallel parallel =
        new DataParallel(main, workers, partsEach, () -> fixMatch(statistics))) {
      for (int i = 0; i < 5; i++) {
        Map<String, Double> expected = alone.step(batch(i), workers * partsEach, 0.05);
        Map<String, Double> found = parallel.run(batch(i), 0.05);
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, value) -> assertEquals(value, found.get(name), 1e-5, name));
      }
    }
    assertTrue(
        difference(alone.student().parameters().vector(), main.student().parameters().vector())
            < 1e-5);
    assertTrue(
        difference(alone.teacher().parameters().vector(), main.teacher().parameters().vector())
            < 1e-5);
    assertEquals(alone.steps(), main.steps());
  }

  /** By hand: each part from the same start, gradients and statistics averaged. */
  @Test
  void parts_oneStep_meanOfGradientsAndStatistics() {
    Batch whole = batch(1);
    INDArray gradient = null;
    INDArray moved = null;
    for (Batch part : whole.split(2)) {
      FixMatch once = fixMatch(TeacherStatistics.AVERAGED);
      once.step(part, 1e-12); // Its gradient is left behind, its statistics have moved.
      INDArray g = once.student().gradient().dup();
      INDArray p = once.student().parameters().vector().dup();
      gradient = gradient == null ? g : gradient.add(g);
      moved = moved == null ? p : moved.add(p);
    }
    FixMatch inParts = fixMatch(TeacherStatistics.AVERAGED);
    inParts.step(whole, 2, 1e-12);
    assertTrue(difference(gradient.div(2), inParts.student().gradient()) < 1e-6);
    assertTrue(difference(moved.div(2), inParts.student().parameters().vector()) < 1e-6);
  }

  /** With batch statistics per part the whole batch is something else: the test above can fail. */
  @Test
  void parts_differFromTheWholeBatch() {
    FixMatch whole = fixMatch(TeacherStatistics.AVERAGED);
    FixMatch inParts = fixMatch(TeacherStatistics.AVERAGED);
    whole.step(batch(1), 0.05);
    inParts.step(batch(1), 2, 0.05);
    assertTrue(
        difference(whole.student().parameters().vector(), inParts.student().parameters().vector())
            > 1e-4);
  }

  @Test
  void parts_thatDoNotDivide_areRefused() {
    FixMatch algorithm = fixMatch(TeacherStatistics.AVERAGED);
    Throwable failure =
        assertThrows(IllegalArgumentException.class, () -> algorithm.step(batch(1), 3, 0.05));
    assertTrue(failure.getMessage().contains("4 labelled and 8 unlabelled"), failure.getMessage());
  }

  @ParameterizedTest
  @EnumSource(TeacherStatistics.class)
  void workers_oneFails_theStepFailsAndTheNextIsSound(TeacherStatistics statistics) {
    FixMatch main = fixMatch(statistics);
    FixMatch alone = fixMatch(statistics);
    try (DataParallel parallel = new DataParallel(main, 2, 1, () -> fixMatch(statistics))) {
      Batch spoiled = batch(0);
      spoiled.requireLabeled().putScalar(new int[] {3, 0, 0, 0}, Double.NaN); // The second half.
      INDArray before = main.student().parameters().vector().dup();
      assertThrows(NonFiniteLossException.class, () -> parallel.run(spoiled, 0.05));
      assertEquals(0, main.steps());
      main.student().parameters().vector().assign(before); // Statistics had moved.
      main.student().parametersChanged();
      parallel.run(batch(1), 0.05);
      alone.step(batch(1), 2, 0.05);
      assertTrue(
          difference(alone.student().parameters().vector(), main.student().parameters().vector())
              < 1e-5);
    }
  }
}
