package dev.eman.datasets.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ConcatDataset;
import dev.eman.datasets.augment.Transform;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A batch's indices point at the images that it holds: {@link FakeDataset}'s pixels tell. */
class BatchIndicesTest {
  private static final int LABELED_STEP = 5;
  private static final int UNLABELED_STEP = 3;

  /** Every {@code step}-th image, so that a position in the pool is not one in the data set. */
  private static ImmutableIntArray pool(int step) {
    return ImmutableIntArray.copyOf(IntStream.range(0, 100 / step).map(i -> step * i + 1));
  }

  private static BatchPipeline.Builder pipeline(Set<Integer> corrupt) {
    FakeDataset data = new FakeDataset(100, corrupt);
    return BatchPipeline.builder()
        .labeled(ImageStream.labeled(data, pool(LABELED_STEP), 6, Transform.IDENTITY))
        .unlabeled(
            ImageStream.unlabeled(
                data, pool(UNLABELED_STEP), 10, Transform.IDENTITY, Transform.IDENTITY))
        .statistics(ChannelStatistics.gray(0, 1 / 255.0))
        .imageSize(FakeDataset.SIDE)
        .corruptImages(CorruptImages.SKIP)
        .seed(4);
  }

  private static void assertAligned(Batch batch) {
    assertAligned(batch.requireLabeled(), batch.labeledIndices(), pool(LABELED_STEP));
    for (INDArray view : batch.views()) {
      assertAligned(view, batch.unlabeledIndices(), pool(UNLABELED_STEP));
    }
  }

  private static void assertAligned(
      INDArray images, ImmutableIntArray indices, ImmutableIntArray pool) {
    assertEquals(images.size(0), indices.length());
    for (int i = 0; i < indices.length(); i++) {
      assertEquals(pool.get(indices.get(i)), Math.round(images.getFloat(i, 0, 0, 0)));
    }
  }

  @Test
  void indices_ofEveryBatch_pointAtItsImages() {
    try (BatchPipeline pipeline = pipeline(Set.of()).workers(3).start()) {
      boolean[] seen = new boolean[pool(UNLABELED_STEP).length()];
      for (int b = 0; b < 30; b++) {
        Batch batch = pipeline.next();
        assertAligned(batch);
        batch.unlabeledIndices().forEach(i -> seen[i] = true);
      }
      assertTrue(IntStream.range(0, seen.length).allMatch(i -> seen[i]));
    }
  }

  @Test
  void indices_afterSplit_pointAtThePartsImages() {
    try (BatchPipeline pipeline = pipeline(Set.of()).start()) {
      for (int b = 0; b < 5; b++) {
        pipeline.next().split(2).forEach(BatchIndicesTest::assertAligned);
      }
    }
  }

  @Test
  void indices_whereCorruptImagesAreReplaced_pointAtTheReplacements() {
    Set<Integer> corrupt = Set.of(1, 6, 16, 19, 22, 25, 70);
    try (BatchPipeline pipeline = pipeline(corrupt).workers(3).start()) {
      for (int b = 0; b < 30; b++) {
        Batch batch = pipeline.next();
        assertAligned(batch);
        batch
            .unlabeledIndices()
            .forEach(i -> assertTrue(!corrupt.contains(pool(UNLABELED_STEP).get(i))));
      }
      assertNotEquals(0, pipeline.skippedImages());
    }
  }

  @Test
  void hiddenLabels_whereSomeImagesHaveNone_areUnknownForThese() {
    FakeDataset labeled = new FakeDataset(20, Set.of());
    FakeDataset own = new FakeDataset(20, Set.of(), 0);
    ConcatDataset images = ConcatDataset.of(labeled, own);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .unlabeled(
                ImageStream.inOrder(
                    images,
                    ImmutableIntArray.copyOf(IntStream.range(0, 40)),
                    8,
                    Transform.IDENTITY))
            .statistics(ChannelStatistics.gray(0, 1 / 255.0))
            .imageSize(FakeDataset.SIDE)
            .start()) {
      for (int b = 0; b < 5; b++) {
        Batch batch = pipeline.next();
        for (int i = 0; i < 8; i++) {
          int image = batch.unlabeledIndices().get(i);
          int label = image < 20 ? labeled.label(image) : Batch.UNKNOWN;
          assertEquals(label, batch.hiddenLabels().get(i));
          assertEquals(8 * b + i, image);
          assertEquals(image % 20, Math.round(batch.view(0).getFloat(i, 0, 0, 0)));
        }
      }
    }
  }

  /** A pool of all images holds the labelled ones: their classes were learned, not guessed. */
  @Test
  void hiddenLabels_ofLabelledImages_areNotTold() {
    FakeDataset images = new FakeDataset(20, Set.of());
    ImageStream all =
        ImageStream.inOrder(
            images, ImmutableIntArray.copyOf(IntStream.range(0, 20)), 20, Transform.IDENTITY);
    try (BatchPipeline pipeline = hidden(all.withTaught(ImmutableIntArray.of(3, 7)))) {
      ImmutableIntArray labels = pipeline.next().hiddenLabels();
      for (int i = 0; i < 20; i++) {
        assertEquals(i == 3 || i == 7 ? Batch.UNKNOWN : images.label(i), labels.get(i));
      }
    }
    try (BatchPipeline pipeline = hidden(all.withTaught(all.indices()))) {
      assertTrue(pipeline.next().hiddenLabels().isEmpty(), "nothing is hidden");
    }
  }

  private static BatchPipeline hidden(ImageStream stream) {
    return BatchPipeline.builder()
        .unlabeled(stream)
        .statistics(ChannelStatistics.gray(0, 1 / 255.0))
        .imageSize(FakeDataset.SIDE)
        .start();
  }

  @ParameterizedTest
  @EnumSource(EpochEnd.class)
  void indices_afterAnyEpochEnd_pointAtTheImages(EpochEnd end) {
    ImageStream stream =
        new ImageStream(
            new FakeDataset(100, Set.of()),
            pool(LABELED_STEP),
            8,
            ImmutableList.of(Transform.IDENTITY),
            end);
    try (BatchPipeline pipeline =
        BatchPipeline.builder()
            .unlabeled(stream)
            .statistics(ChannelStatistics.gray(0, 1 / 255.0))
            .imageSize(FakeDataset.SIDE)
            .start()) {
      for (int b = 0; b < 7 && pipeline.hasNext(); b++) {
        Batch batch = pipeline.next();
        assertTrue(batch.labeledIndices().isEmpty());
        assertAligned(batch.view(0), batch.unlabeledIndices(), pool(LABELED_STEP));
      }
    }
  }
}
