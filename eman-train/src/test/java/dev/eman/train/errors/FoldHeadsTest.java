package dev.eman.train.errors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.train.encoder.PixelFeatures;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.inverse.InvertMatrix;

class FoldHeadsTest {
  @Property(tries = 50)
  void assign_anyLabels_evenInAllAndInEachClass(
      @ForAll @IntRange(min = 2, max = 6) int folds, @ForAll long seed) {
    ImmutableIntArray labels = ImmutableIntArray.copyOf(new Random(seed).ints(40, 0, 3).toArray());
    ImmutableIntArray fold = FoldHeads.assign(labels, folds, seed);
    for (int label = -1; label < 3; label++) {
      int which = label;
      long[] counts = new long[folds];
      IntStream.range(0, 40)
          .filter(i -> which < 0 || labels.get(i) == which)
          .forEach(i -> counts[fold.get(i)]++);
      long spread =
          IntStream.range(0, folds).mapToLong(f -> counts[f]).max().orElse(0)
              - IntStream.range(0, folds).mapToLong(f -> counts[f]).min().orElse(0);
      assertTrue(spread <= 1);
    }
  }

  /** Two groups of features, of which some images have the other group's label. */
  @Test
  void probabilities_flippedLabels_namedAndNoOthers() {
    int n = 200;
    Random random = new Random(3);
    float[][] rows = new float[n][6];
    int[] given = new int[n];
    for (int i = 0; i < n; i++) {
      for (int d = 0; d < 6; d++) {
        rows[i][d] = (float) (random.nextGaussian() + (d % 2 == i % 2 ? 5 : 0));
      }
      given[i] = i % 19 == 7 ? 1 - i % 2 : i % 2;
    }
    ImmutableIntArray labels = ImmutableIntArray.copyOf(given);
    INDArray probabilities =
        FoldHeads.probabilities(
            List.of(Nd4j.createFromArray(rows)), labels, 2, FoldHeads.assign(labels, 5, 0));
    Set<Integer> flipped =
        IntStream.range(0, n).filter(i -> i % 19 == 7).boxed().collect(Collectors.toSet());
    assertEquals(flipped, images(LabelNoise.of(probabilities, labels).issues()));
    Set<Integer> confident =
        images(ConfidentLearning.of(probabilities, labels).issues(PruningRule.BY_NOISE_RATE));
    assertTrue(confident.size() >= 5 && flipped.containsAll(confident), confident.toString());
  }

  private static Set<Integer> images(List<LabelIssue> issues) {
    return issues.stream().map(LabelIssue::image).collect(Collectors.toSet());
  }

  /** With an own column for each image, a classifier that saw its label would know it. */
  @Test
  void probabilities_ownLabel_unseen() {
    int n = 12;
    INDArray features = Nd4j.eye(n).castTo(DataType.FLOAT);
    ImmutableIntArray labels = ImmutableIntArray.copyOf(IntStream.range(0, n).map(i -> i % 2));
    ImmutableIntArray fold = ImmutableIntArray.copyOf(IntStream.range(0, n).map(i -> i / 4));
    INDArray probabilities = FoldHeads.probabilities(List.of(features), labels, 2, fold);
    for (int i = 0; i < n; i++) {
      assertEquals(0.5, probabilities.getDouble(i, labels.get(i)), 0.1);
    }
  }

  /** Blocks weigh the same, whatever their numbers are. */
  @Test
  void probabilities_aBlockInOtherUnits_areTheSame() {
    Nd4j.getRandom().setSeed(5);
    INDArray first = Nd4j.rand(DataType.FLOAT, 40, 3);
    INDArray second = Nd4j.rand(DataType.FLOAT, 40, 5);
    ImmutableIntArray labels = ImmutableIntArray.copyOf(IntStream.range(0, 40).map(i -> i % 3));
    ImmutableIntArray fold = FoldHeads.assign(labels, 4, 0);
    INDArray expected = FoldHeads.probabilities(List.of(first, second), labels, 3, fold);
    INDArray found =
        FoldHeads.probabilities(List.of(first.mul(250).add(7), second), labels, 3, fold);
    assertTrue(expected.equalsWithEps(found, 1e-3), () -> expected + " " + found);
    assertTrue(expected.sum(1).equalsWithEps(Nd4j.ones(DataType.FLOAT, 40), 1e-5));
  }

  @Test
  void assign_moreFoldsThanImages_isRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> FoldHeads.assign(ImmutableIntArray.of(0, 1), 3, 0));
  }

  @Test
  void distances_blocksOfAnySize_sameBits() {
    INDArray features = Nd4j.randn(DataType.FLOAT, 100, 5);
    double[] expected = Outliers.distances(features);
    for (int block : new int[] {1, 33, 50, 99, 100, 101}) {
      assertArrayEquals(expected, Outliers.distances(features, block));
    }
    INDArray more = Nd4j.randn(DataType.FLOAT, 5000, 3); // More than a search's own blocks.
    assertArrayEquals(Outliers.distances(more), Outliers.distances(more, 2100));
  }

  /** More than one block of rows: the sums are others, their last bits too. */
  @Test
  void probabilities_severalBlocks_asOfOneProduct() {
    int n = 2 * RidgeRegression.ROWS + 5;
    Nd4j.getRandom().setSeed(2);
    INDArray features = Nd4j.randn(DataType.FLOAT, n, 3);
    int[] given = new int[n];
    for (int i = 0; i < n; i++) {
      given[i] = features.getFloat(i, 1) > 0.3 ? 1 : i % 50 == 0 ? 2 : 0;
    }
    ImmutableIntArray labels = ImmutableIntArray.copyOf(given);
    ImmutableIntArray fold = FoldHeads.assign(labels, 2, 1);
    INDArray found = FoldHeads.probabilities(List.of(features), labels, 3, fold);
    INDArray joined = PixelFeatures.joined(List.of(features));
    INDArray expected = Nd4j.create(DataType.FLOAT, n, 3);
    for (int f = 0; f < 2; f++) {
      INDArray others = Nd4j.create(DataType.FLOAT, n, 1);
      INDArray targets = Nd4j.create(DataType.FLOAT, n, 3);
      for (int i = 0; i < n; i++) {
        others.putScalar(i, 0, fold.get(i) == f ? 0 : 1);
        targets.putScalar(i, given[i], 1);
      }
      double count = others.sumNumber().doubleValue();
      INDArray shares = targets.mul(others).sum(0).reshape(1, 3).divi(count);
      INDArray centered = targets.sub(shares).muli(others);
      INDArray normal = joined.transpose().mmul(joined.mul(others));
      normal.addi(Nd4j.eye(3).castTo(DataType.FLOAT).muli(1e-3 * count));
      INDArray weights = InvertMatrix.invert(normal, false).mmul(joined.transpose().mmul(centered));
      INDArray scores = joined.mmul(weights).addi(shares);
      expected.addi(scores.muli(others.rsub(1)));
    }
    Temperature.softmaxInPlace(expected, labels);
    assertTrue(expected.equalsWithEps(found, 1e-4));
  }

  @Test
  void outliers_oneFarFromAll_isNamed() {
    Random random = new Random(1);
    float[][] rows = new float[100][4];
    for (int i = 0; i < 100; i++) {
      rows[i] = new float[] {3, (float) random.nextGaussian(), (float) random.nextGaussian(), 0};
    }
    rows[41] = new float[] {-3, 0, 0, 4};
    assertEquals(41, Outliers.find(Nd4j.createFromArray(rows)).get(0).image());
    assertEquals(0, Outliers.find(Nd4j.ones(DataType.FLOAT, 30, 2)).size());
  }
}
