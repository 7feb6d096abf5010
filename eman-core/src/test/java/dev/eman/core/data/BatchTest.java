package dev.eman.core.data;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

class BatchTest {
  /** Images {@code [n, 1, 1, 1]} whose pixel is the value given. */
  private static INDArray images(double... pixels) {
    return Nd4j.createFromArray(pixels).reshape(pixels.length, 1, 1, 1);
  }

  private final Batch batch = Batch.of(images(7, 3), new int[] {1, 0}, images(5, 9, 2, 4));

  @Test
  void factories_withoutIndices_leaveThemEmpty() {
    assertTrue(batch.labeledIndices().isEmpty());
    assertTrue(batch.unlabeledIndices().isEmpty());
    Batch unlabeled = Batch.unlabeled(images(1));
    assertTrue(unlabeled.unlabeledIndices().isEmpty());
    assertTrue(batch.split(2).get(1).unlabeledIndices().isEmpty());
  }

  @Test
  void split_withIndices_keepsThemWithTheirImages() {
    Batch known = batch.withIndices(ImmutableIntArray.of(7, 3), ImmutableIntArray.of(5, 9, 2, 4));
    List<Batch> parts = known.split(2);
    assertEquals(2, parts.size());
    for (Batch part : parts) {
      assertEquals(1, part.labeledIndices().length());
      assertEquals(2, part.unlabeledIndices().length());
      assertEquals(part.requireLabeled().getInt(0), part.labeledIndices().get(0));
      for (int i = 0; i < 2; i++) {
        assertEquals(part.view(0).getInt(i), part.unlabeledIndices().get(i));
      }
    }
  }

  /** ND4J takes later rows of a view for an empty array. */
  @Test
  void split_batchCutOutOfAnother_isThatOfACopy() {
    INDArray all = Nd4j.arange(512 * 12).castTo(DataType.FLOAT).reshape(512, 3, 2, 2);
    for (INDArray view : List.of(rows(all, 64, 512), rows(all.dup('f'), 64, 512))) {
      List<Batch> parts = Batch.of(view, new int[448], view).split(7);
      List<Batch> expected = Batch.unlabeled(view.dup('c')).split(7);
      for (int i = 0; i < 7; i++) {
        assertSameValues(expected.get(i).view(0), parts.get(i).requireLabeled());
        assertSameValues(expected.get(i).view(0), parts.get(i).view(0));
      }
    }
  }

  @Test
  void split_wholeArrays_copiesNothing() {
    Batch part = batch.split(2).get(1);
    batch.view(0).putScalar(3, 77);
    assertEquals(77, part.view(0).getInt(1));
  }

  private static INDArray rows(INDArray all, long from, long to) {
    INDArrayIndex any = NDArrayIndex.all();
    return all.get(NDArrayIndex.interval(from, to), any, any, any);
  }

  /** Joined behind integers, the views would lose their fractions. */
  @Test
  void new_integersOrSeveralTypes_areRefused() {
    INDArray pixels = Nd4j.createFromArray(7, 3).reshape(2, 1, 1, 1);
    INDArray view = images(0.5, 0.25);
    int[] labels = {1, 0};
    String integers = "images: expected normalised ones of a floating-point type, got INT";
    assertMessage(integers, () -> Batch.of(pixels, labels, view));
    assertMessage(integers, () -> Batch.unlabeled(pixels));
    assertMessage(integers, () -> Batch.unlabeled(view, pixels));
    INDArray single = view.castTo(DataType.FLOAT);
    assertMessage(
        "images: expected all of one type, got FLOAT and DOUBLE",
        () -> Batch.of(single, labels, single, view));
    assertEquals(2, Batch.of(single, labels, single).labels().length());
  }

  @Test
  void withIndices_notOnePerImage_isRefused() {
    ImmutableIntArray none = ImmutableIntArray.of();
    ImmutableIntArray three = ImmutableIntArray.of(0, 1, 2);
    assertMessage(
        "labelled indices: expected none or one per labelled image [2], got [3]",
        () -> batch.withIndices(three, none));
    assertMessage(
        "unlabelled indices: expected none or one per unlabelled image [4], got [3]",
        () -> batch.withIndices(none, three));
    assertMessage(
        "labelled indices: expected positions from 0, got -1",
        () -> batch.withIndices(ImmutableIntArray.of(0, -1), none));
  }

  private static void assertMessage(String expected, Runnable call) {
    Exception e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(expected, e.getMessage());
  }
}
