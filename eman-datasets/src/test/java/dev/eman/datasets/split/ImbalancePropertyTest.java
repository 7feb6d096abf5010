package dev.eman.datasets.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

final class ImbalancePropertyTest {
  /**
   * Classes of equal sizes that are enough for some imbalance of labelled and unlabelled images.
   */
  record Case(int classes, double labeled, double unlabeled, int most) {
    int size() {
      return most + 60;
    }

    LabelSplit draw(LabelsOnly data, long seed, double validation, UnlabeledPool pool) {
      return LabelSplit.draw(
          data,
          LabelAmount.perClass(most),
          seed,
          validation,
          pool,
          new Imbalance(labeled, unlabeled, null));
    }

    LabelsOnly data() {
      return LabelsOnly.ofCounts("any", IntStream.generate(this::size).limit(classes).toArray());
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    Arbitrary<Double> ratios =
        Arbitraries.doubles().between(1, 25).flatMap(ratio -> Arbitraries.of(ratio, -ratio));
    return Combinators.combine(
            Arbitraries.integers().between(2, 8),
            ratios,
            ratios,
            Arbitraries.integers().between(0, 30))
        .as(
            (classes, labeled, unlabeled, more) ->
                new Case(classes, labeled, unlabeled, (int) Math.ceil(Math.abs(labeled)) + more));
  }

  @Property(tries = 100)
  void draw_anyRatios_countsFallMonotonicallyFromTheFirstToTheLast(
      @ForAll("cases") Case any, @ForAll long seed) {
    LabelsOnly data = any.data();
    LabelSplit split = any.draw(data, seed, 0, UnlabeledPool.REST);
    assertTail(any.labeled(), data.counts(split.labeled().asList()));
    if (any.unlabeled() != 1) {
      assertTail(any.unlabeled(), data.counts(split.unlabeled().asList()));
    }
    assertEquals(
        any.most(), Arrays.stream(data.counts(split.labeled().asList())).max().orElseThrow());
  }

  /** Of the largest and the smallest class the ratio holds within rounding, and no class grows. */
  private static void assertTail(double ratio, int[] counts) {
    int[] tail = ratio > 0 ? counts : reversed(counts);
    for (int c = 1; c < tail.length; c++) {
      assertTrue(tail[c] <= tail[c - 1], () -> Arrays.toString(counts));
    }
    int last = tail[tail.length - 1];
    assertTrue(last >= 1);
    assertTrue(tail[0] >= last * Math.abs(ratio) - 1e-3, () -> Arrays.toString(counts));
    assertTrue(tail[0] < (last + 1) * Math.abs(ratio), () -> Arrays.toString(counts));
  }

  private static int[] reversed(int[] counts) {
    return IntStream.range(0, counts.length).map(c -> counts[counts.length - 1 - c]).toArray();
  }

  @Property(tries = 100)
  void draw_sameSeed_sameSplitAndDisjointParts(
      @ForAll("cases") Case any,
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0, max = 0.4) double validation) {
    LabelsOnly data = any.data();
    int kept = any.draw(data, seed, 0, UnlabeledPool.ALL).labeled().length();
    double part = kept * (1 - validation) > any.classes() + 1 ? validation : 0;
    LabelSplit split = any.draw(data, seed, part, UnlabeledPool.ALL);
    assertEquals(split.hash(), any.draw(data, seed, part, UnlabeledPool.ALL).hash());

    BitSet labeled = BitSets.of(split.labeled());
    BitSet unlabeled = BitSets.of(split.unlabeled());
    BitSet others = BitSets.of(split.leftOut());
    others.or(BitSets.of(split.validation()));
    assertTrue(!others.intersects(labeled) && !others.intersects(unlabeled));
    unlabeled.and(labeled);
    assertEquals(labeled, unlabeled, "the pool all has the labelled images too");
    others.or(labeled);
    others.or(BitSets.of(split.unlabeled()));
    assertEquals(data.size(), others.cardinality());
  }

  /** Images that are held out to measure on are in no part of a split of the others. */
  @Property(tries = 50)
  void draw_ofWhatIsNotHeldOut_fewerLabelsWithinMore(
      @ForAll("cases") Case any,
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int fewer) {
    LabelsOnly data = any.data();
    HoldOut held = HoldOut.draw(data, 0.2, seed, ImmutableIntArray.of());
    var train = held.train(data);
    int most = Math.max((int) Math.ceil(Math.abs(any.labeled())), any.most() - fewer);
    Imbalance imbalance = new Imbalance(any.labeled(), 1, null);
    BitSet small =
        chosen(
            LabelSplit.draw(
                train, LabelAmount.perClass(most), seed, 0, UnlabeledPool.ALL, imbalance));
    BitSet large =
        chosen(
            LabelSplit.draw(
                train, LabelAmount.perClass(any.most()), seed, 0, UnlabeledPool.ALL, imbalance));
    small.andNot(large);
    assertTrue(small.isEmpty());
    assertTrue(large.length() <= train.size());
  }

  private static BitSet chosen(LabelSplit split) {
    return BitSets.of(split.chosen());
  }
}
