package dev.eman.similarity.comatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CoMatchTest {
  private static StudentTeacherAlgorithm create(Map<String, Object> options) {
    CoMatchProvider provider = new CoMatchProvider();
    Map<String, Object> all = new HashMap<>(options);
    all.put("threshold", 0);
    all.put("own_share", 0);
    return Algorithms.create(
        provider,
        AlgorithmContext.builder(
                new Student(Oracle.embedding(), Sgd.decayingAll(0.9, false, 1e-4)),
                AlgorithmOptions.of(provider, all))
            .totalSteps(9)
            .build());
  }

  private static Batch batch(int seed) {
    Nd4j.getRandom().setSeed(seed);
    INDArray views = Nd4j.randn(3, 3, 12, 12);
    return Batch.of(Nd4j.randn(2, 3, 12, 12), new int[] {4, 7}, views, views, views);
  }

  /** Weak views, then labelled images with their labels; the last ones if there is no more room. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "ema", "eman"})
  void step_any_queuesWhatTheBatchHad(String teacher) {
    StudentTeacherAlgorithm algorithm = create(Map.of("teacher", teacher, "queue", 7));
    algorithm.step(batch(1), 0.01);
    INDArray held = Objects.requireNonNull(algorithm.savedState().get("queue_probabilities"));
    INDArray queue = Objects.requireNonNull(algorithm.savedState().get("queue"));
    for (int i = 0; i < 7; i++) {
      double expected = i < 5 ? 1 : 0;
      assertEquals(expected, held.getRow(i).sumNumber().doubleValue(), 1e-6);
      assertEquals(expected, queue.getRow(i).norm2Number().doubleValue(), 1e-6);
    }
    assertEquals(1, held.getDouble(3, 4));
    assertEquals(1, held.getDouble(4, 7));
    algorithm.step(batch(2), 0.01);
    assertEquals(1, held.getDouble(1, 4));
    assertEquals(1, held.getDouble(2, 7));
    assertEquals(1, held.getDouble(3, 4), "of the step before");
  }

  /** The queue's images alone make the targets here, so the loss tells whether it is asked. */
  @Test
  void steps_firstStep_decidesWhenTheQueueIsAsked() {
    double full = secondLoss(Map.of("queue", 5));
    assertEquals(full, secondLoss(Map.of("queue", 9, "first_step", 1)), 1e-6);
    double plain = secondLoss(Map.of("queue", 5, "first_step", 2));
    assertEquals(plain, secondLoss(Map.of("queue", 9)), 1e-6);
    assertNotEquals(full, plain, 1e-4);
  }

  private static double secondLoss(Map<String, Object> options) {
    StudentTeacherAlgorithm algorithm = create(options);
    algorithm.step(batch(1), 0.01);
    return Objects.requireNonNull(algorithm.step(batch(2), 0.01).get("loss_u"));
  }
}
