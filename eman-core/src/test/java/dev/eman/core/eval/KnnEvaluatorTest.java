package dev.eman.core.eval;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class KnnEvaluatorTest {
  private static final int CLASSES = 7;
  private final Backbone backbone = Backbones.named("resnet8-w2");
  private final FeatureExtractor extractor =
      FeatureExtractor.of(backbone.features(1), backbone.featureVertex());

  /** Images in batches of these sizes, with an end. */
  private record Images(Iterator<Batch> batches) implements BatchSource {
    static Images of(long seed, int... sizes) {
      Random random = new Random(seed);
      return new Images(
          IntStream.of(sizes)
              .mapToObj(
                  n ->
                      Batch.of(
                          Nd4j.rand(DataType.FLOAT, n, 3, 4, 4),
                          random.ints(n, 0, CLASSES).toArray()))
              .toList()
              .iterator());
    }

    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public Batch next() {
      return batches.next();
    }

    @Override
    public long position() {
      return 0;
    }
  }

  /** Batches fill larger blocks, and larger ones are divided: no image is lost or moved. */
  @Test
  void search_batchesOfAnySize_isThatOfTheWholeBank() {
    Nd4j.getRandom().setSeed(5);
    Features queries = Features.of(Images.of(1, 30), List.of(extractor)).get(0);
    int[] sizes = {3000, 1000, 200, 5000, 7};
    Nd4j.getRandom().setSeed(6);
    NearestNeighbors found =
        KnnEvaluator.search(Images.of(2, sizes), List.of(extractor), List.of(queries), 9).get(0);
    Nd4j.getRandom().setSeed(6);
    Features bank = Features.of(Images.of(2, sizes), List.of(extractor)).get(0);
    NearestNeighbors whole = new NearestNeighbors(queries.values(), 9);
    whole.add(bank.values(), bank.labels().toArray());
    assertEquals(9207, found.bankSize());
    assertArrayEquals(whole.votes(9, 0.07, CLASSES), found.votes(9, 0.07, CLASSES), 1e-4f);
    for (int i = 0; i < 30; i++) {
      assertArrayEquals(whole.neighborLabels(i, 9), found.neighborLabels(i, 9));
    }
  }

  @Test
  void select_someRows_areThoseWithTheirLabels() {
    Features all = Features.of(Images.of(3, 6), List.of(extractor)).get(0);
    Features some = all.select(ImmutableIntArray.of(4, 0, 4));
    for (int i = 0; i < 3; i++) {
      int from = i == 1 ? 0 : 4;
      assertEquals(all.labels().get(from), some.labels().get(i));
      INDArray row = all.values().get(NDArrayIndex.point(from), NDArrayIndex.all());
      assertSameValues(row, some.values().get(NDArrayIndex.point(i), NDArrayIndex.all()));
    }
    assertEquals('c', some.values().ordering());
  }
}
