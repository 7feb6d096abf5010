package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.eman.core.data.Batch;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.augment.Transform;
import dev.eman.datasets.augment.ViewRandom;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;

@Timeout(120)
class BatchPipelineTest {
  private static final ChannelStatistics GRAY = ChannelStatistics.gray(0.5, 0.25);
  private static final int M = 12;
  private static final int B = 5;
  private static final int SIZE = 28;

  private final ImageDataset mini = FashionMnistMiniProvider.open(Part.TRAIN);
  private final LabelSplit split =
      LabelSplit.draw(mini, LabelAmount.perClass(2), 7, 0, UnlabeledPool.ALL);

  private BatchPipeline.Builder fixMatch() {
    // A hundred unlabelled images, so that some batches bring several epochs.
    ImmutableIntArray some = split.unlabeled().subArray(0, 100);
    return BatchPipeline.builder()
        .labeled(
            ImageStream.labeled(
                mini, split.labeled(), B, AugmentationPreset.FIXMATCH_WEAK.create(SIZE)))
        .unlabeled(
            ImageStream.unlabeled(
                mini,
                some,
                M,
                AugmentationPreset.FIXMATCH_WEAK.create(SIZE),
                AugmentationPreset.FIXMATCH_STRONG.create(SIZE)))
        .statistics(GRAY)
        .imageSize(SIZE)
        .seed(3);
  }

  /** What a batch held, to compare after its arrays have been used again. */
  private record Held(float[] labeled, int[] labels, float[] weak, float[] strong, int[] hidden) {
    static Held of(Batch batch) {
      return new Held(
          floats(batch.requireLabeled()),
          batch.labels().toArray(),
          floats(batch.view(0)),
          floats(batch.view(1)),
          batch.hiddenLabels().toArray());
    }

    void assertSame(Held other) {
      assertArrayEquals(labeled, other.labeled);
      assertArrayEquals(labels, other.labels);
      assertArrayEquals(weak, other.weak);
      assertArrayEquals(strong, other.strong);
      assertArrayEquals(hidden, other.hidden);
    }
  }

  private static float[] floats(INDArray array) {
    return array.dup().data().asFloat();
  }

  private static List<Held> take(BatchPipeline.Builder builder, int count) {
    List<Held> held = new ArrayList<>();
    try (BatchPipeline pipeline = builder.start()) {
      for (int i = 0; i < count; i++) {
        held.add(Held.of(pipeline.next()));
      }
    }
    return held;
  }

  @Test
  void batchesDoNotDependOnThreadsOrPrefetch() {
    List<Held> alone = take(fixMatch().workers(1).prefetch(1), 20);
    for (int workers : new int[] {2, 7}) {
      List<Held> together = take(fixMatch().workers(workers).prefetch(workers), 20);
      for (int i = 0; i < alone.size(); i++) {
        alone.get(i).assertSame(together.get(i));
      }
    }
  }

  @Test
  void goesOnWhereItWasStopped() {
    List<Held> whole = take(fixMatch(), 20);
    long position;
    try (BatchPipeline first = fixMatch().workers(3).start()) {
      for (int i = 0; i < 9; i++) {
        first.next();
      }
      position = first.position();
    }
    assertEquals(9, position);
    List<Held> rest = take(fixMatch().startAt(position), 11);
    for (int i = 0; i < rest.size(); i++) {
      whole.get(9 + i).assertSame(rest.get(i));
    }
  }

  @Test
  void rowsAreTheTransformedAndNormalisedImages() {
    Transform weak = AugmentationPreset.FIXMATCH_WEAK.create(SIZE);
    Transform strong = AugmentationPreset.FIXMATCH_STRONG.create(SIZE);
    try (BatchPipeline pipeline = fixMatch().start()) {
      Batch batch = pipeline.next();
      int[] images = pipeline.unlabeledImages();
      for (int view = 0; view < 2; view++) {
        for (int row = 0; row < M; row++) {
          ViewRandom random = new ViewRandom();
          random.seed(3, 0, images[row], view);
          Image image = mini.image(images[row]);
          (view == 0 ? weak : strong).apply(image, random);
          for (int y = 0; y < SIZE; y += 9) {
            for (int x = 0; x < SIZE; x += 3) {
              float expected = (image.get(x, y, 0) / 255f - 0.5f) / 0.25f;
              assertEquals(expected, batch.view(view).getFloat(row, 0, y, x), 1e-5f);
            }
          }
          assertEquals(mini.label(images[row]), batch.hiddenLabels().get(row));
        }
      }
      int[] labeled = pipeline.labeledImages();
      for (int row = 0; row < B; row++) {
        assertTrue(split.labeled().contains(labeled[row]));
        assertEquals(mini.label(labeled[row]), batch.labels().get(row));
      }
    }
  }

  @Test
  void aViewOfALabeledImageIsAnotherThanThatWithoutLabel() {
    Transform weak = AugmentationPreset.FIXMATCH_WEAK.create(SIZE);
    ImmutableIntArray one = ImmutableIntArray.of(5);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .labeled(ImageStream.labeled(mini, one, 1, weak))
            .unlabeled(ImageStream.unlabeled(mini, one, 1, weak))
            .statistics(GRAY)
            .imageSize(SIZE)
            .start()) {
      int different = 0;
      for (int i = 0; i < 10; i++) {
        Batch batch = pipeline.next();
        different += batch.requireLabeled().equals(batch.view(0)) ? 0 : 1;
      }
      assertTrue(different > 5, "only " + different + " of 10 differ");
    }
  }

  @Test
  void arraysAreUsedAgain() {
    try (BatchPipeline pipeline = fixMatch().prefetch(2).start()) {
      Set<Long> addresses = new HashSet<>();
      for (int i = 0; i < 30; i++) {
        addresses.add(pipeline.next().view(1).data().address());
      }
      assertEquals(3, addresses.size());
    }
  }

  @Test
  void onePassHasEveryImageInOrderAndAShortEnd() {
    ImageDataset test = FashionMnistMiniProvider.open(Part.TEST);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .labeled(ImageStream.inOrder(test, 64, Transform.IDENTITY))
            .statistics(GRAY)
            .imageSize(SIZE)
            .workers(3)
            .start()) {
      int seen = 0;
      while (pipeline.hasNext()) {
        Batch batch = pipeline.next();
        for (int i = 0; i < batch.labels().length(); i++) {
          assertEquals(seen + i, pipeline.labeledImages()[i]);
          assertEquals(test.label(seen + i), batch.labels().get(i));
        }
        assertEquals(batch.labels().length(), batch.requireLabeled().size(0));
        seen += batch.labels().length();
      }
      assertEquals(1000, seen);
      assertThrows(NoSuchElementException.class, pipeline::next);
    }
  }

  private static BatchPipeline.Builder fake(Set<Integer> corrupt, CorruptImages policy) {
    FakeDataset data = new FakeDataset(40, corrupt);
    return BatchPipeline.builder()
        .unlabeled(
            ImageStream.unlabeled(
                data,
                ImmutableIntArray.copyOf(java.util.stream.IntStream.range(0, 40)),
                10,
                Transform.IDENTITY))
        .statistics(GRAY)
        .imageSize(FakeDataset.SIDE)
        .corruptImages(policy);
  }

  @Test
  void fewImagesTakeNoMoreSlotsAndThreadsThanTheyFill() {
    ImageDataset three = new FakeDataset(3, Set.of());
    for (int batchSize = 1; batchSize <= 3; batchSize++) {
      ImageStream stream = ImageStream.inOrder(three, batchSize, Transform.IDENTITY);
      BatchPipeline.Builder few =
          BatchPipeline.builder()
              .labeled(stream)
              .statistics(GRAY)
              .imageSize(FakeDataset.SIDE)
              .workers(50)
              .prefetch(8);
      long batches = stream.batchesPerEpoch();
      SlotRing ring = new SlotRing(few, batches);
      ring.close();
      assertSame(ring.slot(0), ring.slot(batches));
      assertEquals(batches * batchSize, ring.threads());
      SlotRing last = new SlotRing(few.startAt(batches), batches);
      last.close();
      assertSame(last.slot(0), last.slot(1));
    }
  }

  @Test
  void aCorruptImageStopsTheRunByName() {
    for (int workers = 1; workers <= 4; workers++) {
      Set<String> messages = new HashSet<>();
      try (BatchPipeline pipeline =
          fake(Set.of(17, 18, 30), CorruptImages.FAIL).workers(workers).start()) {
        for (int i = 0; i < 2; i++) {
          CorruptImageException e =
              assertThrows(
                  CorruptImageException.class,
                  () -> {
                    for (int b = 0; b < 4; b++) {
                      pipeline.next();
                    }
                  });
          messages.add(String.valueOf(e.getMessage()));
        }
      }
      assertEquals(1, messages.size());
      assertTrue(messages.iterator().next().matches("cannot decode fake/(17|18|30).png"));
    }
  }

  @Test
  void corruptImagesAreReplacedAndCounted() {
    List<int[]> first = new ArrayList<>();
    for (int workers : new int[] {1, 4}) {
      try (BatchPipeline pipeline =
          fake(Set.of(17, 18), CorruptImages.SKIP).workers(workers).start()) {
        for (int b = 0; b < 8; b++) {
          Batch batch = pipeline.next();
          int[] images = pipeline.unlabeledImages();
          for (int i = 0; i < 10; i++) {
            assertNotEquals(17, images[i]);
            assertNotEquals(18, images[i]);
            assertEquals(images[i] % 3, batch.hiddenLabels().get(i));
            float expected = (images[i] / 255f - 0.5f) / 0.25f;
            assertEquals(expected, batch.view(0).getFloat(i, 0, 0, 0), 1e-5f);
          }
          if (workers == 1) {
            first.add(images);
          } else {
            assertArrayEquals(first.get(b), images);
          }
        }
        assertTrue(pipeline.skippedImages() >= 4, "twice in each of two epochs");
      }
    }
  }

  @Test
  void corruptImages_drawnManyTimesByTwoPipelines_areOneImageEach() {
    ReplacedImages replaced = new ReplacedImages();
    for (int i = 0; i < 2; i++) {
      try (BatchPipeline pipeline =
          fake(Set.of(17, 18), CorruptImages.SKIP).replacedImages(replaced).start()) {
        for (int b = 0; b < 8; b++) {
          pipeline.next();
        }
      }
    }
    assertEquals(2, replaced.count().images());
    assertTrue(replaced.count().times() >= 8, "twice in each of two epochs, by both");
  }

  @Test
  void count_inWords() {
    assertEquals(
        "1 image could not be decoded and was replaced once",
        new ReplacedImages.Count(1, 1).toString());
    assertEquals(
        "3 images could not be decoded and were replaced 1,037 times",
        new ReplacedImages.Count(3, 1037).toString());
  }

  @Test
  void nothingButCorruptImagesIsAFailureAllTheSame() {
    Set<Integer> all = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      all.add(i);
    }
    try (BatchPipeline pipeline = fake(all, CorruptImages.SKIP).start()) {
      DatasetException e = assertThrows(DatasetException.class, pipeline::next);
      String message = String.valueOf(e.getMessage());
      assertTrue(
          message.matches(
              "none of 20 images that were drawn .* The last one: cannot decode fake/[0-9]+\\.png"),
          message);
    }
  }

  @Test
  void aWrongSizeNamesBothShapes() {
    try (BatchPipeline pipeline = fake(Set.of(), CorruptImages.FAIL).imageSize(8).start()) {
      DatasetException e = assertThrows(DatasetException.class, pipeline::next);
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("[8, 8, 1]") && message.contains("[4, 4, 1]"), message);
    }
  }

  @Test
  void closingEndsTheThreadsAtAnyTime() {
    for (int batches = 0; batches < 4; batches++) {
      BatchPipeline pipeline = fixMatch().workers(4).start();
      for (int b = 0; b < batches; b++) {
        pipeline.next();
      }
      pipeline.close();
      pipeline.close();
      assertFalse(
          Thread.getAllStackTraces().keySet().stream()
              .anyMatch(thread -> thread.getName().startsWith("eman-data-")));
      assertThrows(IllegalStateException.class, pipeline::next);
    }
  }

  @Test
  void closingWhileABatchIsAwaitedFailsIt() throws InterruptedException {
    CountDownLatch closed = new CountDownLatch(1);
    Transform slow = (image, random) -> Uninterruptibles.awaitUninterruptibly(closed);
    BatchPipeline pipeline =
        BatchPipeline.builder()
            .unlabeled(
                ImageStream.unlabeled(
                    new FakeDataset(9, Set.of()), ImmutableIntArray.of(1, 2, 3), 2, slow))
            .statistics(GRAY)
            .imageSize(FakeDataset.SIDE)
            .start();
    Thread waiting = Thread.currentThread();
    Thread closer =
        new Thread(
            () -> {
              while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              pipeline.close();
            });
    closer.start();
    try {
      assertThrows(IllegalStateException.class, pipeline::next);
    } finally {
      closed.countDown();
      closer.join();
    }
  }

  @Test
  void anErrorInATransformReachesTheTrainer() {
    Transform broken =
        (image, random) -> {
          throw new StackOverflowError("deep");
        };
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .unlabeled(
                ImageStream.unlabeled(
                    new FakeDataset(9, Set.of()), ImmutableIntArray.of(1, 2, 3), 2, broken))
            .statistics(GRAY)
            .imageSize(FakeDataset.SIDE)
            .start()) {
      assertThrows(StackOverflowError.class, pipeline::next);
    }
  }

  @Test
  void fewerUnlabeledImagesThanABatchAreDrawnAgainWithinIt() {
    ImageDataset data = new FakeDataset(9, Set.of(), 0);
    ImmutableIntArray three = ImmutableIntArray.of(1, 2, 5);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .unlabeled(ImageStream.unlabeled(data, three, 6, Transform.IDENTITY))
            .statistics(GRAY)
            .imageSize(FakeDataset.SIDE)
            .start()) {
      assertEquals(new BitSet(), pipeline.drawnUnlabeledImages());
      for (int batch = 0; batch < 3; batch++) {
        pipeline.next();
        int[] drawn = pipeline.unlabeledImages();
        Arrays.sort(drawn);
        assertArrayEquals(new int[] {1, 1, 2, 2, 5, 5}, drawn);
      }
      assertEquals(BitSet.valueOf(new long[] {0b100110}), pipeline.drawnUnlabeledImages());
    }
    assertEquals(
        EpochEnd.DROP_LAST, ImageStream.unlabeled(data, three, 3, Transform.IDENTITY).epochEnd());
  }

  @Test
  void unusableStreamsAreRefused() {
    ImageDataset data = new FakeDataset(9, Set.of());
    ImmutableIntArray three = ImmutableIntArray.of(1, 2, 3);
    DatasetException few =
        assertThrows(
            DatasetException.class,
            () ->
                new ImageStream(
                    data, three, 4, ImmutableList.of(Transform.IDENTITY), EpochEnd.DROP_LAST));
    assertTrue(String.valueOf(few.getMessage()).contains("at least 4 images"));
    assertThrows(
        DatasetException.class,
        () -> ImageStream.labeled(data, ImmutableIntArray.of(), 4, Transform.IDENTITY));
    for (int beyond : new int[] {9, -1}) {
      IllegalArgumentException none =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  ImageStream.unlabeled(
                      data, ImmutableIntArray.of(1, beyond), 1, Transform.IDENTITY));
      assertEquals(
          "indices of fake: expected from 0 to below its 9 images, got " + beyond,
          none.getMessage());
    }
    ImageDataset thirteen = new FakeDataset(9, Set.of(), 13);
    DatasetException odd =
        assertThrows(
            DatasetException.class, () -> ImageStream.inOrder(thirteen, 4, Transform.IDENTITY));
    assertTrue(String.valueOf(odd.getMessage()).contains("image 3 (fake/3.png), found 3"));
    ImageDataset unlabeled = new FakeDataset(9, Set.of(), 0);
    assertThrows(
        DatasetException.class,
        () ->
            BatchPipeline.builder()
                .labeled(ImageStream.labeled(unlabeled, three, 2, Transform.IDENTITY)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            BatchPipeline.builder()
                .labeled(ImageStream.labeled(data, three, 2, Transform.IDENTITY))
                .imageSize(4)
                .start(),
        "three channels of statistics, one of images");
    DatasetException large =
        assertThrows(
            DatasetException.class,
            () ->
                BatchPipeline.builder()
                    .labeled(ImageStream.labeled(data, three, 3, Transform.IDENTITY))
                    .statistics(GRAY)
                    .imageSize(30_000)
                    .start());
    assertTrue(String.valueOf(large.getMessage()).contains("got 3 images [1, 30000, 30000]"));
    assertEquals(
        0,
        Arrays.stream(Thread.getAllStackTraces().keySet().toArray(new Thread[0]))
            .filter(thread -> thread.getName().startsWith("eman-data-"))
            .count());
  }
}
