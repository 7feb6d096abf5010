package dev.eman.core.nn.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Against ND4J's own operations: equal bits. */
class GroupSumsTest {
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void addInPlace_viewInALargerVector_equalsAddi(DataType type) {
    INDArray all = Nd4j.randn(type, 50);
    INDArray expected = all.dup();
    INDArray summand = Nd4j.randn(type, 17);
    expected.get(NDArrayIndex.interval(20, 37)).addi(summand);
    GroupSums.addInPlace(all.get(NDArrayIndex.interval(20, 37)), summand);
    assertEquals(0, expected.sub(all).amaxNumber().doubleValue());
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void mean_ofTheFirstVectors_equalsNd4js(DataType type) {
    List<INDArray> vectors =
        List.of(Nd4j.randn(type, 33), Nd4j.randn(type, 33), Nd4j.randn(type, 33), Nd4j.ones(33));
    INDArray expected = vectors.get(0).add(vectors.get(1)).addi(vectors.get(2)).divi(3);
    INDArray mean = Nd4j.zeros(type, 33);
    GroupSums.mean(vectors, 3, mean);
    assertEquals(0, expected.sub(mean).amaxNumber().doubleValue());
  }
}
