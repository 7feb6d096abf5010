package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LinearLayerTest {
  /** W = (1 2; 3 4), b = (5 6); x = (1 1) less (1 0), times (2 3) is (0 3): (9 12) + (5 6). */
  @Test
  void after_twoFeatures_asByHand() {
    LinearLayer layer =
        new LinearLayer(
            Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}),
            Nd4j.createFromArray(new float[][] {{5, 6}}));
    LinearLayer raw =
        layer.after(
            Nd4j.createFromArray(new float[][] {{1, 0}}),
            Nd4j.createFromArray(new float[][] {{2, 3}}));
    INDArray ones = Nd4j.ones(DataType.FLOAT, 1, 2);
    assertArrayEquals(new float[] {14, 18}, raw.logits(ones).toFloatVector(), 1e-6f);
  }

  @Property(tries = 30)
  void after_anything_logitsOfTheMovedFeatures(@ForAll long seed) {
    Random random = new Random(seed);
    int f = 1 + random.nextInt(9);
    int k = 1 + random.nextInt(5);
    LinearLayer layer = new LinearLayer(rows(random, f, k), rows(random, 1, k));
    INDArray shift = rows(random, 1, f);
    INDArray scale = rows(random, 1, f);
    INDArray x = rows(random, 4, f);
    assertArrayEquals(
        layer.logits(x.sub(shift).mul(scale)).dup('c').data().asFloat(),
        layer.after(shift, scale).logits(x).dup('c').data().asFloat(),
        1e-4f);
  }

  private static INDArray rows(Random random, int n, int columns) {
    float[][] rows = new float[n][columns];
    for (float[] row : rows) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(rows);
  }

  @Test
  void construct_otherShapes_refused() {
    INDArray weights = Nd4j.ones(DataType.FLOAT, 2, 3);
    assertThrows(
        IllegalArgumentException.class,
        () -> new LinearLayer(weights, Nd4j.ones(DataType.FLOAT, 1, 2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LinearLayer(weights, Nd4j.ones(DataType.DOUBLE, 1, 3)));
  }

  /** Later rows of a larger array, of more rows than a block. */
  @Test
  void evaluate_laterRows_equalsThatOfACopy() {
    LinearLayer layer =
        new LinearLayer(Nd4j.rand(DataType.FLOAT, 2, 3), Nd4j.rand(DataType.FLOAT, 1, 3));
    INDArray values =
        Nd4j.randn(DataType.FLOAT, 4_400, 2)
            .get(NDArrayIndex.interval(200, 4_400), NDArrayIndex.all());
    ImmutableIntArray labels =
        ImmutableIntArray.copyOf(IntStream.range(0, 4_200).map(i -> i % 3).toArray());
    assertEquals(
        layer.evaluate(new Features(values.dup(), labels)).top1(),
        layer.evaluate(new Features(values, labels)).top1());
  }

  /** More logits than are on the heap at once; a bias whose elements are not adjacent. */
  @Test
  void logits_manyRows_areProductsAndTheBias() {
    INDArray weights = Nd4j.rand(DataType.FLOAT, 7, 10);
    INDArray bias =
        Nd4j.rand(DataType.FLOAT, 10, 3)
            .get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2))
            .transpose();
    INDArray features = Nd4j.rand(DataType.FLOAT, 1000, 7);
    INDArray logits = new LinearLayer(weights, bias).logits(features);
    for (int i = 0; i < 1000; i++) {
      for (int k = 0; k < 10; k++) {
        double sum = bias.getDouble(0, k);
        for (int j = 0; j < 7; j++) {
          sum += (double) features.getFloat(i, j) * weights.getFloat(j, k);
        }
        assertEquals(sum, logits.getDouble(i, k), 1e-5);
      }
    }
  }
}
