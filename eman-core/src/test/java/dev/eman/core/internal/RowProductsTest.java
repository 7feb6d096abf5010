package dev.eman.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RowProductsTest {
  @Property(tries = 60)
  void compute_anyPairs_areRightAndTheSameAlone(
      @ForAll @IntRange(min = 1, max = 1600) int width,
      @ForAll @IntRange(min = 1, max = 20) int lefts,
      @ForAll @IntRange(min = 1, max = 400) int rights,
      @ForAll @IntRange(min = 1, max = 300) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    INDArray left = normal(lefts, width, random);
    INDArray right = normal(rights, width, random);
    RowProducts products = new RowProducts(left, right);
    int first = random.nextInt(lefts);
    int group = 1 + random.nextInt(lefts - first);
    RowProducts.Pairs pairs = new RowProducts.Pairs();
    int[] l = new int[count];
    int[] r = new int[count];
    for (int i = 0; i < count; i++) {
      l[i] = random.nextInt(group);
      r[i] = random.nextInt(rights);
      pairs.add(l[i], r[i]);
    }
    products.compute(first, group, pairs);
    for (int i = 0; i < count; i += 1 + count / 10) {
      double exact = 0;
      double lengths = 0;
      double ll = 0;
      for (int j = 0; j < width; j++) {
        double a = left.getFloat(first + l[i], j);
        double b = right.getFloat(r[i], j);
        exact += a * b;
        ll += a * a;
        lengths += b * b;
      }
      lengths = Math.sqrt(ll) * Math.sqrt(lengths);
      assertEquals(exact, pairs.product(i), RowProducts.largestError(width) * lengths);
      RowProducts.Pairs alone = new RowProducts.Pairs();
      alone.add(0, r[i]);
      products.compute(first + l[i], 1, alone);
      assertEquals(pairs.product(i), alone.product(0));
    }
  }

  private static INDArray normal(int rows, int width, Random random) {
    float[] values = new float[rows * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape(rows, width).castTo(DataType.FLOAT);
  }
}
