package dev.eman.byol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

/** Five whole steps as a user would run them, against PyTorch. */
class ByolOracleTest {
  private static final int STEPS = 5;

  @Test
  void fiveSteps_equalPyTorch() {
    Oracle oracle = new Oracle("byol_eman", "backbone.");
    ComputationGraph network = Oracle.branch(true);
    oracle.load("initial_student", network);
    AlgorithmProvider provider = Algorithms.named("byol");
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    StudentTeacherAlgorithm byol =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(
                    student,
                    AlgorithmOptions.of(
                        provider, Map.of("teacher", "eman", "teacher_momentum", 0.9)))
                .totalSteps(STEPS)
                .build());
    oracle.assertState("initial_teacher", Objects.requireNonNull(byol.teacher()).graph(), 0);
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      assertEquals(
          oracle.scalar(step + "momentum"),
          Objects.requireNonNull(byol.teacherUpdate()).nextMomentum(),
          1e-6);
      Map<String, Double> scalars =
          byol.step(Batch.unlabeled(oracle.get(step + "view1"), oracle.get(step + "view2")), 0.01);
      double expected = oracle.scalar(step + "loss");
      double loss = Objects.requireNonNull(scalars.get("loss"));
      assertEquals(expected, loss, 1e-4 * expected, "loss of step " + i);
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", Objects.requireNonNull(byol.teacher()).graph(), 2e-4);
  }
}
