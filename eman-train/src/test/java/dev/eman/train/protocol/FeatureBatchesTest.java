package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.data.Batch;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FeatureBatchesTest {
  private static final int IMAGES = 10;
  private static final int VIEWS = 3;

  /** A view's features name it: kind (1 weak, 2 strong), view, image. */
  private static ViewFeatures features() {
    return new ViewFeatures(table(1), table(2), IMAGES);
  }

  private static INDArray table(int kind) {
    float[][] rows = new float[VIEWS * IMAGES][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = new float[] {kind, row / IMAGES, row % IMAGES};
    }
    return Nd4j.createFromArray(rows);
  }

  private static ImmutableIntArray labels(int unknown) {
    int[] labels = new int[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      labels[i] = i < unknown ? Batch.UNKNOWN : 100 + i;
    }
    return ImmutableIntArray.copyOf(labels);
  }

  private static FeatureBatches batches(View... views) {
    return new FeatureBatches(
        features(), labels(2), ImmutableIntArray.of(4, 8, 9), 2, 2, List.of(views), 5);
  }

  private static int at(INDArray images, int row, int feature) {
    return images.getInt(row, feature, 0, 0);
  }

  @Test
  void next_batches_haveTheRightRowsLabelsAndPositions() {
    ImmutableIntArray labeled = ImmutableIntArray.of(4, 8, 9);
    try (FeatureBatches batches = batches(View.WEAK, View.STRONG)) {
      for (int b = 0; b < 20; b++) {
        assertEquals(b, batches.position());
        Batch batch = batches.next();
        assertArrayEquals(new long[] {2, 3, 1, 1}, batch.requireLabeled().shape());
        for (int i = 0; i < 2; i++) {
          int image = labeled.get(batch.labeledIndices().get(i));
          assertEquals(1, at(batch.requireLabeled(), i, 0));
          assertEquals(image, at(batch.requireLabeled(), i, 2));
          assertEquals(100 + image, batch.labels().get(i));
        }
        for (int i = 0; i < 4; i++) {
          int image = batch.unlabeledIndices().get(i);
          assertEquals(1, at(batch.view(0), i, 0));
          assertEquals(2, at(batch.view(1), i, 0));
          assertEquals(image, at(batch.view(0), i, 2));
          assertEquals(image, at(batch.view(1), i, 2));
          assertEquals(image < 2 ? Batch.UNKNOWN : 100 + image, batch.hiddenLabels().get(i));
        }
      }
    }
  }

  @Test
  void next_epochs_takeEveryImageOnceInNewOrders() {
    Set<List<Integer>> orders = new HashSet<>();
    try (FeatureBatches batches = batches(View.WEAK, View.STRONG)) {
      for (int twoEpochs = 0; twoEpochs < 3; twoEpochs++) { // Five batches of four.
        int[] counts = new int[IMAGES];
        ImmutableIntArray.Builder order = ImmutableIntArray.builder();
        for (int b = 0; b < 5; b++) {
          order.addAll(batches.next().unlabeledIndices());
        }
        ImmutableIntArray drawn = order.build();
        drawn.forEach(image -> counts[image]++);
        for (int count : counts) {
          assertEquals(2, count);
        }
        BitSet first = new BitSet();
        drawn.subArray(0, IMAGES).forEach(first::set);
        assertEquals(IMAGES, first.cardinality());
        orders.add(drawn.subArray(0, IMAGES).asList());
        orders.add(drawn.subArray(IMAGES, 2 * IMAGES).asList());
      }
    }
    assertEquals(6, orders.size());
  }

  @Test
  void next_views_areAllDrawnAndTwoOfAKindDiffer() {
    Set<Integer> weak = new HashSet<>();
    Set<Integer> strong = new HashSet<>();
    Set<Integer> labeled = new HashSet<>();
    boolean apart = false;
    try (FeatureBatches batches = batches(View.WEAK, View.WEAK, View.STRONG)) {
      for (int b = 0; b < 20; b++) {
        Batch batch = batches.next();
        labeled.add(at(batch.requireLabeled(), 0, 1));
        for (int i = 0; i < 4; i++) {
          weak.add(at(batch.view(0), i, 1));
          strong.add(at(batch.view(2), i, 1));
          assertEquals(1, at(batch.view(1), i, 0));
          assertNotEquals(at(batch.view(0), i, 1), at(batch.view(1), i, 1));
          apart |= at(batch.view(0), i, 1) != at(batch.view(2), i, 1);
        }
      }
    }
    assertEquals(VIEWS, weak.size());
    assertEquals(VIEWS, strong.size());
    assertEquals(VIEWS, labeled.size());
    assertTrue(apart);
  }

  @Test
  void next_noLabelKnown_noHiddenLabels() {
    try (FeatureBatches batches =
        new FeatureBatches(
            features(), labels(8), ImmutableIntArray.of(8), 1, 1, List.of(View.WEAK), 0)) {
      int hidden = 0;
      for (int b = 0; b < IMAGES; b++) {
        hidden += batches.next().hiddenLabels().length();
      }
      assertEquals(2, hidden);
    }
  }
}
