package dev.eman.core.loss;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DirectionsTest {
  /** Of the function {@code Σ w u(z)}, by differences. */
  @Test
  void backwardInPlace_float64_isTheSlope() {
    Nd4j.getRandom().setSeed(3);
    INDArray z = Nd4j.randn(DataType.DOUBLE, 4, 3);
    INDArray w = Nd4j.randn(DataType.DOUBLE, 4, 3);
    INDArray gradient = Directions.of(z).backwardInPlace(w.dup());
    double h = 1e-6;
    for (int i = 0; i < z.length(); i++) {
      double at = z.getDouble(i);
      double above = value(z.putScalar(i, at + h), w);
      double below = value(z.putScalar(i, at - h), w);
      z.putScalar(i, at);
      assertEquals((above - below) / (2 * h), gradient.getDouble(i), 1e-7);
    }
  }

  private static double value(INDArray z, INDArray w) {
    return Directions.of(z).unit().mul(w).sumNumber().doubleValue();
  }

  @Test
  void of_zeros_staysZeros() {
    INDArray z = Nd4j.createFromArray(new float[][] {{3, 4}, {0, 0}});
    INDArray expected = Nd4j.createFromArray(new float[][] {{0.6f, 0.8f}, {0, 0}});
    assertSameValues(expected, Directions.of(z).unit());
  }
}
