package dev.eman.train.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FeatureRowsTest {
  @Test
  void values_someBatches_areThemInOrder() {
    INDArray first = Nd4j.rand(DataType.FLOAT, 3, 2);
    INDArray second = Nd4j.rand(DataType.FLOAT, 2, 2);
    FeatureRows exact = new FeatureRows(5);
    FeatureRows fewer = new FeatureRows(9);
    for (INDArray batch : new INDArray[] {first.dup('f'), second}) {
      exact.add(batch);
      fewer.add(batch);
    }
    assertEquals(Nd4j.vstack(first, second), exact.values());
    assertEquals(Nd4j.vstack(first, second), fewer.values());
  }

  @Test
  void viewable_viewsOfRowsAndColumns_rowsAreTheirs() {
    INDArray all = Nd4j.rand(DataType.FLOAT, 20, 6);
    assertSame(all, FeatureRows.viewable(all));
    for (INDArray view :
        new INDArray[] {
          all.get(NDArrayIndex.interval(6, 18), NDArrayIndex.all()),
          all.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)),
          all.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 6)),
          all.transpose()
        }) {
      INDArray whole = FeatureRows.viewable(view);
      for (int row = 0; row < view.size(0); row++) {
        assertArrayEquals(
            view.getRow(row).dup('c').data().asFloat(),
            whole
                .get(NDArrayIndex.interval(row, row + 1), NDArrayIndex.all())
                .dup('c')
                .data()
                .asFloat());
      }
    }
    FeatureRows fewer = new FeatureRows(30);
    fewer.add(all);
    INDArray last = fewer.values().get(NDArrayIndex.interval(19, 20), NDArrayIndex.all());
    assertEquals(all.getFloat(19, 5), last.getFloat(0, 5));
  }

  @Test
  void add_otherWidthOrTooMany_isRefused() {
    FeatureRows rows = new FeatureRows(3);
    assertThrows(IllegalStateException.class, rows::values);
    rows.add(Nd4j.ones(2, 4));
    assertThrows(IllegalArgumentException.class, () -> rows.add(Nd4j.ones(1, 3)));
    assertThrows(IllegalArgumentException.class, () -> rows.add(Nd4j.ones(2, 4)));
  }
}
