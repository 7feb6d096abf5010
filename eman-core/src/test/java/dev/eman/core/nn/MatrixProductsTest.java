package dev.eman.core.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MatrixProductsTest {
  /** Operands as they come: whole arrays, rows of larger ones, every second column, transposed. */
  @Property(tries = 150)
  void products_anyShapesAndStrides_areSums(
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll @IntRange(min = 1, max = 40) int d,
      @ForAll @IntRange(min = 1, max = 40) int m,
      @ForAll boolean wide,
      @ForAll long seed) {
    Random random = new Random(seed);
    DataType type = wide ? DataType.DOUBLE : DataType.FLOAT;
    INDArray a = matrix(n, d, type, random);
    INDArray b = matrix(d, m, type, random);
    check(a, b, MatrixProducts.of(a, b), type);
    INDArray rows = matrix(m, d, type, random);
    check(a, rows.transpose(), MatrixProducts.ofRows(a, rows), type);
    INDArray columns = matrix(n, m, type, random);
    check(a.transpose(), columns, MatrixProducts.ofColumns(a, columns), type);
  }

  private static INDArray matrix(int rows, int columns, DataType type, Random random) {
    INDArray whole = Nd4j.create(type, rows + 2, 2 * columns + 1);
    for (long i = 0; i < whole.length(); i++) {
      whole.putScalar(i, random.nextGaussian());
    }
    INDArray some =
        whole.get(NDArrayIndex.interval(1, rows + 1), NDArrayIndex.interval(1, columns + 1));
    return switch (random.nextInt(5)) {
      case 0 -> some;
      case 1 -> some.dup('f');
      case 2 ->
          whole.get(NDArrayIndex.interval(1, rows + 1), NDArrayIndex.interval(0, 2, 2 * columns));
      case 3 -> some.dup('c').reshape('c', rows, columns);
      default -> {
        INDArray flat = Nd4j.create(type, 3 + (long) rows * columns);
        INDArray view = flat.get(NDArrayIndex.interval(3, 3 + (long) rows * columns));
        yield view.reshape('c', rows, columns).assign(some);
      }
    };
  }

  private static void check(INDArray a, INDArray b, INDArray product, DataType type) {
    assertArrayEquals(new long[] {a.size(0), b.size(1)}, product.shape());
    assertEquals(type, product.dataType());
    assertEquals('c', product.ordering());
    double rounding = type == DataType.DOUBLE ? 0x1p-52 : 0x1p-23;
    for (int i = 0; i < product.size(0); i++) {
      for (int j = 0; j < product.size(1); j++) {
        double sum = 0;
        double size = 0;
        for (int k = 0; k < a.size(1); k++) {
          double term = a.getDouble(i, k) * b.getDouble(k, j);
          sum += term;
          size += Math.abs(term);
        }
        assertEquals(sum, product.getDouble(i, j), 1e-300 + (a.size(1) + 1) * rounding * size);
      }
    }
  }

  @Test
  void ofColumnsInto_aPartOfALargerArray_leavesTheRest() {
    INDArray flat = Nd4j.zeros(DataType.FLOAT, 12).subi(1);
    INDArray out = flat.get(NDArrayIndex.interval(2, 8)).reshape('c', 2, 3);
    INDArray a = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}});
    INDArray b = Nd4j.createFromArray(new float[][] {{1, 0, 2}, {0, 1, 1}});
    MatrixProducts.ofColumnsInto(a, b, out);
    assertArrayEquals(
        new float[] {-1, -1, 1, 3, 5, 2, 4, 8, -1, -1, -1, -1}, flat.data().asFloat());
  }

  @Test
  void of_shapesThatDoNotFit_areRefused() {
    INDArray a = Nd4j.ones(DataType.FLOAT, 2, 3);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> MatrixProducts.ofColumns(a, Nd4j.ones(DataType.FLOAT, 3, 2)));
    assertTrue(
        String.valueOf(e.getMessage()).contains("[2, 3] transposed and [3, 2] do not give [3, 2]"),
        e.getMessage());
    IllegalArgumentException into =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                MatrixProducts.ofColumnsInto(
                    a, a, Nd4j.create(DataType.FLOAT, new long[] {3, 3}, 'f')));
    assertTrue(String.valueOf(into.getMessage()).contains("adjacent rows"), into.getMessage());
  }
}
