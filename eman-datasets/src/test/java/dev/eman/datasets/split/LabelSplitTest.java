package dev.eman.datasets.split;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DatasetException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class LabelSplitTest {
  private static final LabelsOnly TEN = LabelsOnly.ofCounts("ten", counts(10, 600));

  @Test
  void draw_fraction_asManyOfEachClass() {
    LabelSplit split = draw(TEN, LabelAmount.fraction(0.01), 0);
    assertEquals(60, split.labeled().length());
    assertArrayEquals(counts(10, 6), TEN.counts(split.labeled().asList()));
    assertEquals(0, split.validation().length());
    assertEquals("ten", split.datasetName());
    assertEquals(TEN.fingerprint(), split.fingerprint());
    assertEquals(6000, split.size());
    assertEquals("1%, seed 0", split.origin());
    assertEquals(
        "60 of 6000 images labelled, 0 for validation, all unlabelled (1%, seed 0)",
        split.toString());
  }

  @Test
  void draw_notDivisible_countsDifferByOne() {
    LabelSplit split = draw(TEN, LabelAmount.fraction(0.0106), 5);
    int[] counts = TEN.counts(split.labeled().asList());
    Arrays.sort(counts);
    assertArrayEquals(new int[] {6, 6, 6, 6, 6, 6, 6, 7, 7, 7}, counts);
  }

  @Test
  void draw_notDivisible_theSeedChoosesWhoHasMore() {
    TreeSet<Integer> withMore = new TreeSet<>();
    for (int seed = 0; seed < 40; seed++) {
      int[] counts =
          TEN.counts(draw(TEN, LabelAmount.fraction(11 / 6000.0), seed).labeled().asList());
      withMore.add(IntStream.range(0, 10).filter(c -> counts[c] == 2).findFirst().orElseThrow());
    }
    assertTrue(withMore.size() > 5, withMore.toString());
  }

  @Test
  void draw_tinyFraction_oneOfEachClass() {
    LabelsOnly data = LabelsOnly.ofCounts("rare", 1000, 1, 20);
    LabelSplit split = draw(data, LabelAmount.fraction(0.0001), 3);
    assertArrayEquals(new int[] {1, 1, 1}, data.counts(split.labeled().asList()));
  }

  @Test
  void draw_perClass_exactly() {
    LabelsOnly data = LabelsOnly.ofCounts("uneven", 50, 40, 300);
    LabelSplit split = draw(data, LabelAmount.perClass(40), 1);
    assertArrayEquals(counts(3, 40), data.counts(split.labeled().asList()));
    assertEquals("40/class, seed 1", split.origin());
  }

  @Test
  void draw_perClassMoreThanAClassHas_allOfIt() {
    LabelsOnly data = LabelsOnly.ofCounts("uneven", 50, 6, 300, 1);
    LabelSplit split = draw(data, LabelAmount.perClass(10), 1);
    assertArrayEquals(new int[] {10, 6, 10, 1}, data.counts(split.labeled().asList()));
    assertEquals("10/class, seed 1, fewer of class1 (6), class3 (1)", split.origin());
    LabelSplit held = LabelSplit.draw(data, LabelAmount.perClass(10), 1, 0.25, UnlabeledPool.ALL);
    assertArrayEquals(new int[] {3, 1, 3, 0}, data.counts(held.validation().asList()));
    assertArrayEquals(new int[] {7, 5, 7, 1}, data.counts(held.labeled().asList()));
    LabelSplit all = draw(data, LabelAmount.perClass(Integer.MAX_VALUE), 1);
    assertEquals(357, all.labeled().length());
  }

  @Test
  void draw_perClassMoreThanManyClassesHave_namesTheFirst() {
    LabelsOnly data = LabelsOnly.ofCounts("small", counts(12, 2));
    String origin = draw(data, LabelAmount.perClass(3), 0).origin();
    assertTrue(origin.endsWith("class8 (2), class9 (2) and 2 more"), origin);
  }

  @Test
  void draw_seeds_repeatAndDiffer() {
    LabelAmount amount = LabelAmount.perClass(4);
    assertEquals(draw(TEN, amount, 7).hash(), draw(TEN, amount, 7).hash());
    TreeSet<String> hashes = new TreeSet<>();
    for (long seed : new long[] {0, 1, 2, -1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
      hashes.add(draw(TEN, amount, seed).hash());
    }
    assertEquals(7, hashes.size());
  }

  @Test
  void draw_manySeeds_everyImageAsOften() {
    LabelsOnly data = LabelsOnly.ofCounts("small", 10, 10);
    int[] drawn = new int[20];
    for (int seed = 0; seed < 2000; seed++) {
      draw(data, LabelAmount.perClass(3), seed).labeled().forEach(i -> drawn[i]++);
    }
    for (int count : drawn) {
      // 600 expected, with a deviation of 20.
      assertEquals(600, count, 100);
    }
  }

  @Test
  void draw_validation_disjointAndBalanced() {
    LabelSplit split = LabelSplit.draw(TEN, LabelAmount.fraction(0.1), 0, 0.1, UnlabeledPool.ALL);
    assertArrayEquals(counts(10, 54), TEN.counts(split.labeled().asList()));
    assertArrayEquals(counts(10, 6), TEN.counts(split.validation().asList()));
    assertEquals("10%, seed 0, validation 0.1", split.origin());

    TreeSet<Integer> both = new TreeSet<>(split.labeled().asList());
    both.addAll(split.validation().asList());
    assertEquals(draw(TEN, LabelAmount.fraction(0.1), 0).labeled().asList(), List.copyOf(both));
  }

  @Test
  void draw_validationOfUnevenClasses_theSamePartOfEach() {
    LabelsOnly data = LabelsOnly.ofCounts("uneven", 1000, 100, 20, 1);
    LabelSplit split = LabelSplit.draw(data, LabelAmount.fraction(1), 0, 0.1, UnlabeledPool.ALL);
    assertArrayEquals(new int[] {100, 10, 2, 0}, data.counts(split.validation().asList()));
    assertArrayEquals(new int[] {900, 90, 18, 1}, data.counts(split.labeled().asList()));
  }

  @Test
  void draw_validationLeavesTooFew_error() {
    assertMessage(
        () -> LabelSplit.draw(TEN, LabelAmount.perClass(1), 0, 0.5, UnlabeledPool.ALL),
        "at least one labelled image for each of 10 classes, found 10 labels of which 5 are kept");
    assertThrows(
        IllegalArgumentException.class,
        () -> LabelSplit.draw(TEN, LabelAmount.perClass(1), 0, 1, UnlabeledPool.ALL));
    assertThrows(
        IllegalArgumentException.class,
        () -> LabelSplit.draw(TEN, LabelAmount.perClass(1), 0, -0.1, UnlabeledPool.ALL));
  }

  @Test
  void unlabeled_poolAll_everythingButValidation() {
    LabelsOnly data = LabelsOnly.ofCounts("small", 10, 10);
    LabelSplit all = LabelSplit.draw(data, LabelAmount.perClass(4), 0, 0.5, UnlabeledPool.ALL);
    LabelSplit rest = LabelSplit.draw(data, LabelAmount.perClass(4), 0, 0.5, UnlabeledPool.REST);
    assertEquals(4, all.validation().length());
    assertEquals(16, all.unlabeled().length());
    assertTrue(all.unlabeled().asList().containsAll(all.labeled().asList()));
    assertEquals(12, rest.unlabeled().length());
    for (int i = 0; i < 20; i++) {
      boolean kept = all.validation().contains(i);
      assertEquals(!kept, all.unlabeled().contains(i));
      assertEquals(!kept && !all.labeled().contains(i), rest.unlabeled().contains(i));
    }
    assertEquals(all.labeled(), rest.labeled());
    assertNotEquals(all.hash(), rest.hash());
    assertEquals(UnlabeledPool.REST, rest.pool());
  }

  @Test
  void all_everyImageLabelled() {
    LabelSplit split = LabelSplit.all(TEN);
    assertEquals(IntStream.range(0, 6000).boxed().toList(), split.labeled().asList());
    assertEquals(split.labeled(), split.unlabeled());
  }

  @Test
  void draw_emptyClass_hasNoPartInIt() {
    LabelsOnly data = LabelsOnly.ofCounts("holes", 5, 0, 5);
    LabelSplit two = draw(data, LabelAmount.perClass(2), 0);
    assertArrayEquals(new int[] {2, 0, 2}, data.counts(two.labeled().asList()));
    LabelSplit some = LabelSplit.draw(data, LabelAmount.fraction(1), 0, 0.4, UnlabeledPool.ALL);
    assertArrayEquals(new int[] {2, 0, 2}, data.counts(some.validation().asList()));
  }

  @Test
  void draw_withoutLabels_error() {
    assertMessage(
        () -> draw(LabelsOnly.unlabeled(3), LabelAmount.fraction(0.5), 0),
        "none: expected a label of none#0, found an unlabelled image");
  }

  @Test
  void draw_labelOfNoClass_error() {
    for (int label : new int[] {12, 3, -7}) {
      assertMessage(
          () -> draw(LabelsOnly.ofLabels(3, 0, 1, 2, label), LabelAmount.fraction(0.5), 0),
          "odd: expected a label of one of its 3 classNames, from 0, for image 3 (odd#3), found "
              + label);
    }
  }

  @Test
  void holdOutAndClasses_labelOfNoClass_error() {
    for (int label : new int[] {12, 3, -7}) {
      LabelsOnly odd = LabelsOnly.ofLabels(3, 0, 1, 2, label);
      String expected = "odd: expected a label of one of its 3 classNames, from 0, for image 3";
      assertMessage(() -> HoldOut.draw(odd, 0.5, 0, ImmutableIntArray.of()), expected);
      assertMessage(() -> ClassList.of(odd).missing(odd), expected);
    }
  }

  private static LabelSplit draw(LabelsOnly data, LabelAmount amount, long seed) {
    return LabelSplit.draw(data, amount, seed, 0, UnlabeledPool.ALL);
  }

  private static int[] counts(int classes, int each) {
    int[] counts = new int[classes];
    Arrays.fill(counts, each);
    return counts;
  }

  static void assertMessage(Executable action, String... parts) {
    String message = assertThrows(DatasetException.class, action).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
