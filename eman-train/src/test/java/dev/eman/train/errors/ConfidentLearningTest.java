package dev.eman.train.errors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** Against an example worked by hand, and what holds for any probabilities. */
class ConfidentLearningTest {
  /** Labels 0 0 0 0 | 1 1 1 | 2 2 2, in 64ths so that sums are exact. */
  private static final ImmutableIntArray LABELS =
      ImmutableIntArray.of(0, 0, 0, 0, 1, 1, 1, 2, 2, 2);

  private static final int[][] SIXTY_FOURTHS = {
    {48, 8, 8}, // 0, counted as 0
    {40, 16, 8}, // 1, counted as 0
    {4, 56, 4}, // 2, counted as 1
    {28, 20, 16}, // 3, below 30: not counted
    {8, 52, 4}, // 4, counted as 1
    {40, 20, 4}, // 5, counted as 0
    {12, 48, 4}, // 6, counted as 1
    {4, 4, 56}, // 7, counted as 2
    {30, 4, 30}, // 8, counted as 0: 30 is class 0's threshold, and below class 2's
    {10, 10, 44}, // 9, counted as 2
  };

  private static final Set<PruningRule> RULES =
      EnumSet.complementOf(EnumSet.of(PruningRule.MIXTURE));

  private static double[][] example() {
    double[][] rows = new double[10][3];
    for (int i = 0; i < 10; i++) {
      for (int k = 0; k < 3; k++) {
        rows[i][k] = SIXTY_FOURTHS[i][k] / 64.0;
      }
    }
    return rows;
  }

  private static ConfidentLearning learning() {
    return ConfidentLearning.of(Nd4j.createFromArray(example()), LABELS);
  }

  @Test
  void thresholds_example_meansOfOwnClass() {
    // (48 + 40 + 4 + 28) / 4, (52 + 20 + 48) / 3, (56 + 30 + 44) / 3.
    assertArrayEquals(
        new double[] {30 / 64.0, 40 / 64.0, 130 / 192.0}, learning().thresholds(), 1e-12);
  }

  @Test
  void confidentJoint_example_countedByHand() {
    assertArrayEquals(new int[][] {{2, 1, 0}, {1, 2, 0}, {1, 0, 2}}, learning().confidentJoint());
  }

  @Test
  void joint_example_rowsScaledToTheLabels() {
    double[][] joint = learning().joint(); // Rows of 4, 3 and 3 tenths, in thirds.
    double[][] expected = {{8, 4, 0}, {3, 6, 0}, {3, 0, 6}};
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        assertEquals(expected[i][j] / 30, joint[i][j], 1e-12);
      }
    }
    assertEquals(10 / 30.0, learning().noise(), 1e-12);
  }

  private static List<Integer> images(PruningRule rule) {
    return learning().issues(rule).stream().map(LabelIssue::image).toList();
  }

  /** Ordered by doubt: 60/64 of image 2, 44/64 of image 5; image 8 is a tie and not named. */
  @Test
  void issues_example_eachRule() {
    assertEquals(List.of(2, 5), images(PruningRule.CONFIDENT_JOINT));
    // One each: the lowest of 4 4/3 -> 1, 1 and 1: images 2, 5 and 8.
    assertEquals(List.of(2, 5), images(PruningRule.BY_CLASS));
    // (0, 1), (1, 0) and (2, 0), one each: images 2, 5 and 8.
    assertEquals(List.of(2, 5), images(PruningRule.BY_NOISE_RATE));
    assertEquals(List.of(2, 5), images(PruningRule.BOTH));
  }

  @Test
  void issues_example_probabilitiesAndSuggestion() {
    assertEquals(
        new LabelIssue(2, 0, 1, 4 / 64.0, 56 / 64.0),
        learning().issues(PruningRule.BY_NOISE_RATE).get(0));
    assertEquals(60 / 64.0, learning().issues(PruningRule.BOTH).get(0).doubt(), 1e-12);
  }

  /** The two rules part where a label's surest mistakes are of another pair than its most. */
  @Test
  void issues_rulesDiffer_bothIsTheIntersection() {
    ConfidentLearning random = random(new Random(5), 60, 4);
    List<LabelIssue> both = random.issues(PruningRule.BOTH);
    List<LabelIssue> byClass = random.issues(PruningRule.BY_CLASS);
    List<LabelIssue> byRate = random.issues(PruningRule.BY_NOISE_RATE);
    assertTrue(both.size() < Math.max(byClass.size(), byRate.size()));
    assertEquals(both, byClass.stream().filter(byRate::contains).toList());
  }

  private static ConfidentLearning random(Random random, int n, int classes) {
    double[][] rows = new double[n][classes];
    int[] labels = random.ints(n, 0, classes).toArray();
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        rows[i][k] = Math.exp(random.nextGaussian() + (k == labels[i] ? 1 : 0));
        sum += rows[i][k];
      }
      for (int k = 0; k < classes; k++) {
        rows[i][k] /= sum;
      }
    }
    return ConfidentLearning.of(Nd4j.createFromArray(rows), ImmutableIntArray.copyOf(labels));
  }

  @Property(tries = 50)
  void joint_anyProbabilities_marginsAreTheLabels(@ForAll long seed) {
    Random random = new Random(seed);
    ConfidentLearning learning = random(random, 40, 3);
    double sum = Arrays.stream(learning.joint()).flatMapToDouble(Arrays::stream).sum();
    assertEquals(1, sum, 1e-9);
    assertTrue(learning.noise() > -1e-9 && learning.noise() <= 1);
    for (PruningRule rule : RULES) {
      double before = 1;
      for (LabelIssue issue : learning.issues(rule)) {
        assertTrue(issue.given() != issue.suggested());
        assertTrue(issue.doubt() > 0 && issue.doubt() <= before);
        before = issue.doubt();
      }
    }
  }

  /** Sure and right everywhere: nothing is wrong. */
  @Test
  void issues_allRight_none() {
    ConfidentLearning learning =
        ConfidentLearning.of(
            Nd4j.createFromArray(new double[][] {{.9, .1}, {.8, .2}, {.2, .8}}),
            ImmutableIntArray.of(0, 0, 1));
    for (PruningRule rule : RULES) {
      assertEquals(List.of(), learning.issues(rule));
    }
    assertEquals(0, learning.noise(), 1e-12);
  }

  @Test
  void thresholds_classWithoutImages_nothingIsOfIt() {
    ConfidentLearning learning =
        ConfidentLearning.of(
            Nd4j.createFromArray(new double[][] {{.3, .1, .6}, {.2, .8, 0}}),
            ImmutableIntArray.of(0, 1));
    assertEquals(Double.POSITIVE_INFINITY, learning.thresholds()[2]);
    assertArrayEquals(new int[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 0}}, learning.confidentJoint());
  }

  @Test
  void of_wrongInput_saysWhatWasExpected() {
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    ConfidentLearning.of(
                        Nd4j.createFromArray(new double[][] {{.5, .5}}), ImmutableIntArray.of(2)))
            .getMessage()
            .contains("label: expected 0 to 1, got 2"));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    ConfidentLearning.of(
                        Nd4j.createFromArray(new double[][] {{2, -1}}), ImmutableIntArray.of(0)))
            .getMessage()
            .contains("expected 0 to 1"));
    assertThrows(UsageException.class, () -> PruningRule.named("by-clas"));
    assertEquals(PruningRule.BY_CLASS, PruningRule.named("by-class"));
  }
}
