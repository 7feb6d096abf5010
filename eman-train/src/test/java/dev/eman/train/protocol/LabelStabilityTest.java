package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.Supervised;
import dev.eman.core.model.Teacher;
import dev.eman.datasets.Part;
import dev.eman.train.protocol.LabelStability.Change;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LabelStabilityTest {
  private static final FirstImages TRAIN = FirstImages.of(Part.TRAIN, 100);

  private static LabelStability.Result measure(LabelStability protocol, Supervised algorithm) {
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    try (TeacherPair pair = new TeacherPair(teacher);
        var training = TRAIN.augmented(TRAIN.indices(), 16)) {
      return protocol.measure(algorithm, 0.1, pair, training, TRAIN.size(), TRAIN::inOrder);
    }
  }

  private static int[] labels(Teacher teacher, int images) {
    try (var source = TRAIN.inOrder(Orders.sample(TRAIN.size(), images), images)) {
      return teacher.infer(source.next().requireLabeled())[0].argMax(1).toIntVector();
    }
  }

  /** The batches differ from step to step, which batch statistics alone notice. */
  @Test
  void measure_teacherThatStays_averagedLabelsStayToo() {
    Supervised algorithm = SmallTeacher.trained(TRAIN, 1);
    LabelStability.Result result = measure(new LabelStability(3, 1000, 8), algorithm);
    assertEquals(96, result.images());
    assertEquals(List.of(1, 2, 3), result.changes().stream().map(Change::step).toList());
    assertTrue(result.changes().stream().allMatch(change -> change.averaged() == 0), "" + result);
    assertTrue(result.changes().stream().anyMatch(change -> change.ofBatch() > 0), "" + result);
  }

  @Test
  void measure_teacherThatFollows_countsChangedLabels() {
    Supervised algorithm = SmallTeacher.trained(TRAIN, 0);
    Teacher teacher = Objects.requireNonNull(algorithm.teacher());
    int[] before = labels(teacher, 80);
    long steps = algorithm.steps();
    LabelStability.Result result = measure(new LabelStability(1, 83, 16), algorithm);
    assertEquals(steps + 1, algorithm.steps());
    int[] after = labels(teacher, 80);
    int expected = 0;
    for (int i = 0; i < before.length; i++) {
      expected += before[i] == after[i] ? 0 : 1;
    }
    assertTrue(expected > 0, Arrays.toString(after));
    assertEquals(80, result.images());
    assertEquals(expected, result.changes().get(0).averaged());
  }

  @Test
  void measure_fewerImagesThanABatch_allInOneBatch() {
    Supervised algorithm = SmallTeacher.trained(TRAIN, 1);
    assertEquals(100, measure(new LabelStability(1, 1000, 128), algorithm).images());
  }

  @Test
  void new_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LabelStability(0, 64, 8));
    assertThrows(IllegalArgumentException.class, () -> new LabelStability(1, 64, 0));
    assertThrows(IllegalArgumentException.class, () -> new LabelStability(1, 7, 8));
  }
}
