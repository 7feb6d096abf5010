package dev.eman.core.nn.kernel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.internal.ChannelSums;
import dev.eman.core.internal.NativeFloats;
import dev.eman.core.nn.kernel.ChannelsLast;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sums over large batches against plain loops in double precision. */
@AddLifecycleHook(NeedsOneDnn.class)
class BatchStatisticsTest {
  private static final double EPS = 1e-5;
  private static final double BAR = 2e-7;

  @BeforeEach
  void needsOneDnn() {
    assumeTrue(OneDnn.isAvailable());
  }

  /** Values around a shift of half a deviation. */
  private static INDArray batch(int n, int c, int h, double shift) {
    Nd4j.getRandom().setSeed(31L * n + c);
    return ChannelsLast.view(Nd4j.randn(DataType.FLOAT, n, h, h, c).addi(shift));
  }

  private static float[] values(INDArray channelsLast) {
    float[] all = new float[(int) channelsLast.length()];
    NativeFloats.current().read(channelsLast, all, all.length);
    return all;
  }

  private static void assertRelative(String what, double[] expected, INDArray actual, double bar) {
    double scale = 0;
    double off = 0;
    for (int i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      off = Math.max(off, Math.abs(expected[i] - actual.getDouble(i)));
    }
    assertTrue(off <= bar * scale, what + " off by " + off / scale + " of the largest");
  }

  @ParameterizedTest
  @CsvSource({
    "32, 8, 112, 0.5", // 401,408 values, as in ImageNet's first layer
    "64, 16, 32, 0.5",
    "64, 16, 32, 3.5",
    "64, 16, 32, 20", // a mean of many deviations
    "8, 128, 28, 5", // taken from the mean in several parts
    "61, 3, 29, 0.5", // nothing divides it
    "61, 3, 29, 5",
    "97, 520, 1, 0.5",
    "256, 512, 1, -0.5"
  })
  void batchStatistics_manyValues_equalSumsInDouble(int n, int c, int h, double shift) {
    INDArray x = batch(n, c, h, shift);
    INDArray dy = ChannelsLast.view(Nd4j.randn(DataType.FLOAT, n, h, h, c).addi(0.5));
    INDArray gamma = Nd4j.rand(DataType.FLOAT, c).addi(0.5);
    INDArray beta = Nd4j.randn(DataType.FLOAT, c);
    INDArray mean = Nd4j.zeros(DataType.FLOAT, c);
    INDArray variance = Nd4j.zeros(DataType.FLOAT, c);
    INDArray dgamma = Nd4j.zeros(DataType.FLOAT, c);
    INDArray dbeta = Nd4j.zeros(DataType.FLOAT, c);
    INDArray y = batch(n, c, h, 0);
    INDArray dx = batch(n, c, h, 0);
    OneDnnKernels.INSTANCE.normalizeWithBatch(x, gamma, beta, EPS, 0, y, mean, variance);
    OneDnnKernels.INSTANCE.normalizeBackward(
        x, dy, gamma, beta, mean, variance, EPS, 0, dx, dgamma, dbeta);

    float[] xs = values(x);
    float[] ys = values(y);
    float[] dys = values(dy);
    float[] dxs = values(dx);
    double count = (double) n * h * h;
    double[] m = new double[c];
    double[] v = new double[c];
    for (int i = 0; i < xs.length; i++) {
      m[i % c] += xs[i] / count;
    }
    for (int i = 0; i < xs.length; i++) {
      v[i % c] += (xs[i] - m[i % c]) * (xs[i] - m[i % c]) / count;
    }
    assertRelative("mean", m, mean, BAR);
    assertRelative("variance", v, variance, BAR);
    double[] sumGamma = new double[c];
    double[] sumBeta = new double[c];
    for (int i = 0; i < xs.length; i++) {
      double xHat = (xs[i] - m[i % c]) / Math.sqrt(v[i % c] + EPS);
      if (ys[i] > 0) {
        sumGamma[i % c] += dys[i] * xHat;
        sumBeta[i % c] += dys[i];
      }
    }
    // The mean is kept in float32, as the running one: 20 deviations cost it that many roundings.
    assertRelative("dgamma", sumGamma, dgamma, BAR * Math.max(1, Math.abs(shift)));
    assertRelative("dbeta", sumBeta, dbeta, BAR);
    double off = 0;
    for (int i = 0; i < xs.length; i++) {
      int k = i % c;
      double s = Math.sqrt(v[k] + EPS);
      double xHat = (xs[i] - m[k]) / s;
      double dyMasked = ys[i] > 0 ? dys[i] : 0;
      double expected =
          gamma.getDouble(k) / s * (dyMasked - sumBeta[k] / count - xHat * sumGamma[k] / count);
      off = Math.max(off, Math.abs(expected - dxs[i]));
      double yExpected = Math.max(0, gamma.getDouble(k) * xHat + beta.getDouble(k));
      assertEquals(yExpected, ys[i], 4e-6 * Math.max(1, Math.abs(shift)));
    }
    assertTrue(off <= 2e-6 * Math.max(1, Math.abs(shift)), "dx off by " + off);
  }

  @Property(tries = 60)
  void moments_anyShape_equalSumsInDouble(
      @ForAll @IntRange(min = 1, max = 1100) int rows,
      @ForAll @IntRange(min = 1, max = 1300) int c,
      @ForAll @IntRange(min = -40, max = 40) int shift) {
    Nd4j.getRandom().setSeed(1 + 31L * rows + c);
    INDArray x = Nd4j.randn(DataType.FLOAT, rows, c).addi(shift);
    double[] mean = new double[c];
    double[] variance = new double[c];
    ChannelSums.moments(x, mean, variance);
    float[] xs = values(x);
    double[] m = new double[c];
    double[] v = new double[c];
    for (int i = 0; i < xs.length; i++) {
      m[i % c] += (double) xs[i] / rows;
    }
    for (int i = 0; i < xs.length; i++) {
      v[i % c] += (xs[i] - m[i % c]) * (xs[i] - m[i % c]) / rows;
    }
    for (int i = 0; i < c; i++) {
      assertEquals(m[i], mean[i], 3e-7 * (1 + Math.abs(m[i])), "mean of channel " + i);
      assertEquals(v[i], variance[i], 1e-6 * (1 + v[i]), "variance of channel " + i);
    }
  }
}
