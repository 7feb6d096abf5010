package dev.eman.datasets.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.BitSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

final class LabelSplitPropertyTest {
  /** How many images each class has: from one to many. */
  @Provide
  Arbitrary<int[]> classes() {
    return Arbitraries.integers().between(1, 120).array(int[].class).ofMinSize(1).ofMaxSize(12);
  }

  @Property(tries = 200)
  void draw_smallerAmount_withinTheLarger(
      @ForAll("classes") int[] classes,
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.001, max = 1) @Scale(6) double one,
      @ForAll @DoubleRange(min = 0.001, max = 1) @Scale(6) double other,
      @ForAll @DoubleRange(min = 0, max = 0.3) double validation) {
    LabelsOnly data = LabelsOnly.ofCounts("any", classes);
    BitSet small = drawn(data, Math.min(one, other), seed, 0);
    BitSet large = drawn(data, Math.max(one, other), seed, 0);
    assertTrue(contains(large, small));
    // Validation is taken out of the drawn ones and changes nothing in them.
    Assume.that(large.cardinality() * (1 - validation) > classes.length + 1);
    assertEquals(large, drawn(data, Math.max(one, other), seed, validation));
  }

  @Property(tries = 200)
  void draw_onePercent_withinTenPercentAndPerClass(
      @ForAll("classes") int[] classes, @ForAll long seed) {
    LabelsOnly data = LabelsOnly.ofCounts("any", classes);
    BitSet ten = drawn(data, 0.1, seed, 0);
    assertTrue(contains(ten, drawn(data, 0.01, seed, 0)));

    int least = Arrays.stream(classes).min().orElseThrow();
    BitSet previous = new BitSet();
    for (int count = 1; count <= least; count++) {
      BitSet now =
          BitSets.of(
              LabelSplit.draw(data, LabelAmount.perClass(count), seed, 0, UnlabeledPool.ALL)
                  .labeled());
      assertEquals(count * classes.length, now.cardinality());
      assertTrue(contains(now, previous));
      assertTrue(contains(now, ten) || contains(ten, now));
      previous = now;
    }
  }

  @Property(tries = 200)
  void draw_anyAmount_balancedAsFarAsTheClassesGo(
      @ForAll("classes") int[] classes,
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.001, max = 1) @Scale(6) double fraction) {
    LabelsOnly data = LabelsOnly.ofCounts("any", classes);
    LabelSplit split =
        LabelSplit.draw(data, LabelAmount.fraction(fraction), seed, 0, UnlabeledPool.REST);
    int expected = Math.max(classes.length, (int) Math.floor(data.size() * fraction + 1e-6));
    assertEquals(expected, split.labeled().length());
    assertEquals(data.size() - expected, split.unlabeled().length());
    int[] counts = data.counts(split.labeled().asList());
    int most = Arrays.stream(counts).max().orElseThrow();
    for (int c = 0; c < counts.length; c++) {
      assertTrue(counts[c] >= 1);
      assertTrue(counts[c] >= Math.min(classes[c], most - 1), Arrays.toString(counts));
    }
  }

  @Property(tries = 200)
  void draw_validation_disjointAndTheSamePartOfEachClass(
      @ForAll("classes") int[] classes,
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.001, max = 1) @Scale(6) double fraction,
      @ForAll @DoubleRange(min = 0, max = 0.9) double validation) {
    LabelsOnly data = LabelsOnly.ofCounts("any", classes);
    int total = drawn(data, fraction, seed, 0).cardinality();
    int kept = (int) Math.rint(total * validation);
    Assume.that(total - kept >= classes.length);
    LabelSplit split =
        LabelSplit.draw(data, LabelAmount.fraction(fraction), seed, validation, UnlabeledPool.ALL);
    assertEquals(kept, split.validation().length());
    assertEquals(total, drawn(data, fraction, seed, validation).cardinality());
    assertEquals(data.size() - kept, split.unlabeled().length());

    int[] learned = data.counts(split.labeled().asList());
    int[] validated = data.counts(split.validation().asList());
    for (int c = 0; c < classes.length; c++) {
      assertTrue(learned[c] >= 1);
      // Not less than its part; more only where classes of one image gave none.
      double part = (double) (learned[c] + validated[c]) * kept / total;
      assertTrue(
          validated[c] >= Math.floor(part) || learned[c] == 1, () -> Arrays.toString(validated));
    }
    if (Arrays.stream(classes).allMatch(count -> count * classes.length > total + classes.length)) {
      assertTrue(spread(learned) <= 1, () -> Arrays.toString(learned));
      assertTrue(spread(validated) <= 1, () -> Arrays.toString(validated));
    }
  }

  @Property(tries = 200)
  void parse_anyAmount_readsWhatToStringWrites(
      @ForAll @DoubleRange(min = 1e-12, max = 1) @Scale(17) double fraction,
      @ForAll @IntRange(min = 1) int perClass) {
    LabelAmount part = LabelAmount.fraction(fraction);
    assertEquals(part, LabelAmount.parse(part.toString()));
    LabelAmount number = LabelAmount.perClass(perClass);
    assertEquals(number, LabelAmount.parse(number.toString()));
  }

  private static BitSet drawn(LabelsOnly data, double fraction, long seed, double validation) {
    LabelSplit split =
        LabelSplit.draw(data, LabelAmount.fraction(fraction), seed, validation, UnlabeledPool.ALL);
    BitSet both = set(split.labeled());
    BitSet kept = set(split.validation());
    assertTrue(!both.intersects(kept));
    both.or(kept);
    return both;
  }

  private static BitSet set(ImmutableIntArray positions) {
    BitSet set = new BitSet();
    positions.forEach(set::set);
    return set;
  }

  private static boolean contains(BitSet large, BitSet small) {
    BitSet outside = (BitSet) small.clone();
    outside.andNot(large);
    return outside.isEmpty();
  }

  private static int spread(int[] counts) {
    return Arrays.stream(counts).max().orElseThrow() - Arrays.stream(counts).min().orElseThrow();
  }
}
