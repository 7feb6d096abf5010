package dev.eman.moco.ressl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The case of PyTorch: whole steps as a user would run them, and the loss alone. */
class ResslOracleTest {
  private static final int STEPS = 5;
  private static final int BATCH = 6;
  private static final int QUEUE = 18;

  private final Oracle oracle = new Oracle("ressl_eman", "backbone.");

  private INDArray get(int step, String name) {
    return oracle.get("step" + step + "/" + name);
  }

  private INDArray queueBefore(int step) {
    return step == 0 ? oracle.get("algorithm_initial/queue") : get(step - 1, "after/queue");
  }

  @Test
  void fiveSteps_equalPyTorch() {
    ComputationGraph network = Oracle.branch(false);
    oracle.load("initial_student", network);
    AlgorithmProvider provider = Algorithms.named("ressl");
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    Map<String, Object> options =
        Map.of("teacher", "eman", "teacher_momentum", 0.95, "queue", QUEUE);
    Ressl ressl =
        (Ressl)
            Algorithms.create(
                provider,
                AlgorithmContext.builder(student, AlgorithmOptions.of(provider, options))
                    .totalSteps(STEPS)
                    .build());
    oracle.assertState("initial_teacher", Objects.requireNonNull(ressl.teacher()).graph(), 0);
    ressl.queue().assign(oracle.get("algorithm_initial/queue"));
    for (int i = 0; i < STEPS; i++) {
      Map<String, Double> scalars =
          ressl.step(Batch.unlabeled(get(i, "view_strong"), get(i, "view_weak")), 0.01);
      double expected = get(i, "loss").getDouble(0);
      double loss = Objects.requireNonNull(scalars.get("loss"));
      assertEquals(expected, loss, 1e-4 * expected, "loss of step " + i);
      Oracle.assertClose("queue after " + i, get(i, "after/queue"), ressl.queue(), 2e-4);
      int at = i * BATCH % QUEUE;
      INDArray keys = StepContext.rows(ressl.queue(), at, at + BATCH);
      Oracle.assertClose("keys of " + i, get(i, "key"), keys, 2e-4);
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", Objects.requireNonNull(ressl.teacher()).graph(), 2e-4);
  }

  @Test
  void loss_ofTheStepsEmbeddings_equalsPyTorch() {
    RelationLoss relations = new RelationLoss(0.1, 0.04);
    for (int i = 0; i < STEPS; i++) {
      RelationLoss.Result result =
          relations.of(get(i, "projection_student"), get(i, "key"), queueBefore(i));
      double expected = get(i, "loss").getDouble(0);
      assertEquals(expected, result.value(), 1e-5 * expected);
      Oracle.assertClose("target", get(i, "target"), result.targets(), 1e-5);
      Oracle.assertClose("gradient", get(i, "dprojection_student"), result.gradient(), 1e-5);
    }
  }
}
