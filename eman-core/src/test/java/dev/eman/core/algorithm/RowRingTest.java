package dev.eman.core.algorithm;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RowRingTest {
  private static final int SIZE = 5;

  private final RowRing ring = new RowRing(SIZE, 2, DataType.FLOAT);
  private int next;

  /** Rows that tell their number. */
  private INDArray rows(int count) {
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++, next++) {
      rows[i] = new float[] {next, -next};
    }
    return Nd4j.createFromArray(rows);
  }

  private static int[] numbers(INDArray rows) {
    assertSameValues(rows.getColumn(0), rows.getColumn(1).rsub(0));
    int[] numbers = rows.getColumn(0).toIntVector();
    Arrays.sort(numbers);
    return numbers;
  }

  private int[] last(int count) {
    int[] numbers = new int[count];
    Arrays.setAll(numbers, i -> next - count + i);
    return numbers;
  }

  /** Also as a copy with rows that are not added yet. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 12})
  void add_any_keepsTheLast(int count) {
    for (int i = 0; i < 4; i++) {
      INDArray added = rows(count);
      INDArray after = ring.rowsWith(added);
      ring.add(added);
      int length = Math.min(next, SIZE);
      assertArrayEquals(last(length), numbers(ring.rows()));
      assertSameValues(ring.rows(), after);
      assertEquals(length, ring.length());
      assertEquals(length == SIZE, ring.isFull());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void add_otherWidth_isRefused(int width) {
    INDArray other = Nd4j.zeros(DataType.FLOAT, 2, width);
    assertThrows(IllegalArgumentException.class, () -> ring.add(other));
    assertThrows(IllegalStateException.class, ring::rows);
  }
}
