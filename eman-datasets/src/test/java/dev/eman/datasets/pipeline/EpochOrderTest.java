package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.augment.Transform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
  private static ImageStream stream(int images, int batch, EpochEnd end) {
    ImmutableIntArray.Builder indices = ImmutableIntArray.builder();
    for (int i = 0; i < images; i++) {
      indices.add(3 * i);
    }
    return new ImageStream(
        new FakeDataset(3 * images, Set.of()),
        indices.build(),
        batch,
        ImmutableList.of(Transform.IDENTITY),
        end);
  }

  private static List<Integer> epoch(ImageStream stream, long seed, long epoch) {
    EpochOrder order = new EpochOrder(stream, Shard.WHOLE, seed, 0);
    List<Integer> seen = new ArrayList<>();
    int[] images = new int[stream.batchSize()];
    long[] epochs = new long[stream.batchSize()];
    long perEpoch = stream.batchesPerEpoch();
    for (long b = epoch * perEpoch; b < (epoch + 1) * perEpoch; b++) {
      int count = order.fill(b, images, epochs);
      for (int i = 0; i < count; i++) {
        assertEquals(epoch, epochs[i]);
        seen.add(images[i]);
      }
    }
    return seen;
  }

  @Property(tries = 200)
  void anEpochHasEachImageAtMostOnce(
      @ForAll @IntRange(min = 1, max = 60) int images,
      @ForAll @IntRange(min = 1, max = 60) int batch,
      @ForAll long seed,
      @ForAll @LongRange(min = 0, max = 1_000_000) long epoch) {
    if (batch > images) {
      return;
    }
    List<Integer> seen = epoch(stream(images, batch, EpochEnd.DROP_LAST), seed, epoch);
    assertEquals(images / batch * batch, seen.size());
    assertEquals(seen.size(), new HashSet<>(seen).size());
    assertTrue(seen.stream().allMatch(i -> i >= 0 && i < images));
  }

  @Property(tries = 200)
  void goingOnUsesEveryImageEquallyOften(
      @ForAll @IntRange(min = 1, max = 30) int images,
      @ForAll @IntRange(min = 1, max = 60) int batch,
      @ForAll long seed) {
    ImageStream stream = stream(images, batch, EpochEnd.CONTINUE);
    EpochOrder order = new EpochOrder(stream, Shard.WHOLE, seed, 0);
    int[] counts = new int[images];
    int[] row = new int[batch];
    long[] epochs = new long[batch];
    for (int b = 0; b < images; b++) { // Exactly `batch` epochs.
      assertEquals(batch, order.fill(b, row, epochs));
      for (int i : row) {
        counts[i]++;
      }
    }
    for (int count : counts) {
      assertEquals(batch, count);
    }
  }

  @Property(tries = 100)
  void anyBatchCanBeAskedForFirst(
      @ForAll @IntRange(min = 5, max = 40) int images,
      @ForAll @LongRange(min = 0, max = 100) long batch,
      @ForAll EpochEnd end) {
    ImageStream stream = stream(images, 5, end);
    EpochOrder sequential = new EpochOrder(stream, Shard.WHOLE, 1, 0);
    int[] expected = new int[5];
    int[] found = new int[5];
    long[] epochs = new long[5];
    for (long b = 0; b <= batch; b++) {
      sequential.fill(b, expected, epochs);
    }
    int count = new EpochOrder(stream, Shard.WHOLE, 1, 0).fill(batch, found, epochs);
    if (count == 5) {
      assertArrayEquals(expected, found);
    }
  }

  @Property(tries = 200)
  void drawnAreTheImagesOfTheFirstBatches(
      @ForAll @IntRange(min = 1, max = 30) int images,
      @ForAll @IntRange(min = 1, max = 40) int batch,
      @ForAll @LongRange(min = 0, max = 12) long batches,
      @ForAll EpochEnd end,
      @ForAll long seed) {
    if (end == EpochEnd.DROP_LAST && batch > images) {
      return;
    }
    ImageStream stream = stream(images, batch, end);
    BitSet expected = new BitSet();
    EpochOrder order = new EpochOrder(stream, Shard.WHOLE, seed, 1);
    int[] row = new int[batch];
    for (long b = 0; b < batches; b++) {
      int count = order.fill(b, row, new long[batch]);
      Arrays.stream(row, 0, count).forEach(expected::set);
    }
    assertEquals(expected, EpochOrder.drawn(stream, seed, 1, batches));
  }

  @Test
  void epochsSeedsAndStreamsDiffer() {
    ImageStream stream = stream(50, 10, EpochEnd.DROP_LAST);
    List<Integer> first = epoch(stream, 0, 0);
    assertFalse(first.equals(epoch(stream, 0, 1)));
    assertFalse(first.equals(epoch(stream, 1, 0)));
    int[] one = new int[10];
    int[] other = new int[10];
    new EpochOrder(stream, Shard.WHOLE, 0, 0).fill(0, one, new long[10]);
    new EpochOrder(stream, Shard.WHOLE, 0, 1).fill(0, other, new long[10]);
    assertFalse(Arrays.equals(one, other));
  }

  @Test
  void onePassKeepsTheOrderAndEndsShort() {
    EpochOrder order = new EpochOrder(stream(7, 3, EpochEnd.STOP), Shard.WHOLE, 9, 0);
    int[] images = new int[3];
    assertEquals(3, order.fill(0, images, new long[3]));
    assertArrayEquals(new int[] {0, 1, 2}, images);
    assertEquals(1, order.fill(2, images, new long[3]));
    assertEquals(6, images[0]);
  }
}
