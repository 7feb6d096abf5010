package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class EmbeddingSpreadTest {
  @Test
  void of_equalAndEvenDirections_isZeroAndOneOverRootD() {
    assertEquals(0, EmbeddingSpread.of(Nd4j.ones(5, 7)), 1e-9);
    INDArray random = Nd4j.randn(4000, 25);
    random.diviColumnVector(random.norm2(true, 1));
    assertEquals(1.0 / 5, EmbeddingSpread.of(random), 2e-3);
  }

  @Test
  void of_viewsInAnyOrder_areReadByTheirStrides() {
    INDArray two = Nd4j.create(new double[][] {{1, 0, 0}, {0, 1, 0}});
    assertEquals(1.0 / 3, EmbeddingSpread.of(two), 1e-9);
    assertEquals(1.0 / 3, EmbeddingSpread.of(two.dup('f')), 1e-9);
    INDArray wide = Nd4j.hstack(Nd4j.zeros(DataType.DOUBLE, 2, 2), two);
    assertEquals(
        1.0 / 3,
        EmbeddingSpread.of(wide.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 5))),
        1e-9);
  }

  @Test
  void of_noMatrix_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> EmbeddingSpread.of(Nd4j.ones(4)));
  }
}
