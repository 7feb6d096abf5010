package dev.eman.core.loss;

import static dev.eman.core.loss.SoftmaxCrossEntropyTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ExampleWeightsTest {
  @Test
  void scale_uniform_isOneOverExamples() {
    assertEquals(0.125, ExampleWeights.uniform().scale(3, 8));
    assertEquals(0.5, ExampleWeights.uniform().dividedBy(2).scale(3, 8));
  }

  @Test
  void of_array_isCopied() {
    float[] weights = {1, 2};
    ExampleWeights copied = ExampleWeights.of(weights);
    weights[0] = 9;
    assertEquals(0.5, copied.scale(0, 2));
    assertEquals(1, copied.scale(1, 2));
  }

  @Test
  void of_wrongWeights_namesTheElement() {
    assertMessage(
        "weights[1]: expected a finite number, at least 0, got -1.0",
        () -> ExampleWeights.of(0, -1));
    assertMessage(
        "weights[0]: expected a finite number, at least 0, got NaN",
        () -> ExampleWeights.of(Float.NaN));
    assertMessage(
        "weights: expected [N], got [2, 1]",
        () -> ExampleWeights.of(Nd4j.create(DataType.FLOAT, 2, 1)));
    assertMessage(
        "weights: expected FLOAT or DOUBLE, got INT",
        () -> ExampleWeights.of(Nd4j.createFromArray(1, 2)));
    assertMessage(
        "divisor: expected above 0, got 0.0", () -> ExampleWeights.uniform().dividedBy(0));
  }
}
