package dev.eman.core.algorithm;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WorkerRowsTest {
  private static final class Remembering extends StudentTeacherAlgorithm {
    private final ImmutableMap<String, INDArray> state;

    Remembering(Map<String, INDArray> state) {
      super(
          new Student(
              Backbones.named("tiny-cnn").classifier(3, 1), Sgd.decayingAll(0.9, false, 1e-4)));
      this.state = ImmutableMap.copyOf(state);
    }

    @Override
    protected LossTerms computeLoss(StepContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected Map<String, INDArray> state() {
      return state;
    }
  }

  private static Map<String, INDArray> state(double pointer, String... names) {
    Map<String, INDArray> state = new LinkedHashMap<>();
    for (String name : names) {
      state.put(name, name.equals("pointer") ? Nd4j.scalar(pointer) : Nd4j.ones(2, name.length()));
    }
    return state;
  }

  private static void compare(List<Map<String, INDArray>> states) {
    ExchangedWorkers.run(
        states.size(),
        exchange -> {
          new WorkerRows(new Remembering(states.get(exchange.rank())), 1, "").compare(exchange);
          return exchange.rank();
        });
  }

  /** A {@code Map.of} has another order in each JVM. */
  @Test
  void compare_equalStatesInAnotherOrder_passes() {
    assertDoesNotThrow(
        () ->
            compare(
                List.of(
                    state(3, "queue", "pointer", "mean"), state(3, "mean", "pointer", "queue"))));
  }

  @Test
  void compare_emptyArrays_passes() {
    Map<String, INDArray> state =
        Map.of("queue", Nd4j.create(DataType.FLOAT, 0, 4), "none", Nd4j.empty(DataType.INT32));
    assertDoesNotThrow(() -> compare(List.of(state, state)));
  }

  @Test
  void compare_anotherState_isRefused() {
    AssertionError e =
        assertThrows(
            AssertionError.class,
            () -> compare(List.of(state(3, "queue", "pointer"), state(4, "queue", "pointer"))));
    assertTrue(e.getCause() instanceof EmanException, () -> String.valueOf(e.getCause()));
    assertTrue(e.getCause().getMessage().startsWith("worker 1: expected the weights of worker 0"));
  }
}
