package dev.eman.train.select;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SelectionStrategyTest {
  private static final ImmutableIntArray NONE = ImmutableIntArray.of();

  private static float[][] random(int n, int d, Random random) {
    float[][] rows = new float[n][d];
    for (float[] row : rows) {
      for (int k = 0; k < d; k++) {
        row[k] = (float) random.nextGaussian();
      }
    }
    return rows;
  }

  private static INDArray probabilities(int n, int classes, Random random) {
    float[][] rows = new float[n][classes];
    for (float[] row : rows) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        row[k] = (float) Math.exp(2 * random.nextGaussian());
        sum += row[k];
      }
      for (int k = 0; k < classes; k++) {
        row[k] /= (float) sum;
      }
    }
    return Nd4j.createFromArray(rows);
  }

  /** Squared distance of two directions, in plain loops. */
  private static double distance(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      ab += (double) a[d] * b[d];
      aa += (double) a[d] * a[d];
      bb += (double) b[d] * b[d];
    }
    return Math.max(0, 2 - 2 * ab / Math.sqrt(aa * bb));
  }

  private static double nearest(float[][] rows, int image, Set<Integer> centers) {
    return centers.stream().mapToDouble(c -> distance(rows[image], rows[c])).min().orElse(4);
  }

  /** The greedy choice as it is written in papers: all distances at every pick. */
  private static int[] naive(float[][] rows, ImmutableIntArray labeled, int count) {
    Set<Integer> centers = new HashSet<>(labeled.asList());
    int[] picks = new int[count];
    for (int p = 0; p < count; p++) {
      int best = -1;
      double greatest = -1;
      for (int i = 0; i < rows.length; i++) {
        double value = nearest(rows, i, centers);
        if (!centers.contains(i) && value > greatest) {
          greatest = value;
          best = i;
        }
      }
      picks[p] = best;
      centers.add(best);
    }
    return picks;
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Property(tries = 40, seed = "1")
  void kCenter_labeled_equalsNaive(
      @ForAll @IntRange(min = 8, max = 60) int n,
      @ForAll @IntRange(min = 2, max = 9) int d,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[][] rows = random(n, d, random);
    ImmutableIntArray labeled = ImmutableIntArray.of(random.nextInt(4), 4 + random.nextInt(4));
    SelectionPool pool = SelectionPool.of(Nd4j.createFromArray(rows)).labeled(labeled);
    assertArrayEquals(
        naive(rows, labeled, 5), SelectionStrategy.K_CENTER.select(pool, 5).toArray());
  }

  /** More than one block of rows, whose last one is not full. */
  @Test
  void kCenter_severalBlocks_equalsNaive() {
    float[][] rows = random(2500, 5, new Random(7));
    ImmutableIntArray labeled = ImmutableIntArray.of(2499, 3);
    SelectionPool pool = SelectionPool.of(Nd4j.createFromArray(rows)).labeled(labeled);
    assertArrayEquals(
        naive(rows, labeled, 20), SelectionStrategy.K_CENTER.select(pool, 20).toArray());
  }

  /** Gonzalez' bound: no image is further than twice the best possible radius. */
  @Property(tries = 30)
  void kCenter_fewImages_atMostTwiceTheBestRadius(
      @ForAll @IntRange(min = 4, max = 11) int n, @ForAll long seed) {
    float[][] rows = random(n, 3, new Random(seed));
    int[] picks =
        SelectionStrategy.K_CENTER
            .select(SelectionPool.of(Nd4j.createFromArray(rows)), 3)
            .toArray();
    double best = Double.MAX_VALUE;
    for (int a = 0; a < n; a++) {
      for (int b = a + 1; b < n; b++) {
        for (int c = b + 1; c < n; c++) {
          best = Math.min(best, radius(rows, a, b, c));
        }
      }
    }
    assertTrue(radius(rows, picks) <= 2 * best + 1e-5);
  }

  private static double radius(float[][] rows, int... centers) {
    Set<Integer> all = new HashSet<>();
    Arrays.stream(centers).forEach(all::add);
    return IntStream.range(0, rows.length)
        .mapToDouble(i -> Math.sqrt(nearest(rows, i, all)))
        .max()
        .orElse(0);
  }

  @Test
  void kCenter_nothingLabeled_beginsNearestToTheMean() {
    INDArray features =
        Nd4j.createFromArray(new float[][] {{0, 1}, {2, 2.1f}, {0.5f, 0}, {0, -0.1f}, {3, 1}});
    ImmutableIntArray picks = SelectionStrategy.K_CENTER.select(SelectionPool.of(features), 2);
    assertEquals(ImmutableIntArray.of(4, 3), picks);
  }

  @Test
  void spread_copies_lowestIndexFirst() {
    float[][] two = {{0.3f, 0.7f, 0.1f}, {-0.3f, 0.2f, 0.9f}};
    float[][] rows = new float[2100][]; // Copies in several blocks, at any place in them.
    Arrays.setAll(rows, i -> two[i % 2].clone());
    SelectionPool pool =
        SelectionPool.of(Nd4j.createFromArray(rows)).labeled(ImmutableIntArray.of(4));
    assertEquals(ImmutableIntArray.of(1, 0, 2, 3), SelectionStrategy.SPREAD.select(pool, 4));
  }

  @Property(tries = 30)
  void everyStrategy_anyPool_picksOthersOnceAndIsAPrefix(
      @ForAll SelectionStrategy strategy, @ForAll long seed) {
    Random random = new Random(seed);
    int n = 20;
    ImmutableIntArray labeled = ImmutableIntArray.copyOf(random.ints(3, 0, 10).distinct());
    ImmutableIntArray skipped = ImmutableIntArray.copyOf(random.ints(3, 10, n).distinct());
    SelectionPool pool =
        SelectionPool.of(Nd4j.createFromArray(random(n, 4, random)))
            .labeled(labeled)
            .skipped(skipped)
            .predictions(probabilities(n, 3, random), probabilities(n, 3, random));
    ImmutableIntArray all = strategy.select(pool, 100);
    Set<Integer> distinct = new HashSet<>(all.asList());
    assertEquals(n - labeled.length() - skipped.length(), all.length());
    assertEquals(all.length(), distinct.size());
    assertFalse(all.stream().anyMatch(i -> labeled.contains(i) || skipped.contains(i)));
    assertEquals(all.subArray(0, 6), strategy.select(pool, 6));
  }

  /** Multiplied by powers of two, whose rounding is the same. */
  @Property(tries = 20)
  void everyStrategy_rowsOfOtherLengths_sameChoice(
      @ForAll SelectionStrategy strategy, @ForAll long seed) {
    Random random = new Random(seed);
    float[][] rows = random(15, 4, random);
    float[][] scaled = new float[15][4];
    for (int i = 0; i < 15; i++) {
      for (int d = 0; d < 4; d++) {
        scaled[i][d] = Math.scalb(rows[i][d], i % 5);
      }
    }
    INDArray student = probabilities(15, 3, random);
    INDArray teacher = probabilities(15, 3, random);
    assertEquals(
        strategy.select(
            SelectionPool.of(Nd4j.createFromArray(rows)).predictions(student, teacher), 8),
        strategy.select(
            SelectionPool.of(Nd4j.createFromArray(scaled)).predictions(student, teacher), 8));
  }

  /** Each pick's worth by its definition is the greatest, up to rounding: ties are common. */
  private static void checkSpread(
      float[][] rows, ImmutableIntArray labeled, double[] weight, ImmutableIntArray picks) {
    Set<Integer> chosen = new HashSet<>(labeled.asList());
    for (int pick : picks.asList()) {
      double greatest =
          IntStream.range(0, rows.length)
              .filter(i -> !chosen.contains(i))
              .mapToDouble(i -> worth(rows, i, chosen, weight))
              .max()
              .orElse(0);
      assertEquals(greatest, worth(rows, pick, chosen, weight), 1e-5);
      assertTrue(chosen.add(pick));
    }
  }

  private static double worth(float[][] rows, int image, Set<Integer> chosen, double[] weight) {
    double rise = 0;
    for (int j = 0; j < rows.length; j++) {
      double before = 1 - nearest(rows, j, chosen) / 2;
      rise += weight[j] * Math.max(0, 1 - distance(rows[image], rows[j]) / 2 - before);
    }
    return weight[image] * rise;
  }

  @Property(tries = 20)
  void spread_anyFeatures_equalsNaive(
      @ForAll @IntRange(min = 8, max = 30) int n, @ForAll boolean begun, @ForAll long seed) {
    Random random = new Random(seed);
    float[][] rows = random(n, 4, random);
    ImmutableIntArray labeled = begun ? ImmutableIntArray.of(3, 7) : NONE;
    SelectionPool pool = SelectionPool.of(Nd4j.createFromArray(rows)).labeled(labeled);
    checkSpread(rows, labeled, ones(n), SelectionStrategy.SPREAD.select(pool, 5));
  }

  @Property(tries = 20)
  void margin_labeled_equalsNaive(@ForAll long seed) {
    Random random = new Random(seed);
    int n = 30;
    float[][] rows = random(n, 4, random);
    INDArray deployed = probabilities(n, 5, random);
    double[] weight = new double[n];
    for (int i = 0; i < n; i++) {
      double[] sorted = deployed.getRow(i).toDoubleVector();
      Arrays.sort(sorted);
      weight[i] = 1 - (sorted[4] - sorted[3]);
    }
    ImmutableIntArray labeled = ImmutableIntArray.of(2, 9);
    SelectionPool pool =
        SelectionPool.of(Nd4j.createFromArray(rows))
            .labeled(labeled)
            .predictions(probabilities(n, 5, random), deployed); // The teacher is deployed.
    checkSpread(rows, labeled, weight, SelectionStrategy.MARGIN.select(pool, 6));
  }

  /** The two surest images are copies of each other, and so are the two least sure. */
  @ParameterizedTest
  @EnumSource(
      value = SelectionStrategy.class,
      names = {"MARGIN", "ENTROPY", "DISAGREEMENT"})
  void uncertain_copiesOfOneImage_notPickedTogether(SelectionStrategy strategy) {
    INDArray features =
        Nd4j.createFromArray(new float[][] {{1, 0}, {1, 0}, {0, 1}, {-1, 0.1f}, {-1, 0.1f}});
    INDArray teacher =
        Nd4j.createFromArray(
            new float[][] {{.99f, .01f}, {.99f, .01f}, {.8f, .2f}, {.5f, .5f}, {.5f, .5f}});
    INDArray student =
        Nd4j.createFromArray(
            new float[][] {{.99f, .01f}, {.98f, .02f}, {.5f, .5f}, {.01f, .99f}, {.01f, .99f}});
    SelectionPool pool = SelectionPool.of(features).predictions(student, teacher);
    assertEquals(ImmutableIntArray.of(3, 2), strategy.select(pool, 2));
  }

  @Test
  void recommended_withAndWithoutPredictions_spreadFirst() {
    SelectionPool pool = SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3));
    assertEquals(SelectionStrategy.SPREAD, SelectionStrategy.recommended(pool));
    assertEquals(
        SelectionStrategy.MARGIN,
        SelectionStrategy.recommended(pool.predictions(Nd4j.ones(DataType.FLOAT, 2, 1))));
  }

  @Test
  void orRecommended_predictionsMissing_isTheRecommendedOne() {
    SelectionPool pool = SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3));
    INDArray predictions = Nd4j.ones(DataType.FLOAT, 2, 1);
    SelectionPool one = pool.predictions(predictions);
    SelectionPool both = pool.predictions(predictions, predictions);
    for (SelectionStrategy strategy : SelectionStrategy.values()) {
      boolean any = strategy == SelectionStrategy.SPREAD || strategy == SelectionStrategy.K_CENTER;
      assertEquals(any ? strategy : SelectionStrategy.SPREAD, strategy.orRecommended(pool));
      boolean two = strategy == SelectionStrategy.DISAGREEMENT;
      assertEquals(two ? SelectionStrategy.MARGIN : strategy, strategy.orRecommended(one));
      assertEquals(strategy, strategy.orRecommended(both));
    }
  }

  @Test
  void select_predictionsMissing_namesAnotherStrategy() {
    SelectionPool pool = SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3));
    assertEquals(
        "entropy: expected a pool with predictions, found none; give them, or take spread",
        assertThrows(IllegalStateException.class, () -> SelectionStrategy.ENTROPY.select(pool, 1))
            .getMessage());
    SelectionPool one = pool.predictions(Nd4j.ones(DataType.FLOAT, 2, 1));
    assertTrue(
        assertThrows(
                IllegalStateException.class, () -> SelectionStrategy.DISAGREEMENT.select(one, 1))
            .getMessage()
            .endsWith("found those of one network; take margin"));
  }

  @Test
  void select_nothingLeft_isEmpty() {
    SelectionPool pool =
        SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3)).labeled(ImmutableIntArray.of(0, 1));
    assertEquals(NONE, SelectionStrategy.SPREAD.select(pool, 3));
    SelectionPool skipped =
        SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3)).skipped(ImmutableIntArray.of(0, 1));
    assertEquals(NONE, SelectionStrategy.SPREAD.select(skipped, 3));
  }

  @Test
  void of_wrongInput_saysWhatWasExpected() {
    SelectionPool pool = SelectionPool.of(Nd4j.ones(DataType.FLOAT, 2, 3));
    assertEquals(
        "features: expected [N, D] of FLOAT, got [2, 3] of DOUBLE",
        message(() -> SelectionPool.of(Nd4j.ones(DataType.DOUBLE, 2, 3))));
    assertEquals(
        "features: expected finite numbers, found NaN or infinite ones in row 1",
        message(() -> SelectionPool.of(Nd4j.createFromArray(new float[][] {{1}, {0f / 0}}))));
    assertEquals(
        "labeled: expected images from 0 to 1, got 2",
        message(() -> pool.labeled(ImmutableIntArray.of(2))));
    assertEquals(
        "skipped: expected each image once, got 1 twice",
        message(() -> pool.skipped(ImmutableIntArray.of(1, 1))));
    assertEquals(
        "probabilities: expected [2, K], got [3, 4]",
        message(() -> pool.predictions(Nd4j.ones(DataType.FLOAT, 3, 4))));
    assertTrue(
        message(() -> pool.predictions(Nd4j.ones(DataType.FLOAT, 2, 4)))
            .contains("got a sum of 4.0 in row 0"));
    assertTrue(
        message(
                () ->
                    pool.predictions(
                        Nd4j.ones(DataType.FLOAT, 2, 1), Nd4j.ones(DataType.FLOAT, 2, 2).muli(.5)))
            .startsWith("teacher: expected [2, 1], got [2, 2]"));
  }

  private static String message(Runnable action) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
