package dev.eman.meanteacher;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Five whole steps as a user would run them, against PyTorch. */
class MeanTeacherOracleTest {
  private static final int STEPS = 5;

  @ParameterizedTest
  @CsvSource({"mean_teacher_eman, eman", "mean_teacher_batch_statistics, ema"})
  void fiveSteps_equalPyTorch(String name, String teacher) {
    Oracle oracle = new Oracle(name);
    ComputationGraph network = Oracle.tinyResNet();
    oracle.load("initial", network);
    AlgorithmProvider provider = Algorithms.named("mean-teacher");
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    StudentTeacherAlgorithm algorithm =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(
                    student,
                    AlgorithmOptions.of(
                        provider,
                        Map.of(
                            "teacher",
                            teacher,
                            "teacher_momentum",
                            0.97,
                            "momentum_schedule",
                            "constant",
                            "consistency_weight",
                            10,
                            "rampup_steps",
                            4)))
                .totalSteps(STEPS)
                .build());
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      Batch batch =
          Batch.of(
              oracle.get(step + "x"),
              oracle.labels(step + "y"),
              oracle.get(step + "u_weak"),
              oracle.get(step + "u_strong"));
      Map<String, Double> scalars = algorithm.step(batch, 0.03);
      assertClose(oracle.scalar(step + "loss_x"), scalars, "loss_x");
      assertClose(oracle.scalar(step + "consistency"), scalars, "consistency");
      assertClose(oracle.scalar(step + "weight"), scalars, "consistency_weight");
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", Objects.requireNonNull(algorithm.teacher()).graph(), 2e-4);
  }

  private static void assertClose(double expected, Map<String, Double> scalars, String name) {
    double found = Objects.requireNonNull(scalars.get(name), name);
    assertEquals(expected, found, 1e-4 * Math.max(expected, 1e-3), name);
  }
}
