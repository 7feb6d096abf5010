package dev.eman.similarity.simmatch;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StepContext;
import dev.eman.core.loss.Directions;
import dev.eman.core.loss.Softmax;
import dev.eman.similarity.SimilarityAlgorithm;
import dev.eman.similarity.SimilarityConfig;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InstanceMatchingTest {
  private static final SimMatchConfig CONFIG =
      new SimMatchConfig(
          new SimilarityConfig(0.95, 1, 1, OptionalLong.empty()), 1, 0.1, 0.2, 0.9, 0);

  private static INDArray embeddings(int rows, int width) {
    return Directions.of(Nd4j.randn(DataType.DOUBLE, rows, width)).unit();
  }

  private static ImmutableIntArray labels(int count, int classes) {
    return ImmutableIntArray.copyOf(IntStream.range(0, count).map(i -> i * 7 % classes));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "7, 12, 3", "4, 30, 10"})
  void targets_any_rowsSumToOne(int m, int bank, int classes) {
    Nd4j.getRandom().setSeed(m);
    INDArray near = Softmax.of(Nd4j.randn(DataType.DOUBLE, m, bank).muli(5));
    INDArray semantic = Softmax.of(Nd4j.randn(DataType.DOUBLE, m, classes).muli(5));
    ImmutableIntArray labels = labels(bank, classes);
    INDArray folded = InstanceMatching.fold(near, labels, classes);
    assertSumsToOne(InstanceMatching.unfold(near, semantic, labels));
    assertSumsToOne(folded);
    assertSumsToOne(SimilarityAlgorithm.mixed(0.7, semantic, folded));
  }

  private static void assertSumsToOne(INDArray rows) {
    for (double sum : rows.sum(1).toDoubleVector()) {
      assertEquals(1, sum, 1e-12);
    }
  }

  /** A bank without the predicted class says nothing of which entries are right. */
  @Test
  void unfold_predictedClassNotInBank_isNear() {
    INDArray near = Nd4j.createFromArray(new double[][] {{0.25, 0.75}});
    INDArray semantic = Nd4j.createFromArray(new double[][] {{0, 0, 1}});
    assertSameValues(near, InstanceMatching.unfold(near, semantic, ImmutableIntArray.of(0, 1)));
  }

  /** Weak views follow the labelled images in the teacher's array. */
  @ParameterizedTest
  @CsvSource({"5, 20", "3, 530000"})
  void of_views_isOfTheirRows(int m, int size) {
    Nd4j.getRandom().setSeed(size);
    INDArray all = embeddings(2 * m, 2);
    INDArray semantic = Softmax.of(Nd4j.randn(DataType.DOUBLE, m, 4));
    LabeledBank.Entries bank = new LabeledBank.Entries(embeddings(size, 2), labels(size, 4));
    INDArray weak = StepContext.rows(all, m, 2 * m);
    INDArray strong = StepContext.rows(all, m - 1, 2 * m - 1);
    InstanceMatching found = InstanceMatching.of(weak, strong, semantic, bank, CONFIG);
    InstanceMatching expected =
        InstanceMatching.of(weak.dup(), strong.dup(), semantic, bank, CONFIG);
    assertEquals(expected.loss(), found.loss());
    assertSameValues(expected.gradient(), found.gradient());
    assertSameValues(expected.folded(), found.folded());
  }

  /** Also where a bank is so large that images are compared one after the other. */
  @ParameterizedTest
  @CsvSource({"5, 20, 3", "2, 530000, 2"})
  void of_anyBank_gradientIsTheSlope(int m, int size, int width) {
    Nd4j.getRandom().setSeed(size);
    INDArray weak = embeddings(m, width);
    INDArray strong = embeddings(m, width);
    INDArray semantic = Softmax.of(Nd4j.randn(DataType.DOUBLE, m, 4));
    LabeledBank.Entries bank = new LabeledBank.Entries(embeddings(size, width), labels(size, 4));
    InstanceMatching found = InstanceMatching.of(weak, strong, semantic, bank, CONFIG);
    double h = 1e-5;
    for (int i = 0; i < strong.length(); i++) {
      double at = strong.getDouble(i);
      strong.putScalar(i, at + h);
      double above = InstanceMatching.of(weak, strong, semantic, bank, CONFIG).loss();
      strong.putScalar(i, at - h);
      double below = InstanceMatching.of(weak, strong, semantic, bank, CONFIG).loss();
      strong.putScalar(i, at);
      assertEquals((above - below) / (2 * h), found.gradient().getDouble(i), 1e-6);
    }
  }
}
