package dev.eman.train.errors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against the whole matrix on the heap, bit for bit: 524,288 elements are a block. */
class ScoreRowsTest {
  private static final int CLASSES = 1 << 15;
  private static final int BLOCK = 16;

  @ParameterizedTest
  @ValueSource(ints = {1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 3})
  void forEach_anyNumberOfRows_allInOrder(int n) {
    Nd4j.getRandom().setSeed(n);
    INDArray matrix = Nd4j.rand(DataType.FLOAT, n, CLASSES);
    double[][] expected = matrix.toDoubleMatrix();
    int[] labels = new Random(n).ints(n, 0, CLASSES).toArray();
    ScoreRows rows = ScoreRows.ofProbabilities(matrix, ImmutableIntArray.copyOf(labels));
    List<double[]> found = new ArrayList<>();
    rows.forEach(
        (image, row) -> {
          assertEquals(found.size(), image);
          found.add(row);
        });
    assertArrayEquals(expected, found.toArray(new double[0][]));
    double[] own = new double[n];
    Arrays.setAll(own, i -> expected[i][labels[i]]);
    assertArrayEquals(own, rows.at(ImmutableIntArray.copyOf(labels)));
  }
}
