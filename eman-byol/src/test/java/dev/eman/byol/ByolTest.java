package dev.eman.byol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Lars;
import dev.eman.core.option.OptionSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ByolTest {
  private static final int STEPS = 20;

  static {
    Nd4j.getRandom().setSeed(5); // Whether a few steps learn is a matter of the images.
  }

  private final INDArray first = Nd4j.randn(DataType.FLOAT, 8, 3, 8, 8);
  private final INDArray second = first.add(Nd4j.randn(DataType.FLOAT, 8, 3, 8, 8).muli(0.3));

  private static StudentTeacherAlgorithm byol(Map<String, Object> more) {
    Map<String, Object> set = new HashMap<>(Map.of("hidden", 16, "dimension", 8));
    set.putAll(more);
    ByolProvider provider = new ByolProvider();
    AlgorithmOptions options = AlgorithmOptions.of(provider, set);
    Student student =
        new Student(
            provider.network(Backbones.named("resnet8-w4"), 10, options, 3),
            Lars.excludingBiasesAndNormalization(0.9, 1e-6));
    return Algorithms.create(
        provider, AlgorithmContext.builder(student, options).totalSteps(STEPS).build());
  }

  @Test
  void steps_withLars_learnAndTheMomentumRisesToOne() {
    StudentTeacherAlgorithm byol = byol(Map.of("teacher_momentum", 0.9));
    assertEquals(0.9, Objects.requireNonNull(byol.teacherUpdate()).nextMomentum(), 1e-9);
    double start = 0;
    double end = 0;
    for (int i = 0; i < STEPS; i++) {
      end = byol.step(Batch.unlabeled(first, second), 2).get("loss");
      start = i == 0 ? end : start;
    }
    assertTrue(end < 0.8 * start, start + " then " + end);
    assertEquals(1, byol.teacherUpdate().nextMomentum(), 1e-9);
  }

  @Test
  void create_predictor_isTheStudentsAlone() {
    StudentTeacherAlgorithm byol = byol(Map.of());
    Teacher teacher = Objects.requireNonNull(byol.teacher());
    assertNotNull(byol.student().parameters().find("predictor.0_W"));
    assertNotNull(teacher.parameters().find("projector.3_W"));
    assertNull(teacher.parameters().find("predictor.0_W"));
  }

  /** Two online passes: running statistics take 0.1 of each view's, one after the other. */
  @Test
  void step_twoPasses_moveTheStatisticsTwice() {
    StudentTeacherAlgorithm byol = byol(Map.of());
    StudentTeacherAlgorithm twin = byol(Map.of());
    byol.step(Batch.unlabeled(first, second), 0);
    twin.student().forward(first);
    twin.student().forward(second);
    assertTrue(
        twin.student()
            .graph()
            .getParam("predictor.1_mean")
            .equalsWithEps(byol.student().graph().getParam("predictor.1_mean"), 1e-6));
  }

  @Test
  void step_metrics_tellTheSpread() {
    Map<String, Double> scalars = byol(Map.of()).step(Batch.unlabeled(first, second), 0.1);
    double spread = Objects.requireNonNull(scalars.get("embedding_std"));
    assertTrue(spread > 0 && spread < 1 / Math.sqrt(8) + 1e-6, scalars.toString());
    assertTrue(scalars.get("loss") >= 0 && scalars.get("loss") <= 8, scalars.toString());
  }

  @Test
  void options_listed_areThoseAccepted() {
    Map<String, Object> all =
        Map.of(
            "teacher",
            "ema",
            "teacher_momentum",
            0.9,
            "momentum_schedule",
            "constant",
            "hidden",
            16,
            "dimension",
            8);
    assertEquals(
        new ByolProvider().options().stream().map(OptionSpec::name).collect(Collectors.toSet()),
        all.keySet());
    byol(all).step(Batch.unlabeled(first, second), 0.1);
    assertThrows(UsageException.class, () -> byol(Map.of("hiden", 1)));
    assertThrows(UsageException.class, () -> byol(Map.of("teacher", "none")));
    assertThrows(UsageException.class, () -> byol(Map.of("hidden", 0)));
  }
}
