package dev.eman.similarity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.algorithm.StepContext;
import dev.eman.core.loss.Softmax;
import dev.eman.core.oracle.Oracle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DistributionAlignmentTest {
  @Test
  void align_pyTorchsLogits_equalsPyTorch() {
    Oracle oracle = new Oracle("simmatch_eman");
    DistributionAlignment alignment = new DistributionAlignment(3, 10, DataType.FLOAT);
    for (int step = 0; step < 5; step++) {
      String folder = "step" + step + "/";
      INDArray logits = oracle.get(folder + "logits_teacher");
      INDArray probabilities = Softmax.of(StepContext.rows(logits, 4, logits.size(0)));
      INDArray aligned = alignment.align(probabilities);
      Oracle.assertClose(folder, oracle.get(folder + "semantic"), aligned, 1e-6);
      alignment.add(DistributionAlignment.mean(probabilities));
    }
  }

  /** The aligned batch's mean is nearer to uniform; with a window of one batch of one, it is. */
  @ParameterizedTest
  @CsvSource({"1, 1, 4", "1, 3, 10", "6, 1, 3", "5, 4, 7"})
  void align_any_rowsSumToOne(int n, int window, int classes) {
    Nd4j.getRandom().setSeed(n);
    DistributionAlignment alignment = new DistributionAlignment(window, classes, DataType.DOUBLE);
    for (int batch = 0; batch < 6; batch++) {
      INDArray probabilities =
          Softmax.of(Nd4j.randn(DataType.DOUBLE, n, classes).muli(4).putScalar(0, 9));
      INDArray aligned = alignment.align(probabilities);
      for (double sum : aligned.sum(1).toDoubleVector()) {
        assertEquals(1, sum, 1e-12);
      }
      if (n == 1 && window == 1) {
        assertEquals(1.0 / classes, aligned.getDouble(0), 1e-12);
      }
      alignment.add(DistributionAlignment.mean(probabilities));
    }
  }

  @Test
  void align_classThatNoBatchHas_staysAtZero() {
    DistributionAlignment alignment = new DistributionAlignment(2, 3, DataType.FLOAT);
    INDArray aligned =
        alignment.align(Nd4j.createFromArray(new float[][] {{0.5f, 0.5f, 0}, {0.1f, 0.9f, 0}}));
    assertEquals(0, aligned.getColumn(2).sumNumber().doubleValue());
    assertTrue(aligned.getDouble(1, 1) < 0.9);
    assertEquals(1, aligned.getRow(1).sumNumber().doubleValue(), 1e-6);
  }
}
