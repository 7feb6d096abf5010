package dev.eman.similarity;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.algorithm.AlgorithmContext;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A case of PyTorch's, five whole steps as a user would run them. */
public final class OracleSteps {
  private static final int STEPS = 5;
  private static final int WINDOW = 3;

  private final Oracle oracle;
  private final StudentTeacherAlgorithm algorithm;

  /**
   * Sets up a case.
   *
   * @param options of the method, besides those that all cases share
   */
  public OracleSteps(String algorithmName, String name, Map<String, Object> options) {
    oracle = new Oracle(name);
    ComputationGraph network = Oracle.embedding();
    new Oracle("embedding").load("initial", network); // The same in all cases.
    Map<String, Object> all = new HashMap<>(options);
    all.put("teacher_momentum", 0.97);
    all.put("momentum_schedule", "constant");
    all.put("threshold", 0.22);
    all.put("lambda_u", 2);
    all.put("alignment_window", WINDOW);
    AlgorithmProvider provider = Algorithms.named(algorithmName);
    algorithm =
        Algorithms.create(
            provider,
            AlgorithmContext.builder(
                    new Student(network, Sgd.decayingAll(0.9, false, 1e-4)),
                    AlgorithmOptions.of(provider, all))
                .labeledImages(12)
                .totalSteps(STEPS)
                .build());
  }

  /** Sets a part of the state to that of before the first step. */
  public void setInitial(String state) {
    saved(state).assign(oracle.get("algorithm_initial/" + state));
  }

  /**
   * Runs the steps, and compares losses, masks and state after each, and both networks at the end.
   *
   * @param ownLoss the method's own
   * @param state of the method, besides the window of batch means
   * @param views of the unlabelled images
   */
  public void check(String ownLoss, List<String> state, String... views) {
    for (int i = 0; i < STEPS; i++) {
      String step = "step" + i + "/";
      Map<String, Double> scalars = algorithm.step(Oracle.matchBatch(i, views), 0.01);
      for (String loss : List.of("loss", "loss_x", "loss_u", ownLoss)) {
        double expected = oracle.scalar(step + loss);
        assertEquals(expected, value(scalars, loss), 1e-4 * expected, step + loss);
      }
      double rate = oracle.get(step + "mask").meanNumber().doubleValue();
      assertEquals(rate, value(scalars, "mask_rate"), 1e-6, step);
      for (String part : state) {
        INDArray expected = oracle.get(step + "after/" + part).castTo(DataType.FLOAT);
        Oracle.assertClose(step + part, expected, saved(part), 1e-5);
      }
      assertWindow(step, i);
    }
    oracle.assertState("student", algorithm.student().graph(), 2e-4);
    Teacher teacher = algorithm.teacher();
    if (teacher != null) {
      oracle.assertState("teacher", teacher.graph(), 2e-4);
    }
  }

  /** Ours is a ring, PyTorch's begins with the oldest mean. */
  private void assertWindow(String step, int last) {
    INDArray expected = oracle.get(step + "after/batch_means");
    INDArray ours = saved("batch_means");
    for (int row = 0; row < expected.size(0); row++) {
      int at = (last + 1 - (int) expected.size(0) + row) % WINDOW;
      Oracle.assertClose(step + "mean", expected.getRow(row), ours.getRow(at), 1e-5);
    }
    INDArray rest = ours.get(NDArrayIndex.interval(expected.size(0), WINDOW));
    if (expected.size(0) < WINDOW) {
      assertSameValues(Nd4j.zerosLike(rest), rest);
    }
  }

  private INDArray saved(String name) {
    return Objects.requireNonNull(algorithm.savedState().get(name), name);
  }

  private static double value(Map<String, Double> scalars, String name) {
    return Objects.requireNonNull(scalars.get(name), name);
  }
}
