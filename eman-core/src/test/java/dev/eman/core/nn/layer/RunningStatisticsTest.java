package dev.eman.core.nn.layer;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RunningStatisticsTest {
  private static INDArray vector(DataType type, double... values) {
    return Nd4j.createFromArray(values).castTo(type);
  }

  private static void assertRefused(DataType type, double badMean, double badVariance) {
    INDArray mean = vector(type, 1, 2);
    INDArray variance = vector(type, 3, 4);
    assertFalse(
        RunningStatistics.moveInPlace(
            mean, vector(type, 5, badMean), variance, vector(type, 7, badVariance), 0.1, 2));
    assertSameValues(vector(type, 1, 2), mean);
    assertSameValues(vector(type, 3, 4), variance);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void moveInPlace_eitherNotFinite_neitherMoves(DataType type) {
    assertRefused(type, 6, Double.NaN);
    assertRefused(type, 6, Double.POSITIVE_INFINITY);
    assertRefused(type, Double.NaN, 8);
    assertRefused(type, Double.NEGATIVE_INFINITY, 8);
  }

  @Test
  void moveInPlace_unbiasedVarianceOverflows_neitherMoves() {
    assertRefused(DataType.FLOAT, 6, 3e38);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void moveInPlace_finite_bothMove(DataType type) {
    INDArray mean = vector(type, 1, 2);
    INDArray variance = vector(type, 3, 4);
    assertTrue(
        RunningStatistics.moveInPlace(
            mean, vector(type, 3, 4), variance, vector(type, 4, 8), 0.5, 1.25));
    assertArrayEquals(new double[] {2, 3}, mean.toDoubleVector(), 1e-6);
    assertArrayEquals(new double[] {4, 7}, variance.toDoubleVector(), 1e-6);
  }

  /** The loop over the host's memory rounds as ND4J's operations do, bit for bit. */
  @Test
  void moveInPlace_float_equalsNd4jsOperations() {
    INDArray mean = Nd4j.randn(DataType.FLOAT, 1000);
    INDArray variance = Nd4j.rand(DataType.FLOAT, 1000);
    INDArray batchMean = Nd4j.randn(DataType.FLOAT, 1000);
    INDArray batchVariance = Nd4j.rand(DataType.FLOAT, 1000);
    double unbiased = 1000.0 / 999;
    INDArray expectedMean = mean.mul(0.9).addi(batchMean.mul(1 - 0.9));
    INDArray expectedVariance = variance.mul(0.9).addi(batchVariance.mul((1 - 0.9) * unbiased));
    assertTrue(
        RunningStatistics.moveInPlace(mean, batchMean, variance, batchVariance, 0.9, unbiased));
    assertArrayEquals(expectedMean.toFloatVector(), mean.toFloatVector());
    assertArrayEquals(expectedVariance.toFloatVector(), variance.toFloatVector());
  }
}
