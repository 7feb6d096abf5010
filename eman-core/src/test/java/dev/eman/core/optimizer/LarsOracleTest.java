package dev.eman.core.optimizer;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Longs;
import dev.eman.core.oracle.Oracle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Three steps against PyTorch: a matrix, a vector and a matrix of zeros. */
class LarsOracleTest {
  private static final List<String> NAMES = List.of("weight", "bias", "zero");

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void threeSteps_equalPyTorch(DataType type) {
    Oracle oracle = new Oracle("lars");
    List<Segment> segments = new ArrayList<>();
    long offset = 3; // A statistic before them, which nothing may touch.
    for (String name : NAMES) {
      INDArray before = oracle.get("before/" + name);
      segments.add(
          new Segment(
              "fc", name, offset, ImmutableList.copyOf(Longs.asList(before.shape())), true));
      offset += before.length();
    }
    INDArray parameters = Nd4j.ones(type, offset);
    INDArray gradient = Nd4j.ones(type, offset);
    INDArray buffer = Nd4j.zeros(type, offset);
    segments.forEach(s -> view(parameters, s).assign(flat(oracle.get("before/" + s.key()))));
    Optimizer lars =
        Lars.excludingBiasesAndNormalization(0.9, 1e-3)
            .create(
                ImmutableList.<Segment>builder()
                    .add(new Segment("bn", "mean", 0, ImmutableList.of(3L), false))
                    .addAll(segments)
                    .build());
    for (int i = 0; i < 3; i++) {
      String step = "step" + i + "/";
      segments.forEach(s -> view(gradient, s).assign(flat(oracle.get(step + s.key()))));
      lars.stepInPlace(parameters, gradient, buffer, 0.8);
    }
    for (Segment s : segments) {
      Oracle.assertClose(s.key(), flat(oracle.get("after/" + s.key())), view(parameters, s), 1e-6);
    }
    Oracle.assertClose(
        "statistic", Nd4j.ones(type, 3), parameters.get(NDArrayIndex.interval(0, 3)), 0);
  }

  private static INDArray view(INDArray vector, Segment s) {
    return vector.get(NDArrayIndex.interval(s.offset(), s.offset() + s.length()));
  }

  private static INDArray flat(INDArray array) {
    return array.dup('c').reshape(array.length());
  }
}
