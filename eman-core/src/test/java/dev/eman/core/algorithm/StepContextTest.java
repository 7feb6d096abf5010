package dev.eman.core.algorithm;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class StepContextTest {
  private final INDArray all = Nd4j.arange(40).reshape(10, 4);

  @Test
  void rows_ofAMatrix_areAView() {
    INDArray rows = StepContext.rows(all, 7, 9);
    assertSameValues(Nd4j.arange(28, 36).reshape(2, 4), rows);
    rows.addi(1);
    assertEquals(29, all.getDouble(7, 0));
  }

  /** ND4J 1.0.0-M2.1 gives an empty array, which would be noticed far from here. */
  @Test
  void rows_laterOnesOfAView_areRefusedByName() {
    INDArray part = StepContext.rows(all, 3, 10);
    assertSameValues(Nd4j.arange(24, 28).reshape(1, 4), StepContext.rows(part, 3, 4));
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> StepContext.rows(part, 4, 5));
    assertEquals(
        "rows 4 to 5 of a view of 7: expected rows, found none; take them of a copy, by dup()",
        e.getMessage());
    assertSameValues(Nd4j.arange(28, 32).reshape(1, 4), StepContext.rows(part.dup(), 4, 5));
  }

  @Test
  void join_imagesOfAnotherShapeOrType_areRefused() {
    StepContext.Joiner joiner = new StepContext.Joiner();
    INDArray halves = Nd4j.valueArrayOf(new long[] {2, 4}, 0.5, DataType.DOUBLE);
    assertSameValues(Nd4j.concat(0, halves, halves), joiner.join(halves, halves));
    for (INDArray other : List.of(all.castTo(DataType.INT32), Nd4j.zeros(DataType.DOUBLE, 2, 3))) {
      String found = other.size(1) + "] " + other.dataType();
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> joiner.join(other, halves));
      assertEquals("images: expected [N, " + found + ", got [2, 4] DOUBLE", e.getMessage());
    }
  }
}
