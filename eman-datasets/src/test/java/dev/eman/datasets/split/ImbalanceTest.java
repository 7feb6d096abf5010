package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImbalanceTest {
  private static final LabelsOnly DATA =
      LabelsOnly.ofCounts("ten", IntStream.generate(() -> 100).limit(10).toArray());

  @TempDir Path folder;

  private static LabelSplit draw(String labels, UnlabeledPool pool, Imbalance imbalance) {
    return LabelSplit.draw(DATA, LabelAmount.parse(labels), 1, 0, pool, imbalance);
  }

  /** As in the papers on CIFAR-10-LT. */
  @Test
  void counts_ofTenClassesAndRatio100_arePublished() {
    assertEquals(
        ImmutableIntArray.of(1500, 899, 539, 323, 193, 116, 69, 41, 25, 15),
        Imbalance.counts(100, 1500, 10));
    assertEquals(
        ImmutableIntArray.of(15, 25, 41, 69, 116, 193, 323, 539, 899, 1500),
        Imbalance.counts(-100, 1500, 10));
    assertEquals(ImmutableIntArray.of(7), Imbalance.counts(100, 7, 1));
  }

  @Test
  void of_partsNotSaid_unlabeledAsLabeled() {
    assertEquals(Imbalance.NONE, Imbalance.of(null, null, null));
    assertEquals(new Imbalance(50, 50, null), Imbalance.of(50.0, null, null));
    assertEquals(new Imbalance(1, -3, 9), Imbalance.of(null, -3.0, 9));
    for (double ratio : new double[] {0.01, 0, -0.5, Double.NaN, Double.POSITIVE_INFINITY}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new Imbalance(ratio, 1, null))
              .getMessage();
      assertTrue(message.startsWith("imbalance: expected the images of the largest"), message);
    }
  }

  @Test
  void draw_fractionOfLabels_isThatOfTheLargestClass() {
    LabelSplit split = draw("50%", UnlabeledPool.REST, new Imbalance(10, 10, null));
    int[] labeled = DATA.counts(split.labeled().asList());
    int[] unlabeled = DATA.counts(split.unlabeled().asList());
    assertEquals(50, labeled[0]);
    assertEquals(5, labeled[9]);
    assertArrayEquals(labeled, unlabeled);
    assertEquals("50%, imbalance 10, imbalance 10 without labels, seed 1", split.origin());
    assertTrue(split.toString().contains(" left out"), split.toString());
  }

  /** Half of the class that is to be the largest: of the last one where the order is reversed. */
  @Test
  void labeled_fractionOfUnequalClasses_isThatOfTheLargestOne() {
    LabelAmount half = LabelAmount.parse("50%");
    List<String> names = List.of("a", "b");
    assertEquals(
        ImmutableIntArray.of(25, 50),
        new Imbalance(-2, 1, null).labeled(half, ImmutableIntArray.of(40, 100), names));
    assertEquals(
        ImmutableIntArray.of(50, 25),
        new Imbalance(2, 1, null).labeled(half, ImmutableIntArray.of(100, 40), names));
  }

  @Test
  void draw_reverseWithoutLabels_asManyAsThereAre() {
    LabelSplit split = draw("60/class", UnlabeledPool.REST, new Imbalance(10, -10, null));
    int[] unlabeled = DATA.counts(split.unlabeled().asList());
    // The last class has 6 labels; the first one 40 images left for a tenth of 94.
    assertEquals(94, unlabeled[9]);
    assertEquals(9, unlabeled[0]);
    LabelSplit given = draw("60/class", UnlabeledPool.REST, new Imbalance(10, -10, 50));
    assertEquals(50, DATA.counts(given.unlabeled().asList())[9]);
    assertTrue(given.origin().contains("imbalance -10 without labels, from 50"), given.origin());
  }

  @Test
  void draw_ratioOneWithoutLabels_usesAllTheRest() {
    LabelSplit split = draw("60/class", UnlabeledPool.ALL, new Imbalance(10, 1, null));
    assertTrue(split.leftOut().isEmpty());
    assertEquals(DATA.size(), split.unlabeled().length());
  }

  @Test
  void draw_balancedLabels_areTheSameAsWithoutImbalance() {
    LabelSplit plain = draw("5/class", UnlabeledPool.ALL, Imbalance.NONE);
    LabelSplit tail = draw("5/class", UnlabeledPool.ALL, new Imbalance(1, 20, null));
    assertEquals(plain.labeled(), tail.labeled());
    assertNotEquals(plain.hash(), tail.hash());
    assertEquals(5 + 95, DATA.counts(tail.unlabeled().asList())[0]);
    assertEquals(5 + 4, DATA.counts(tail.unlabeled().asList())[9]);
  }

  @Test
  void draw_poolWithoutTrainingImages_leavesNoneOut() {
    LabelSplit split = draw("50/class", UnlabeledPool.PART, new Imbalance(10, 10, null));
    assertTrue(split.leftOut().isEmpty());
    assertEquals("50/class, imbalance 10, seed 1", split.origin());
  }

  @Test
  void draw_setTooSmall_saysForWhichClass() {
    assertMessage(
        () -> draw("40/class", UnlabeledPool.ALL, new Imbalance(100, 1, null)),
        "--imbalance 100: expected at least one labelled image of each class, found none of class8"
            + " where the largest class has 40; take at least 100/class");
    assertMessage(
        () -> draw("200/class", UnlabeledPool.ALL, new Imbalance(-2, 1, null)),
        "--imbalance -2: expected 108 images of class1 to label, found 100",
        "fewer labels");
    assertMessage(
        () -> draw("10/class", UnlabeledPool.ALL, new Imbalance(1, 4, 95)),
        "--imbalance-unlabeled 4: expected 95 images of class0 besides the labelled ones, found 90",
        "another --unlabeled-largest");
    assertMessage(
        () -> draw("100/class", UnlabeledPool.ALL, new Imbalance(1, 4, null)),
        "--imbalance-unlabeled 4: expected at least one image of class0",
        "fewer labels");
  }

  @Test
  void save_leftOutImages_loadedAsTheyWere() {
    LabelSplit split = draw("50/class", UnlabeledPool.ALL, new Imbalance(10, 5, 30));
    Path file = folder.resolve("tail.split");
    split.save(file);
    LabelSplit loaded = LabelSplit.load(file, DATA);
    assertEquals(split.leftOut(), loaded.leftOut());
    assertEquals(split.unlabeled(), loaded.unlabeled());
    assertEquals(split.hash(), loaded.hash());
    assertEquals(split.origin(), loaded.origin());
  }
}
