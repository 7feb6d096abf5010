package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.augment.Transform;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parts of all shards, put together, are the batch of one worker. */
class ShardTest {
  private static final int UNLABELED = 37;

  /** Random numbers reach the pixels, so that another stream of them is seen. */
  private static final Transform NOISE =
      (image, random) -> image.pixels()[random.nextInt(16)] += (byte) (1 + random.nextInt(200));

  private static BatchPipeline.Builder pipeline(int labeled, int unlabeled, long seed) {
    FakeDataset data = new FakeDataset(50, Set.of(7, 13));
    ImmutableIntArray some = ImmutableIntArray.copyOf(IntStream.range(0, UNLABELED));
    return BatchPipeline.builder()
        .labeled(ImageStream.labeled(data, some.subArray(0, 5), labeled, NOISE))
        .unlabeled(ImageStream.unlabeled(data, some, unlabeled, NOISE, NOISE))
        .statistics(ChannelStatistics.gray(0.5, 0.25))
        .imageSize(FakeDataset.SIDE)
        .corruptImages(CorruptImages.SKIP)
        .seed(seed);
  }

  /** All that parts hold: field by field, in each of them part by part. */
  private record Held(List<float[]> images, List<Integer> numbers) {
    static Held of(Iterable<Batch> parts) {
      Held held = new Held(new ArrayList<>(), new ArrayList<>());
      for (int v = 0; v < 3; v++) {
        for (Batch part : parts) {
          held.add(v == 0 ? part.requireLabeled() : part.view(v - 1));
        }
      }
      List<Function<Batch, ImmutableIntArray>> fields =
          List.of(
              Batch::labels, Batch::labeledIndices, Batch::hiddenLabels, Batch::unlabeledIndices);
      for (Function<Batch, ImmutableIntArray> field : fields) {
        parts.forEach(part -> held.numbers.addAll(field.apply(part).asList()));
      }
      return held;
    }

    private void add(INDArray array) {
      for (int i = 0; i < array.size(0); i++) {
        images.add(array.slice(i).dup().data().asFloat());
      }
    }
  }

  @Property(tries = 60)
  void shards_anyNumberOfWorkersAndThreads_makeTheBatchOfOne(
      @ForAll @IntRange(min = 1, max = 4) int shards,
      @ForAll @IntRange(min = 1, max = 3) int labeledEach,
      @ForAll @IntRange(min = 1, max = 5) int unlabeledEach,
      @ForAll @IntRange(min = 1, max = 4) int threads,
      @ForAll @IntRange(min = 0, max = 50) int start,
      @ForAll long seed) {
    int labeled = shards * labeledEach;
    int unlabeled = shards * unlabeledEach;
    List<BatchPipeline> workers = new ArrayList<>();
    try (BatchPipeline one = pipeline(labeled, unlabeled, seed).startAt(start).start()) {
      for (int rank = 0; rank < shards; rank++) {
        workers.add(
            pipeline(labeled, unlabeled, seed)
                .startAt(start)
                .shard(rank, shards)
                .workers(1 + (threads + rank) % 4)
                .start());
      }
      for (int b = 0; b < 12; b++) {
        Batch whole = one.next();
        List<Batch> parts = workers.stream().map(BatchPipeline::next).toList();
        for (int rank = 0; rank < shards; rank++) {
          assertEquals(labeledEach, parts.get(rank).labels().length());
          assertEquals(one.position(), workers.get(rank).position());
        }
        assertSame(whole, parts);
      }
    } finally {
      workers.forEach(BatchPipeline::close);
    }
  }

  private static void assertSame(Batch whole, List<Batch> parts) {
    Held expected = Held.of(List.of(whole));
    Held found = Held.of(parts);
    assertEquals(expected.images().size(), found.images().size());
    for (int i = 0; i < expected.images().size(); i++) {
      assertArrayEquals(expected.images().get(i), found.images().get(i));
    }
    assertEquals(expected.numbers(), found.numbers());
  }

  @Example
  void shards_ofOnePassWithAShortEnd_makeEveryBatch() {
    List<Integer> seen = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      try (BatchPipeline pipeline = onePass(10).shard(rank, 2).start()) {
        while (pipeline.hasNext()) {
          seen.addAll(pipeline.next().labeledIndices().asList());
        }
      }
    }
    assertEquals(List.of(0, 1, 4, 5, 8, 2, 3, 6, 7, 9), seen);
  }

  private static BatchPipeline.Builder onePass(int images) {
    return BatchPipeline.builder()
        .labeled(
            new ImageStream(
                new FakeDataset(images, Set.of()),
                ImmutableIntArray.copyOf(IntStream.range(0, images)),
                4,
                ImmutableList.of(Transform.IDENTITY),
                EpochEnd.STOP))
        .statistics(ChannelStatistics.gray(0.5, 0.25))
        .imageSize(FakeDataset.SIDE);
  }

  @Example
  void shard_batchesThatDoNotDivide_refused() {
    assertMessage(
        "fake: expected batches that divide among 4 workers, got one of 6 images",
        () -> pipeline(4, 6, 0).shard(1, 4).start());
    assertMessage(
        "fake: expected batches that divide among 2 workers, got one of 1 images",
        () -> onePass(9).shard(0, 2).start());
    assertMessage("shard: expected a rank from 0 to 2, got 3", () -> pipeline(3, 3, 0).shard(3, 3));
    assertMessage("shard: expected at least 1 worker, got 0", () -> pipeline(3, 3, 0).shard(0, 0));
  }

  private static void assertMessage(String expected, Runnable call) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
