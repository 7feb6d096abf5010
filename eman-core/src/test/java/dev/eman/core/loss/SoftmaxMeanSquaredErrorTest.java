package dev.eman.core.loss;

import static dev.eman.core.loss.LossChecks.array;
import static dev.eman.core.loss.LossChecks.assertGradient;
import static dev.eman.core.loss.LossChecks.flat;
import static dev.eman.core.loss.LossChecks.gaussian;
import static dev.eman.core.loss.LossChecks.naiveSoftmax;
import static dev.eman.core.loss.LossChecks.probabilities;
import static dev.eman.core.loss.LossChecks.strided;
import static dev.eman.core.loss.SoftmaxCrossEntropyTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class SoftmaxMeanSquaredErrorTest {
  @Test
  void of_fixedInput_equalsPyTorch() {
    INDArray logits =
        array(
            new double[][] {
              {1.5, -0.5, 0.25}, {0.0, 2.0, -3.0}, {4.0, 4.5, -1.0}, {-2, 0.5, 0.75}
            });
    INDArray targets =
        array(new double[][] {{0.7, 0.2, 0.1}, {0.1, 0.8, 0.1}, {0.0, 0.5, 0.5}, {1.0, 0.0, 0.0}});
    LossValue loss = SoftmaxMeanSquaredError.of(logits, targets);
    // F.mse_loss(torch.softmax(logits, -1), targets) of PyTorch 1.13 in float64.
    assertEquals(0.15375354523988002, loss.value(), 1e-15);
    assertArrayEquals(
        new double[] {
          -0.0011127714247384224, -0.0018659694410073922, 0.002978740865745815,
          -0.0009743299564754679, 0.001133557543575287, -0.00015922758709982057,
          0.010103621158644686, -0.009802065897965182, -0.00030155526067950214,
          -0.008123318710049832, -0.001196866880443978, 0.009320185590493798
        },
        flat(loss.gradient()),
        1e-16);
  }

  @Property(tries = 50)
  void of_weights_equalsNaiveReference(@ForAll long seed) {
    double[][] logits = gaussian(seed, 3, 5, 2);
    double[][] q = probabilities(seed + 1, 3, 5);
    double[] weights = {0.25, 0, 2};
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      double[] p = naiveSoftmax(logits[i]);
      for (int k = 0; k < 5; k++) {
        expected += weights[i] * (p[k] - q[i][k]) * (p[k] - q[i][k]) / (3 * 5);
      }
    }
    LossValue loss =
        SoftmaxMeanSquaredError.of(strided(logits), strided(q), ExampleWeights.of(0.25f, 0, 2));
    assertEquals(expected, loss.value(), 1e-14);
    assertArrayEquals(new double[5], flat(loss.gradient().getRow(1)), 0);
    assertArrayEquals(new double[3], flat(loss.gradient().sum(1)), 1e-15);
  }

  @Property(tries = 30)
  void of_anyInput_gradientEqualsFiniteDifferences(@ForAll long seed) {
    double[][] logits = gaussian(seed, 4, 5, 1.5);
    INDArray targets = array(probabilities(seed + 1, 4, 5));
    ExampleWeights weights = ExampleWeights.of(1, 0.5f, 0, 3);
    assertGradient(
        logits,
        SoftmaxMeanSquaredError.of(array(logits), targets, weights).gradient(),
        x -> SoftmaxMeanSquaredError.of(array(x), targets, weights).value(),
        1e-6);
  }

  @Test
  void of_targetsAreTheProbabilities_isZero() {
    INDArray logits = array(gaussian(3, 4, 5, 2));
    LossValue loss = SoftmaxMeanSquaredError.of(logits, Softmax.of(logits));
    assertEquals(0, loss.value(), 1e-30);
    assertArrayEquals(new double[20], flat(loss.gradient()), 1e-16);
  }

  @Test
  void into_float32_equalsFloat64() {
    INDArray logits = array(gaussian(4, 4, 5, 2));
    INDArray q = array(probabilities(5, 4, 5));
    INDArray gradient = logits.castTo(DataType.FLOAT);
    double value =
        SoftmaxMeanSquaredError.into(
            gradient, q.castTo(DataType.FLOAT), ExampleWeights.uniform(), gradient);
    LossValue expected = SoftmaxMeanSquaredError.of(logits, q);
    assertEquals(expected.value(), value, 1e-7);
    assertArrayEquals(flat(expected.gradient()), flat(gradient), 1e-7);
  }

  @Test
  void of_wrongTargets_throws() {
    assertMessage(
        "targets: expected [2, 3], got [3, 2]",
        () -> SoftmaxMeanSquaredError.of(array(new double[2][3]), array(new double[3][2])));
  }
}
