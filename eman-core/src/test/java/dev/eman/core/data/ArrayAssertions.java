package dev.eman.core.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares arrays value by value. JUnit's {@code assertEquals} asks {@link INDArray#equals}, which
 * takes values below 1e-5 for equal whatever they are: gradients and small weights would pass with
 * any values. {@link INDArray#amaxNumber} of a difference passes over NaN: an array with a NaN
 * would be close to any.
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

  /** Fails unless both arrays have the same shape and all values agree within the tolerance. */
  public static void assertClose(INDArray expected, INDArray found, double tolerance) {
    assertClose(expected, found, tolerance, "values");
  }

  /**
   * Fails unless both arrays have the same shape and all values agree within the tolerance; NaN
   * agrees with nothing. Their types may differ.
   *
   * @param message begins the failure
   */
  public static void assertClose(
      INDArray expected, INDArray found, double tolerance, String message) {
    assertArrayEquals(expected.shape(), found.shape(), message + ": shape");
    if (expected.isEmpty()) {
      return;
    }
    double[] e = doubles(expected);
    double[] f = doubles(found);
    int worst = -1;
    double off = 0;
    for (int i = 0; i < e.length; i++) {
      double difference = Math.abs(e[i] - f[i]);
      // A NaN is within no tolerance, and the worst of all.
      if (!(difference <= tolerance) && (worst < 0 || Double.compare(difference, off) > 0)) {
        worst = i;
        off = difference;
      }
    }
    if (worst >= 0) {
      fail(
          String.format(
              Locale.ROOT,
              "%s: expected %s at element %d, found %s: off by %.3g, allowed %.3g",
              message,
              e[worst],
              worst,
              f[worst],
              off,
              tolerance));
    }
  }

  private static double[] doubles(INDArray array) {
    // A float, and an integer below 2^53, goes into a double and loses nothing.
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }
}
