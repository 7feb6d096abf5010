package dev.eman.moco.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.loss.Directions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InfoNceTest {
  private static double naive(double[][] z, double[][] k, double[][] negatives, double t) {
    double loss = 0;
    for (int i = 0; i < z.length; i++) {
      double norm = Math.sqrt(dot(z[i], z[i]));
      double own = dot(z[i], k[i]) / norm / t;
      double sum = 0;
      for (double[] n : negatives) {
        sum += Math.exp(dot(z[i], n) / norm / t - own);
      }
      loss += Math.log1p(sum) / z.length;
    }
    return loss;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"4, 9, 5, 0.2", "1, 1, 3, 1", "7, 30, 6, 0.07", "3, 8, 4, 0.01", "5, 4, 2, 0.5"})
  void of_float64_equalsNaiveAndItsSlope(int n, int bank, int d, double temperature) {
    Nd4j.getRandom().setSeed(n);
    INDArray z = Nd4j.randn(DataType.DOUBLE, n, d);
    INDArray k = Directions.of(Nd4j.randn(DataType.DOUBLE, n, d)).unit();
    INDArray negatives = Directions.of(Nd4j.randn(DataType.DOUBLE, bank, d)).unit();
    double[][] zs = z.toDoubleMatrix();
    double[][] ks = k.toDoubleMatrix();
    double[][] ns = negatives.toDoubleMatrix();
    InfoNce.Result result = new InfoNce(temperature).of(z, k, negatives);
    double value = naive(zs, ks, ns, temperature);
    assertEquals(value, result.value(), 1e-9 * Math.max(1, value));
    double h = 1e-6;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        double at = zs[i][j];
        zs[i][j] = at + h;
        double above = naive(zs, ks, ns, temperature);
        zs[i][j] = at - h;
        double below = naive(zs, ks, ns, temperature);
        zs[i][j] = at;
        double slope = (above - below) / (2 * h);
        assertEquals(slope, result.gradient().getDouble(i, j), 1e-5 * (1 + Math.abs(slope)));
      }
    }
  }

  /** Called again with other sizes, float32: the memory that is kept must not matter. */
  @ParameterizedTest
  @CsvSource({"0.2", "0.02"})
  void of_float32ManyNegatives_equalsNaive(double temperature) {
    InfoNce contrast = new InfoNce(temperature);
    for (int[] sizes : new int[][] {{8, 2000}, {5, 2000}, {8, 700}, {8, 2000}}) {
      INDArray z = Nd4j.randn(DataType.FLOAT, sizes[0], 16);
      INDArray k = Directions.of(Nd4j.randn(DataType.FLOAT, sizes[0], 16)).unit();
      INDArray negatives = Directions.of(Nd4j.randn(DataType.FLOAT, sizes[1], 16)).unit();
      double expected =
          naive(z.toDoubleMatrix(), k.toDoubleMatrix(), negatives.toDoubleMatrix(), temperature);
      assertEquals(expected, contrast.of(z, k, negatives).value(), 1e-4 * expected);
    }
  }
}
