package dev.eman.meanteacher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Without a teacher, against loops over plain arrays in double precision. */
class MeanTeacherTest {
  private static final int B = 2;
  private static final int M = 3;
  private static final int K = 4;

  private final int[] labels = {1, 3};
  private INDArray labeled;
  private INDArray other;
  private INDArray own;

  @BeforeEach
  void draw() {
    Nd4j.getRandom().setSeed(6);
    labeled = Nd4j.randn(DataType.DOUBLE, B, 1, 8, 8);
    other = Nd4j.randn(DataType.DOUBLE, M, 1, 8, 8);
    own = other.add(Nd4j.randn(DataType.DOUBLE, M, 1, 8, 8).mul(0.3));
  }

  private static Student student() {
    return new Student(
        Backbones.named("resnet8-w4", 1).dataType(DataType.DOUBLE).classifier(K, 3),
        Sgd.decayingAll(0, false, 0));
  }

  private static double[] softmax(INDArray logits, int row) {
    double[] p = new double[K];
    double sum = 0;
    for (int k = 0; k < K; k++) {
      p[k] = Math.exp(logits.getDouble(row, k));
      sum += p[k];
    }
    for (int k = 0; k < K; k++) {
      p[k] /= sum;
    }
    return p;
  }

  @ParameterizedTest
  @EnumSource(MeanTeacherConfig.Consistency.class)
  void step_withoutTeacher_equalsNaive(MeanTeacherConfig.Consistency kind) {
    double weight = 3;
    INDArray logits = student().forward(Nd4j.concat(0, labeled, own, other))[0];
    double lossX = 0;
    double consistency = 0;
    for (int i = 0; i < B + M; i++) {
      double[] p = softmax(logits, i);
      // A labelled image is compared with itself.
      double[] q = softmax(logits, i < B ? i : i + M);
      for (int k = 0; k < K; k++) {
        consistency +=
            switch (kind) {
              case MSE -> (p[k] - q[k]) * (p[k] - q[k]) / (K * (B + M));
              case KL -> q[k] * Math.log(q[k] / p[k]) / (B + M);
            };
      }
      if (i < B) {
        lossX -= Math.log(p[labels[i]]) / B;
      }
    }
    MeanTeacherConfig config = new MeanTeacherConfig(weight, 0, kind);
    Map<String, Double> scalars =
        new MeanTeacher(student(), config).step(Batch.of(labeled, labels, other, own), 0.1);
    assertEquals(lossX, scalars.get("loss_x"), 1e-9);
    assertEquals(consistency, scalars.get("consistency"), 1e-9);
    assertEquals(lossX + weight * consistency, scalars.get("loss"), 1e-9);
  }

  @Test
  void weightAt_risesAsPublished() {
    MeanTeacherConfig config = new MeanTeacherConfig(10, 100, MeanTeacherConfig.Consistency.MSE);
    assertEquals(10 * Math.exp(-5), config.weightAt(0), 1e-12);
    assertEquals(10 * Math.exp(-1.25), config.weightAt(50), 1e-12);
    assertEquals(10, config.weightAt(100), 1e-12);
    assertEquals(10, config.weightAt(1000), 1e-12);
    assertTrue(config.weightAt(20) < config.weightAt(21));
    assertEquals(
        7, new MeanTeacherConfig(7, 0, MeanTeacherConfig.Consistency.KL).weightAt(0), 1e-12);
  }
}
