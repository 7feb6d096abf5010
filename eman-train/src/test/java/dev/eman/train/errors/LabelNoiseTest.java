package dev.eman.train.errors;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class LabelNoiseTest {
  /** Images of known classes, whose probabilities look for their class; some labels are drawn. */
  private static final class Drawn {
    private final double[][] rows;
    private final int[] labels;
    private final boolean[] wrong;
    private int count;

    Drawn(Random random, int n, int classes, double share, double sharpness) {
      rows = new double[n][classes];
      labels = new int[n];
      wrong = new boolean[n];
      for (int i = 0; i < n; i++) {
        int truth = random.nextInt(classes);
        wrong[i] = random.nextDouble() < share;
        count += wrong[i] ? 1 : 0;
        labels[i] = wrong[i] ? (truth + 1 + random.nextInt(classes - 1)) % classes : truth;
        double sum = 0;
        for (int k = 0; k < classes; k++) {
          rows[i][k] = Math.exp(1.5 * random.nextGaussian() + (k == truth ? sharpness : 0));
          sum += rows[i][k];
        }
        for (int k = 0; k < classes; k++) {
          rows[i][k] /= sum;
        }
      }
    }

    LabelNoise noise() {
      return LabelNoise.of(Nd4j.createFromArray(rows), ImmutableIntArray.copyOf(labels));
    }
  }

  /**
   * Of 60 wrong labels among 2,000 one estimate in some hundred is too far off by chance, so that
   * the draws are always the same ones.
   */
  @Property(tries = 20, seed = "1")
  void share_drawnAtRandom_isNearTheTruth(
      @ForAll long seed, @ForAll @DoubleRange(min = 0.03, max = 0.4) double share) {
    Drawn drawn = new Drawn(new Random(seed), 2000, 10, share, 5);
    LabelNoise noise = drawn.noise();
    double truth = (double) drawn.count / 2000;
    assertEquals(truth, noise.share(), 0.015 + 0.35 * truth);
    long right = noise.issues().stream().filter(issue -> drawn.wrong[issue.image()]).count();
    double precision = (double) right / noise.issues().size();
    double recall = (double) right / drawn.count;
    assertEquals(precision, noise.precision(), 0.3);
    assertEquals(recall, noise.recall(), 0.3);
    assertTrue(2 * precision * recall / (precision + recall) > 0.75, precision + " " + recall);
  }

  @Property(tries = 50)
  void issues_anything_belowTheThresholdAndInOrder(@ForAll long seed) {
    LabelNoise noise = new Drawn(new Random(seed), 60, 3, 0.2, 1).noise();
    double before = 1;
    for (LabelIssue issue : noise.issues()) {
      assertTrue(issue.givenProbability() <= noise.threshold());
      assertTrue(issue.suggestedProbability() > issue.givenProbability());
      assertTrue(issue.doubt() <= before);
      before = issue.doubt();
    }
    assertTrue(noise.share() >= 0 && noise.share() <= 1);
  }

  /**
   * By hand. Labels' probabilities are .1 .8 .9 .9; the other class's .9 .2 .1 .1, three of the
   * four are at most .8, so that G is 1/2, 3/4, 1 at .1, .8, .9 and F is 1/4, 1/2, 1: the least of
   * F / G is 1/2 at .1, with and without a deviation. The F1 there is 2 · 1/2 · 1/2 / (1/4 + 1/2) =
   * 2/3, at .8 3/4 and at .9 2/3.
   */
  @Test
  void of_fourLabels_asByHand() {
    LabelNoise noise =
        LabelNoise.of(
            Nd4j.createFromArray(new double[][] {{.1, .9}, {.8, .2}, {.1, .9}, {.1, .9}}),
            ImmutableIntArray.of(0, 0, 1, 1));
    assertEquals(0.5, noise.share(), 1e-12);
    assertEquals(0.8, noise.threshold(), 1e-12);
    assertEquals(0.75, noise.precision(), 1e-12);
    assertEquals(0.75, noise.recall(), 1e-12);
    // The second label is its image's likeliest class.
    assertEquals(List.of(new LabelIssue(0, 0, 1, .1, .9)), noise.issues());
  }

  /**
   * By hand. Labels' probabilities are .1 .3 .9 .9 .9; the other class's, counted by its frequency,
   * 3 times .9, 3 times .7 and 6 times .1, so that G is 1/2, 1/2, 1 at .1, .3, .9 and F is 1/5,
   * 2/5, 1: the least of F / G is 2/5 at .1. The F1 is 2/3 there, 1/2 at .3 and 4/7 at .9. So half
   * of the wrong labels are named, and 2/5 · 1/2 / (1/5) = 1 of the named ones is wrong.
   */
  @Test
  void of_fiveLabels_precisionAndRecallAsByHand() {
    LabelNoise noise =
        LabelNoise.of(
            Nd4j.createFromArray(new double[][] {{.1, .9}, {.3, .7}, {.1, .9}, {.1, .9}, {.1, .9}}),
            ImmutableIntArray.of(0, 0, 1, 1, 1));
    assertEquals(0.4, noise.share(), 1e-12);
    assertEquals(0.1, noise.threshold(), 1e-12);
    assertEquals(1, noise.precision(), 1e-12);
    assertEquals(0.5, noise.recall(), 1e-12);
    assertEquals(List.of(new LabelIssue(0, 0, 1, .1, .9)), noise.issues());
  }

  /** Where classifiers are sure of every label, the smallest probability is that of them all. */
  @Test
  void of_labelsAllCertain_countsOneAndNamesNone() {
    double[][] probabilities = new double[20][];
    int[] labels = new int[20];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 2;
      probabilities[i] = i % 2 == 0 ? new double[] {1, 0} : new double[] {0, 1};
    }
    LabelNoise noise =
        LabelNoise.of(Nd4j.createFromArray(probabilities), ImmutableIntArray.copyOf(labels));
    assertEquals(1 / 20.0, noise.share());
    assertEquals(List.of(), noise.issues());
  }

  /** The count is that of probabilities a little apart; those of one probability are named. */
  @Test
  void of_leastProbabilityOfTwo_countsAsApartAndNamesBoth() {
    LabelNoise noise = twoWrongOfTwenty(0.1, 0.1);
    assertEquals(1 / 20.0 / (18 / 20.0), noise.share(), 1e-12);
    assertEquals(Set.of(0, 1), noise.issues().stream().map(LabelIssue::image).collect(toSet()));
    assertEquals(twoWrongOfTwenty(0.1, 0.1 + 1e-6).share(), noise.share());
  }

  private static LabelNoise twoWrongOfTwenty(double one, double other) {
    double[][] probabilities = new double[20][];
    int[] labels = new int[20];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 2;
      double own = i == 0 ? one : i == 1 ? other : 0.95;
      probabilities[i] = i % 2 == 0 ? new double[] {own, 1 - own} : new double[] {1 - own, own};
    }
    return LabelNoise.of(Nd4j.createFromArray(probabilities), ImmutableIntArray.copyOf(labels));
  }

  @Test
  void of_oneClass_nothingIsWrong() {
    LabelNoise noise =
        LabelNoise.of(Nd4j.createFromArray(new double[][] {{1}, {1}}), ImmutableIntArray.of(0, 0));
    assertEquals(List.of(), noise.issues());
    assertEquals(0, noise.recall());
  }
}
