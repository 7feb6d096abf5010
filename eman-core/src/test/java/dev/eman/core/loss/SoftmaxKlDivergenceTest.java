package dev.eman.core.loss;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
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
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class SoftmaxKlDivergenceTest {
  @Test
  void of_fixedInput_equalsPyTorch() {
    INDArray logits =
        array(
            new double[][] {
              {1.5, -0.5, 0.25}, {0.0, 2.0, -3.0}, {4.0, 4.5, -1.0}, {-2, 0.5, 0.75}
            });
    INDArray targets =
        array(new double[][] {{0.7, 0.2, 0.1}, {0.1, 0.8, 0.1}, {0.0, 0.5, 0.5}, {1.0, 0.0, 0.0}});
    LossValue loss = SoftmaxKlDivergence.of(logits, targets);
    // F.kl_div(log_softmax(logits), targets, reduction="batchmean") of PyTorch 1.13 in float64.
    assertEquals(1.54091613495909, loss.value(), 1e-14);
    assertSameValues(SoftmaxCrossEntropy.withTargets(logits, targets).gradient(), loss.gradient());
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
        expected += weights[i] * q[i][k] * Math.log(q[i][k] / p[k]) / 3;
      }
    }
    LossValue loss =
        SoftmaxKlDivergence.of(strided(logits), strided(q), ExampleWeights.of(0.25f, 0, 2));
    assertEquals(expected, loss.value(), 1e-13);
    assertArrayEquals(new double[5], flat(loss.gradient().getRow(1)), 0);
  }

  @Property(tries = 50)
  void of_probabilities_isNeverNegative(@ForAll long seed) {
    INDArray logits = array(gaussian(seed, 6, 8, 1));
    INDArray q = array(probabilities(seed + 1, 6, 8));
    assertTrue(SoftmaxKlDivergence.of(logits, q).value() >= 0);
    assertEquals(0, SoftmaxKlDivergence.of(logits, Softmax.of(logits)).value(), 1e-14);
  }

  @Property(tries = 30)
  void of_anyInput_gradientEqualsFiniteDifferences(@ForAll long seed) {
    double[][] logits = gaussian(seed, 4, 5, 1.5);
    INDArray targets = array(probabilities(seed + 1, 4, 5));
    ExampleWeights weights = ExampleWeights.of(1, 0.5f, 0, 3);
    assertGradient(
        logits,
        SoftmaxKlDivergence.of(array(logits), targets, weights).gradient(),
        x -> SoftmaxKlDivergence.of(array(x), targets, weights).value(),
        1e-6);
  }

  @Test
  void of_wrongTargets_throws() {
    assertMessage(
        "targets: expected [2, 3], got [2, 4]",
        () -> SoftmaxKlDivergence.of(array(new double[2][3]), array(new double[2][4])));
  }
}
