package dev.eman.moco;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.Directions;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Five whole steps as a user would run them, against PyTorch. */
class MocoOracleTest {
  private static final int STEPS = 5;
  private static final int BATCH = 6;
  private static final int QUEUE = 18;

  /** Those of a step's forward pass, by a copy: the pass moves statistics. */
  private static INDArray queries(Student student, INDArray images) {
    Student copy = new Student(student.graph().clone(), Sgd.decayingAll(0, false, 0));
    return Directions.of(copy.forward(images)[0]).unit();
  }

  @Test
  void fiveSteps_equalPyTorch() {
    Oracle oracle = new Oracle("moco_eman", "backbone.");
    ComputationGraph network = Oracle.branch(false);
    oracle.load("initial", network);
    AlgorithmProvider provider = Algorithms.named("moco");
    Student student = new Student(network, Sgd.decayingAll(0.9, false, 1e-4));
    Moco moco =
        (Moco)
            Algorithms.create(
                provider,
                AlgorithmContext.builder(
                        student,
                        AlgorithmOptions.of(
                            provider,
                            Map.of("teacher", "eman", "teacher_momentum", 0.95, "queue", QUEUE)))
                    .totalSteps(STEPS)
                    .build());
    moco.queue().assign(oracle.get("queue_initial"));
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      INDArray queries = queries(student, oracle.get(step + "view_query"));
      INDArray negatives = moco.queue().dup();
      Map<String, Double> scalars =
          moco.step(
              Batch.unlabeled(oracle.get(step + "view_query"), oracle.get(step + "view_key")),
              0.05);
      double expected = oracle.scalar(step + "loss");
      double loss = Objects.requireNonNull(scalars.get("loss"));
      assertEquals(expected, loss, 1e-4 * expected, "loss of step " + i);
      int at = i * BATCH % QUEUE;
      INDArray keys = StepContext.rows(moco.queue(), at, at + BATCH);
      INDArray similarities =
          Nd4j.hstack(queries.mul(keys).sum(true, 1), queries.mmul(negatives.transpose()));
      INDArray logits = similarities.div(MocoConfig.DEFAULT.temperature());
      Oracle.assertClose("logits of " + i, oracle.get(step + "logits"), logits, 5e-4);
    }
    oracle.assertState("student", student.graph(), 2e-4);
    oracle.assertState("teacher", Objects.requireNonNull(moco.teacher()).graph(), 2e-4);
    Oracle.assertClose("queue", oracle.get("queue"), moco.queue(), 2e-4);
  }
}
