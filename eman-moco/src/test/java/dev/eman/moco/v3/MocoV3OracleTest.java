package dev.eman.moco.v3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The case of PyTorch: whole steps as a user would run them, and the loss alone. */
class MocoV3OracleTest {
  private static final int STEPS = 5;

  private final Oracle oracle = new Oracle("mocov3_eman", "backbone.");

  private INDArray get(int step, String name) {
    return oracle.get("step" + step + "/" + name);
  }

  @Test
  void fiveSteps_equalPyTorch() {
    ComputationGraph network = Oracle.branch(true);
    oracle.load("initial_student", network);
    AlgorithmProvider provider = Algorithms.named("moco-v3");
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    Map<String, Object> options =
        Map.of("teacher", "eman", "teacher_momentum", 0.9, "temperature", 0.2);
    StudentTeacherAlgorithm moco =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(student, AlgorithmOptions.of(provider, options))
                .totalSteps(STEPS)
                .build());
    Teacher teacher = Objects.requireNonNull(moco.teacher());
    oracle.assertState("initial_teacher", teacher.graph(), 0);
    for (int i = 0; i < STEPS; i++) {
      assertEquals(
          get(i, "momentum").getDouble(0),
          Objects.requireNonNull(moco.teacherUpdate()).nextMomentum(),
          1e-6);
      INDArray first = get(i, "view1");
      INDArray second = get(i, "view2");
      double loss =
          Objects.requireNonNull(moco.step(Batch.unlabeled(first, second), 0.01).get("loss"));
      double expected = get(i, "loss").getDouble(0);
      assertEquals(expected, loss, 1e-4 * expected, "loss of step " + i);
      // The teacher moves before its passes alone: it gives the same keys until the next step.
      Oracle.assertClose("key1", get(i, "key1"), keys(teacher, first), 2e-4);
      Oracle.assertClose("key2", get(i, "key2"), keys(teacher, second), 2e-4);
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", teacher.graph(), 2e-4);
  }

  private static INDArray keys(Teacher teacher, INDArray images) {
    return Directions.of(teacher.infer(images)[0]).unit();
  }

  @Test
  void loss_ofTheStepsPredictions_equalsPyTorch() {
    BatchContrast contrast = new BatchContrast(0.2);
    for (int i = 0; i < STEPS; i++) {
      for (int from = 1; from <= 2; from++) {
        int to = 3 - from;
        BatchContrast.Result result = contrast.of(get(i, "prediction" + from), get(i, "key" + to));
        double expected = get(i, "loss_" + from + to).getDouble(0);
        assertEquals(expected, result.value(), 1e-5 * expected);
        Oracle.assertClose("gradient", get(i, "dprediction" + from), result.gradient(), 1e-5);
      }
    }
  }
}
