package dev.eman.core.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares arrays value by value. JUnit's {@code assertEquals} asks {@link INDArray#equals}, which
 * takes values below 1e-5 for equal whatever they are: gradients and small weights would pass with
 * any values.
 */
public final class ArrayAssertions {
  private ArrayAssertions() {}

  /** Fails unless both arrays have the same type, shape and values, to the last bit. */
  public static void assertSameValues(INDArray expected, INDArray found) {
    assertSameValues(expected, found, "values");
  }

  /**
   * Fails unless both arrays have the same type, shape and values, to the last bit.
   *
   * @param message begins the failure
   */
  public static void assertSameValues(INDArray expected, INDArray found, String message) {
    assertEquals(expected.dataType(), found.dataType(), message + ": type");
    assertArrayEquals(expected.shape(), found.shape(), message + ": shape");
    if (expected.isEmpty()) {
      return; // An empty array has no data at all.
    }
    double[] e = doubles(expected);
    double[] f = doubles(found);
    for (int i = 0; i < e.length; i++) {
      if (Double.doubleToRawLongBits(e[i]) != Double.doubleToRawLongBits(f[i])) {
        fail(message + ": expected " + e[i] + " at element " + i + ", found " + f[i]);
      }
    }
  }

  private static double[] doubles(INDArray array) {
    // A float, and an integer below 2^53, goes into a double and loses nothing.
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }
}
