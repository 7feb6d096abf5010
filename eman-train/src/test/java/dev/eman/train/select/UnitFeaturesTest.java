package dev.eman.train.select;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against plain arrays on the heap, bit for bit, around the borders of the blocks. */
class UnitFeaturesTest {
  private static final int WIDTH = 7;

  /** The rows, scaled as they are kept. */
  private static float[][] unit(float[][] rows) {
    float[][] unit = new float[rows.length][WIDTH];
    for (int i = 0; i < rows.length; i++) {
      double squares = 0;
      for (float value : rows[i]) {
        squares += (double) value * value;
      }
      double scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
      for (int d = 0; d < WIDTH; d++) {
        unit[i][d] = (float) (rows[i][d] * scale);
      }
    }
    return unit;
  }

  private static float[] products(float[][] unit, float[] vector) {
    float[] products = new float[unit.length];
    for (int i = 0; i < unit.length; i++) {
      for (int d = 0; d < WIDTH; d++) {
        products[i] += unit[i][d] * vector[d];
      }
    }
    return products;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1023, 1024, 1025, 2048, 2500})
  void all_anyNumberOfRows_sameBitsAsOnTheHeap(int n) {
    Random random = new Random(n);
    float[][] rows = new float[n][WIDTH];
    for (float[] row : rows) {
      for (int d = 0; d < WIDTH; d++) {
        row[d] = (float) random.nextGaussian();
      }
    }
    rows[n / 2] = new float[WIDTH];
    INDArray given = Nd4j.createFromArray(rows);
    float[][] unit = unit(rows);
    UnitFeatures features = UnitFeatures.of(given);
    given.assign(0); // They are a copy.
    assertEquals(n, features.size());
    for (int i : new int[] {0, n / 2, n - 1}) {
      assertArrayEquals(unit[i], features.row(i));
    }
    float[] vector = unit[n - 1];
    assertArrayEquals(products(unit, vector), features.products(vector));
    assertArrayEquals(products(unit, vector), features.productsAlone(vector));

    int[] some = IntStream.range(0, n).map(i -> n - 1 - i).filter(i -> i % 3 != 1).toArray();
    float[][] chosen = Arrays.stream(some).mapToObj(i -> unit[i]).toArray(float[][]::new);
    assertArrayEquals(products(chosen, vector), features.select(some).products(vector));

    double[] sums = new double[WIDTH];
    for (float[] row : chosen) {
      for (int d = 0; d < WIDTH; d++) {
        sums[d] += row[d];
      }
    }
    float[] sum = new float[WIDTH];
    for (int d = 0; d < WIDTH; d++) {
      sum[d] = (float) sums[d];
    }
    assertArrayEquals(sum, features.sum(ImmutableIntArray.copyOf(some)));

    float[] nearest = new float[n];
    Arrays.fill(nearest, 1.5f);
    float[] expected = nearest.clone();
    float[][] centers = {unit[0], vector};
    features.approachInPlace(centers, nearest);
    for (float[] center : centers) {
      float[] products = products(unit, center);
      for (int i = 0; i < n; i++) {
        expected[i] = Math.min(expected[i], Math.max(0, 2 - 2 * products[i]));
      }
    }
    assertArrayEquals(expected, nearest);
  }
}
