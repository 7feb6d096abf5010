package dev.eman.fixmatch.freematch;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FairnessTest {
  private static final double[] MEAN = {0.2, 0.1, 0.4, 0.3};
  private static final double[] LABELS = {0.3, 0, 0.5, 0.2};

  /** The most likely classes are far from each other, so that none changes within a difference. */
  private static INDArray logits() {
    Nd4j.getRandom().setSeed(3);
    INDArray logits = Nd4j.randn(DataType.DOUBLE, 6, 4);
    for (int i = 0; i < 6; i++) {
      logits.putScalar(i, i % 3, 3);
    }
    return logits;
  }

  @Test
  void into_gradient_equalsFiniteDifferences() {
    Fairness fairness = new Fairness(new float[] {1, 1, 0, 1, 1, 1}, MEAN, LABELS);
    INDArray logits = logits();
    INDArray gradient = logits.ulike();
    fairness.into(logits, gradient);
    INDArray unused = logits.ulike();
    double step = 1e-5;
    for (long at = 0; at < logits.length(); at++) {
      INDArray above = logits.dup();
      above.putScalar(at, logits.getDouble(at) + step);
      INDArray below = logits.dup();
      below.putScalar(at, logits.getDouble(at) - step);
      double slope = (fairness.into(above, unused) - fairness.into(below, unused)) / (2 * step);
      assertEquals(slope, gradient.getDouble(at), 1e-6, "element " + at);
    }
  }

  @Test
  void into_nothingKept_isNothing() {
    INDArray logits = logits();
    INDArray gradient = logits.ulike().assign(7);
    assertEquals(0, new Fairness(new float[6], MEAN, LABELS).into(logits, gradient));
    assertClose(logits.ulike().assign(0), gradient, 0);
  }
}
