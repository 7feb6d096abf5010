package dev.eman.moco.ressl;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.loss.Directions;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against plain loops in double precision, and what holds for any embeddings. */
class RelationLossTest {
  private static double[] softmax(double[] x, double[][] bank, double temperature) {
    double norm = Math.sqrt(dot(x, x));
    double[] p = Arrays.stream(bank).mapToDouble(b -> dot(x, b) / norm / temperature).toArray();
    double highest = Arrays.stream(p).max().orElseThrow();
    double sum = Arrays.stream(p).map(v -> Math.exp(v - highest)).sum();
    return Arrays.stream(p).map(v -> Math.exp(v - highest) / sum).toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double naive(
      double[][] z, double[][] k, double[][] bank, double hot, double cold) {
    double loss = 0;
    for (int i = 0; i < z.length; i++) {
      double[] target = softmax(k[i], bank, cold);
      double[] found = softmax(z[i], bank, hot);
      for (int j = 0; j < target.length; j++) {
        loss -= target[j] * Math.log(found[j]) / z.length;
      }
    }
    return loss;
  }

  private static INDArray directions(long rows, int width) {
    return Directions.of(Nd4j.randn(DataType.DOUBLE, rows, width)).unit();
  }

  @Property(tries = 10)
  void of_float64_equalsNaiveAndItsSlope(
      @ForAll @IntRange(min = 1, max = 6) int n,
      @ForAll @IntRange(min = 1, max = 12) int bankSize,
      @ForAll @IntRange(min = 2, max = 6) int d) {
    Nd4j.getRandom().setSeed(n * 100L + bankSize);
    INDArray z = Nd4j.randn(DataType.DOUBLE, n, d);
    INDArray k = directions(n, d);
    INDArray bank = directions(bankSize, d);
    double[][] zs = z.toDoubleMatrix();
    double[][] ks = k.toDoubleMatrix();
    double[][] bs = bank.toDoubleMatrix();
    RelationLoss.Result result = new RelationLoss(0.2, 0.1).of(z, k, bank);
    double value = naive(zs, ks, bs, 0.2, 0.1);
    assertEquals(value, result.value(), 1e-9 * Math.max(1, value));
    double h = 1e-6;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        double at = zs[i][j];
        zs[i][j] = at + h;
        double above = naive(zs, ks, bs, 0.2, 0.1);
        zs[i][j] = at - h;
        double below = naive(zs, ks, bs, 0.2, 0.1);
        zs[i][j] = at;
        double slope = (above - below) / (2 * h);
        assertEquals(slope, result.gradient().getDouble(i, j), 1e-5 * (1 + Math.abs(slope)));
      }
    }
  }

  /** Relations are distributions, the loss is least where they agree, and lengths do not count. */
  @Property(tries = 10)
  void of_any_keepsItsInvariants(
      @ForAll @IntRange(min = 1, max = 6) int n,
      @ForAll @IntRange(min = 1, max = 300) int bankSize,
      @ForAll @IntRange(min = 1, max = 9) int length) {
    INDArray k = directions(n, 5);
    INDArray z = Nd4j.randn(DataType.DOUBLE, n, 5);
    INDArray bank = directions(bankSize, 5);
    RelationLoss relations = new RelationLoss(0.1, 0.1);
    RelationLoss.Result found = relations.of(z, k, bank);
    double[] sums = found.targets().sum(1).toDoubleVector();
    Arrays.stream(sums).forEach(sum -> assertEquals(1, sum, 1e-9));
    assertTrue(found.largest() >= 1.0 / bankSize - 1e-9 && found.largest() <= 1 + 1e-9);
    double value = found.value();
    INDArray longer = z.mul(length);
    assertEquals(value, relations.of(longer, k, bank).value(), 1e-9 * Math.max(1, value));
    RelationLoss.Result same = relations.of(k, k, bank);
    assertTrue(same.value() <= value + 1e-9, same.value() + " is the target's entropy");
    assertClose(Nd4j.zerosLike(z), same.gradient(), 1e-9);
  }

  /** Directions that nearly agree: the loss's gradient is what little they differ by. */
  private static INDArray crowd(long rows, int width, double cosine) {
    INDArray around = Nd4j.zeros(DataType.DOUBLE, 1, width);
    around.putScalar(0, Math.sqrt(cosine));
    return Directions.of(directions(rows, width).muli(Math.sqrt(1 - cosine)).addi(around)).unit();
  }

  @Test
  void of_float32LongBankOfSimilarDirections_isNearFloat64() {
    Nd4j.getRandom().setSeed(1);
    INDArray bank = crowd(131_072, 32, 0.98).castTo(DataType.FLOAT);
    INDArray z = crowd(3, 32, 0.98).castTo(DataType.FLOAT);
    INDArray k = crowd(3, 32, 0.98).castTo(DataType.FLOAT);
    RelationLoss.Result found = new RelationLoss(0.1, 0.04).of(z, k, bank);
    RelationLoss.Result exact =
        new RelationLoss(0.1, 0.04)
            .of(z.castTo(DataType.DOUBLE), k.castTo(DataType.DOUBLE), bank.castTo(DataType.DOUBLE));
    double[] sums = found.targets().castTo(DataType.DOUBLE).sum(1).toDoubleVector();
    Arrays.stream(sums).forEach(sum -> assertEquals(1, sum, 1e-6));
    INDArray off = found.gradient().castTo(DataType.DOUBLE).sub(exact.gradient());
    assertEquals(
        0, off.norm2Number().doubleValue() / exact.gradient().norm2Number().doubleValue(), 1e-4);
    assertEquals(exact.value(), found.value(), 1e-4);
    assertEquals(exact.largest(), found.largest(), 1e-5 * exact.largest());
  }
}
