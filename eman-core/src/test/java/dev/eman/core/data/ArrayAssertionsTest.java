package dev.eman.core.data;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ArrayAssertionsTest {
  private static INDArray of(float... values) {
    return Nd4j.createFromArray(values);
  }

  private static void assertFails(INDArray expected, INDArray found, double tolerance) {
    assertThrows(AssertionError.class, () -> assertClose(expected, found, tolerance));
  }

  @Test
  void assertClose_nanInTheMiddle_fails() {
    INDArray numbers = of(1, 2, 3);
    INDArray broken = of(1, Float.NaN, 3);
    assertFails(numbers, broken, 1e9);
    assertFails(broken, numbers, 1e9);
    assertFails(broken, broken, 1e9);
    assertFails(numbers, numbers, Double.NaN);
  }

  @Test
  void assertClose_infinity_fails() {
    assertFails(of(1, 2), of(1, Float.POSITIVE_INFINITY), 1e9);
  }

  @Test
  void assertClose_withinTolerance_passes() {
    assertClose(of(1, 2, 3), of(1, 2.5f, 3), 0.5);
    assertFails(of(1, 2, 3), of(1, 2.5f, 3), 0.49);
    assertClose(of(1, 2), of(1, 2).castTo(DataType.DOUBLE), 0);
    assertClose(of(1, 2, 3, 4).reshape('c', 2, 2), of(1, 3, 2, 4).reshape('f', 2, 2), 0);
  }

  @Test
  void assertClose_otherShape_fails() {
    assertFails(of(1, 2), of(1, 2).reshape(2, 1), 1);
    assertFails(of(1), of(1, 1), 1);
  }

  @Test
  void assertClose_severalOff_namesTheWorst() {
    AssertionError error =
        assertThrows(
            AssertionError.class, () -> assertClose(of(1, 2, 3), of(2, 5, 4), 0.5, "weights"));
    assertTrue(error.getMessage().startsWith("weights: "), error.getMessage());
    assertTrue(error.getMessage().contains("at element 1,"), error.getMessage());
  }

  @Test
  void assertSameValues_smallValuesThatDiffer_fails() {
    INDArray small = of(0, 2e-6f);
    INDArray other = of(0, 3e-6f);
    assertEquals(small, other, "ND4J takes them for equal");
    assertThrows(AssertionError.class, () -> assertSameValues(small, other));
    assertSameValues(small, small.dup());
  }

  @Test
  void assertSameValues_zerosOfBothSigns_fails() {
    assertThrows(AssertionError.class, () -> assertSameValues(of(1, 0f), of(1, -0f)));
  }

  @Test
  void empty_bothAssertions_pass() {
    INDArray empty = Nd4j.empty(DataType.FLOAT);
    assertSameValues(empty, Nd4j.empty(DataType.FLOAT));
    assertClose(empty, Nd4j.empty(DataType.FLOAT), 0);
  }
}
