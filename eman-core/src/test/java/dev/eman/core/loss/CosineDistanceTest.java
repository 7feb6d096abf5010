package dev.eman.core.loss;

import static dev.eman.core.loss.LossChecks.array;
import static dev.eman.core.loss.LossChecks.assertGradient;
import static dev.eman.core.loss.LossChecks.flat;
import static dev.eman.core.loss.LossChecks.gaussian;
import static dev.eman.core.loss.LossChecks.strided;
import static dev.eman.core.loss.SoftmaxCrossEntropyTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class CosineDistanceTest {
  @Test
  void of_fixedInput_equalsPyTorch() {
    INDArray p =
        array(
            new double[][] {
              {1.5, -0.5, 0.25}, {0.0, 2.0, -3.0}, {4.0, 4.5, -1.0}, {-2, 0.5, 0.75}
            });
    INDArray z =
        array(new double[][] {{0.7, 0.2, 0.1}, {0.1, 0.8, 0.1}, {0.0, 0.5, 0.5}, {1.0, 0.0, 0.0}});
    LossValue loss = CosineDistance.of(p, z);
    // (2 - 2 * F.cosine_similarity(p, z)).mean() of PyTorch 1.13 in float64.
    assertEquals(1.6167615449705108, loss.value(), 1e-14);
    assertArrayEquals(
        new double[] {
          -0.05494563543472675, -0.16587361640672216, -0.0020734202050840395,
          -0.01706971854997297, -0.10241831129983783, -0.06827887419989188,
          0.021771764427084277, -0.033435209655879414, -0.06337138574312029,
          -0.03848019464870894, -0.04736023956764174, -0.0710403593514626
        },
        flat(loss.gradient()),
        1e-15);
  }

  @Property(tries = 50)
  void of_weights_equalsNaiveReference(@ForAll long seed) {
    double[][] p = gaussian(seed, 3, 5, 2);
    double[][] z = gaussian(seed + 1, 3, 5, 3);
    double[] weights = {0.25, 0, 2};
    double expected = 0;
    for (int i = 0; i < 3; i++) {
      double pNorm = Math.sqrt(dot(p[i], p[i]));
      double zNorm = Math.sqrt(dot(z[i], z[i]));
      for (int k = 0; k < 5; k++) {
        double difference = p[i][k] / pNorm - z[i][k] / zNorm;
        expected += weights[i] * difference * difference / 3;
      }
    }
    LossValue loss = CosineDistance.of(strided(p), strided(z), ExampleWeights.of(0.25f, 0, 2));
    assertEquals(expected, loss.value(), 1e-13);
    assertArrayEquals(new double[5], flat(loss.gradient().getRow(1)), 0);
  }

  @Property(tries = 30)
  void of_anyInput_gradientEqualsFiniteDifferences(@ForAll long seed) {
    double[][] p = gaussian(seed, 4, 5, 2);
    INDArray z = array(gaussian(seed + 1, 4, 5, 2));
    ExampleWeights weights = ExampleWeights.of(1, 0.5f, 0, 3);
    assertGradient(
        p,
        CosineDistance.of(array(p), z, weights).gradient(),
        x -> CosineDistance.of(array(x), z, weights).value(),
        1e-6);
  }

  @Property(tries = 30)
  void of_scaledVectors_sameLossAndGradientAcrossTheRadius(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 100) double scale) {
    INDArray p = array(gaussian(seed, 4, 5, 2));
    INDArray z = array(gaussian(seed + 1, 4, 5, 2));
    LossValue loss = CosineDistance.of(p, z);
    assertEquals(loss.value(), CosineDistance.of(p.mul(scale), z.mul(3)).value(), 1e-12);
    assertArrayEquals(new double[4], flat(loss.gradient().mul(p).sum(1)), 1e-14);
  }

  @Test
  void of_normsBelowEpsilon_areClamped() {
    INDArray z = array(new double[][] {{0.7, 0.2, 0.1}});
    // Values of PyTorch 1.13's F.cosine_similarity.
    INDArray tiny = array(new double[][] {{3e-9, 4e-9, 0}});
    assertEquals(1.2107199717698647, CosineDistance.of(tiny, z).value(), 1e-14);
    LossValue zero = CosineDistance.of(array(new double[1][3]), z);
    assertEquals(2, zero.value(), 0);
    double norm = Math.sqrt(0.54);
    assertArrayEquals(
        new double[] {-1.4e8 / norm, -0.4e8 / norm, -0.2e8 / norm}, flat(zero.gradient()), 1e-6);
  }

  @Test
  void of_wrongShapes_throws() {
    assertMessage(
        "targets: expected [2, 3], got [2, 4]",
        () -> CosineDistance.of(array(new double[2][3]), array(new double[2][4])));
    assertMessage(
        "gradientOut: expected [2, 3], got [3, 2]",
        () ->
            CosineDistance.into(
                array(new double[2][3]),
                array(new double[2][3]),
                ExampleWeights.uniform(),
                array(new double[3][2])));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
