package dev.eman.train.protocol;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.NonFiniteException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LinearHeadsTest {
  private static final int CLASSES = 3;

  /** Image i is of class i % 3, 4 deviations from the others. */
  private static float[][] clusters(int images) {
    Random random = new Random(7);
    float[][] rows = new float[images][5];
    for (int i = 0; i < images; i++) {
      for (int d = 0; d < 5; d++) {
        rows[i][d] = (float) (random.nextGaussian() + (d == i % CLASSES ? 6 : 0));
      }
    }
    return rows;
  }

  private static ImmutableIntArray range(int from, int to) {
    return ImmutableIntArray.copyOf(IntStream.range(from, to));
  }

  private static ImmutableIntArray labels(ImmutableIntArray images) {
    return ImmutableIntArray.copyOf(images.stream().map(i -> i % CLASSES));
  }

  private static INDArray train(float[][] features, ImmutableIntArray images, long seed) {
    return new LinearHeads(Nd4j.createFromArray(features), CLASSES)
        .probabilities(images, labels(images), seed);
  }

  private static double accuracy(INDArray probabilities) {
    int right = 0;
    int n = (int) probabilities.size(0);
    for (int i = 0; i < n; i++) {
      right += probabilities.getRow(i).argMax().getInt(0) == i % CLASSES ? 1 : 0;
    }
    return (double) right / n;
  }

  @Test
  void probabilities_separableClasses_ofAllImages() {
    INDArray found = train(clusters(300), range(0, 30), 0);
    assertArrayEquals(new long[] {300, CLASSES}, found.shape());
    assertTrue(accuracy(found) > 0.97, "" + accuracy(found));
    for (int i = 0; i < 300; i++) {
      assertEquals(1, found.getRow(i).sumNumber().doubleValue(), 1e-5);
    }
  }

  /**
   * One feature that is the class: by symmetry W = (w, -w) and b = 0, and the decay makes w the
   * root of its derivative.
   */
  @Test
  void probabilities_oneFeatureTwoClasses_theMinimumOfTheLoss() {
    float[][] features = {{-1}, {1}, {-1}, {1}};
    INDArray found =
        new LinearHeads(Nd4j.createFromArray(features), 2)
            .probabilities(range(0, 4), ImmutableIntArray.of(0, 1, 0, 1), 0);
    double decay = 1.0 / 4; // One over images and features.
    double low = 0;
    double high = 10;
    for (int i = 0; i < 100; i++) { // d/dw of log(1 + exp(-2 w)) + decay / 2 (w² + w²)
      double w = (low + high) / 2;
      if (-2 / (1 + Math.exp(2 * w)) + 2 * decay * w < 0) {
        low = w;
      } else {
        high = w;
      }
    }
    assertEquals(1 / (1 + Math.exp(-2 * low)), found.getDouble(1, 1), 1e-3);
    assertEquals(found.getDouble(1, 1), found.getDouble(0, 0), 1e-5);
  }

  @Test
  void probabilities_scaledAndShiftedFeatures_theSame() {
    float[][] plain = clusters(60);
    float[][] other = clusters(60);
    for (float[] row : other) {
      row[0] = 1000 * row[0] - 5;
      row[3] = 0.01f * row[3] + 2;
    }
    INDArray expected = train(plain, range(0, 30), 0);
    INDArray found = train(other, range(0, 30), 0);
    assertTrue(expected.equalsWithEps(found, 1e-3), () -> expected + "\n" + found);
  }

  @Test
  void probabilities_constantFeature_isIgnored() {
    float[][] plain = clusters(60);
    float[][] more = new float[60][];
    for (int i = 0; i < 60; i++) {
      more[i] = new float[] {plain[i][0], plain[i][1], plain[i][2], plain[i][3], plain[i][4], 9};
    }
    assertTrue(accuracy(train(more, range(0, 30), 0)) > 0.95);
  }

  /** All fit into one batch, so that neither order nor seed count. */
  @Test
  void probabilities_otherOrderOrSeed_theSame() {
    float[][] features = clusters(90);
    ImmutableIntArray backwards = ImmutableIntArray.copyOf(IntStream.range(0, 30).map(i -> 29 - i));
    INDArray expected = train(features, range(0, 30), 0);
    assertTrue(expected.equalsWithEps(train(features, backwards, 1), 1e-5));
  }

  @Test
  void probabilities_moreThanABatch_followTheSeed() {
    float[][] features = clusters(700);
    INDArray one = train(features, range(0, 700), 1);
    assertSameValues(one, train(features, range(0, 700), 1));
    assertTrue(!one.equalsWithEps(train(features, range(0, 700), 2), 1e-7));
    assertTrue(accuracy(one) > 0.98);
  }

  @Test
  void probabilities_badLabelsOrFeatures_saysSo() {
    LinearHeads heads = new LinearHeads(Nd4j.createFromArray(clusters(6)), CLASSES);
    assertThrows(
        IllegalArgumentException.class,
        () -> heads.probabilities(range(0, 2), ImmutableIntArray.of(0, 3), 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> heads.probabilities(range(0, 2), ImmutableIntArray.of(0), 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> heads.probabilities(ImmutableIntArray.of(), ImmutableIntArray.of(), 0));
    float[][] broken = clusters(6);
    broken[1][1] = Float.NaN;
    assertThrows(NonFiniteException.class, () -> train(broken, range(0, 3), 0));
  }
}
