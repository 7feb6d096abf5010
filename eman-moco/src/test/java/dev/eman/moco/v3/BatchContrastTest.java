package dev.eman.moco.v3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.Directions;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against plain loops in double precision, and what holds for any embeddings. */
class BatchContrastTest {
  private static double naive(double[][] z, double[][] k, double t) {
    double loss = 0;
    for (int i = 0; i < z.length; i++) {
      double norm = Math.sqrt(dot(z[i], z[i]));
      double sum = 0;
      for (double[] key : k) {
        sum += Math.exp(dot(z[i], key) / norm / t);
      }
      loss += Math.log(sum) - dot(z[i], k[i]) / norm / t;
    }
    return 2 * t * loss / z.length;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static INDArray directions(long rows, int width) {
    return Directions.of(Nd4j.randn(DataType.DOUBLE, rows, width)).unit();
  }

  @Property(tries = 10)
  void of_float64_equalsNaiveAndItsSlope(
      @ForAll @IntRange(min = 1, max = 7) int n,
      @ForAll @IntRange(min = 2, max = 6) int d,
      @ForAll @IntRange(min = 1, max = 10) int tenths) {
    double temperature = tenths / 10.0;
    INDArray z = Nd4j.randn(DataType.DOUBLE, n, d);
    INDArray k = directions(n, d);
    double[][] zs = z.toDoubleMatrix();
    double[][] ks = k.toDoubleMatrix();
    BatchContrast.Result result = new BatchContrast(temperature).of(z, k);
    double value = naive(zs, ks, temperature);
    assertEquals(value, result.value(), 1e-9 * Math.max(1, value));
    double h = 1e-6;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        double at = zs[i][j];
        zs[i][j] = at + h;
        double above = naive(zs, ks, temperature);
        zs[i][j] = at - h;
        double below = naive(zs, ks, temperature);
        zs[i][j] = at;
        double slope = (above - below) / (2 * h);
        assertEquals(slope, result.gradient().getDouble(i, j), 1e-5 * (1 + Math.abs(slope)));
      }
    }
  }

  /** The order of the images and the length of a prediction do not count; a lone key is found. */
  @Property(tries = 10)
  void of_any_keepsItsInvariants(
      @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @IntRange(min = 1, max = 9) int length) {
    INDArray z = Nd4j.randn(DataType.DOUBLE, n, 5);
    INDArray k = directions(n, 5);
    BatchContrast contrast = new BatchContrast(0.3);
    BatchContrast.Result found = contrast.of(z, k);
    double value = found.value();
    int[] reversed = IntStream.range(0, n).map(i -> n - 1 - i).toArray();
    INDArray turned = z.getRows(reversed).mul(length);
    BatchContrast.Result other = contrast.of(turned, k.getRows(reversed).dup('c'));
    assertEquals(value, other.value(), 1e-9 * Math.max(1, value));
    assertEquals(found.top1(), other.top1(), 1e-9);
    BatchContrast.Result same = contrast.of(k, k);
    assertEquals(1, same.top1(), 1e-9);
    assertTrue(n > 1 ? same.value() > 0 : Math.abs(same.value()) < 1e-9);
  }
}
