package dev.eman.core.nn.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void moveInPlace_varianceNotFinite_meanStaysToo(DataType type) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray mean = vector(type, 1, 2);
      INDArray variance = vector(type, 3, 4);
      assertFalse(
          RunningStatistics.moveInPlace(
              mean, vector(type, 5, 6), variance, vector(type, 7, bad), 0.9, 1.25));
      assertEquals(vector(type, 1, 2), mean);
      assertEquals(vector(type, 3, 4), variance);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void moveInPlace_meanNotFinite_varianceStaysToo(DataType type) {
    INDArray mean = vector(type, 1, 2);
    INDArray variance = vector(type, 3, 4);
    assertFalse(
        RunningStatistics.moveInPlace(
            mean, vector(type, Double.NaN, 6), variance, vector(type, 7, 8), 0.9, 1.25));
    assertEquals(vector(type, 1, 2), mean);
    assertEquals(vector(type, 3, 4), variance);
  }

  @Test
  void moveInPlace_unbiasedVarianceOverflows_nothingMoves() {
    INDArray mean = vector(DataType.FLOAT, 1);
    INDArray variance = vector(DataType.FLOAT, 3);
    assertFalse(
        RunningStatistics.moveInPlace(
            mean, vector(DataType.FLOAT, 5), variance, vector(DataType.FLOAT, 3e38), 0, 2));
    assertEquals(vector(DataType.FLOAT, 1), mean);
    assertEquals(vector(DataType.FLOAT, 3), variance);
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
}
