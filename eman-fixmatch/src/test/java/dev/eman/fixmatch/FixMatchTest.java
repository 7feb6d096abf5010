package dev.eman.fixmatch;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Student;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Sgd;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against loops over plain arrays, in double precision. */
class FixMatchTest {
  private static final int B = 3;
  private static final int M = 6;
  private static final int K = 4;

  private final int[] labels = {2, 0, 3};
  private INDArray labeled;
  private INDArray weak;
  private INDArray strong;

  @BeforeEach
  void draw() {
    Nd4j.getRandom().setSeed(5);
    labeled = Nd4j.randn(DataType.DOUBLE, B, 1, 8, 8);
    weak = Nd4j.randn(DataType.DOUBLE, M, 1, 8, 8);
    strong = weak.add(Nd4j.randn(DataType.DOUBLE, M, 1, 8, 8).mul(0.3));
  }

  private static Student student() {
    return new Student(
        Backbones.named("resnet8-w4", 1).dataType(DataType.DOUBLE).classifier(K, 3),
        Sgd.decayingAll(0, false, 0));
  }

  private Batch batch(int... hidden) {
    return new Batch(
        labeled,
        ImmutableIntArray.copyOf(labels),
        List.of(weak, strong),
        ImmutableIntArray.copyOf(hidden));
  }

  private static double[] softmax(INDArray logits, int row, double temperature) {
    double[] p = new double[K];
    double sum = 0;
    for (int k = 0; k < K; k++) {
      p[k] = Math.exp(logits.getDouble(row, k) / temperature);
      sum += p[k];
    }
    for (int k = 0; k < K; k++) {
      p[k] /= sum;
    }
    return p;
  }

  private static int best(double[] p) {
    int best = 0;
    for (int k = 1; k < K; k++) {
      best = p[k] > p[best] ? k : best;
    }
    return best;
  }

  private void assertStepEqualsNaive(FixMatchConfig config) {
    Student expected = student();
    INDArray logits = expected.forward(Nd4j.concat(0, labeled, weak, strong))[0].dup();
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, logits.shape());
    double lossX = 0;
    for (int i = 0; i < B; i++) {
      double[] p = softmax(logits, i, 1);
      lossX -= Math.log(p[labels[i]]) / B;
      for (int k = 0; k < K; k++) {
        gradient.putScalar(i, k, (p[k] - (k == labels[i] ? 1 : 0)) / B);
      }
    }
    double lossU = 0;
    int confident = 0;
    for (int i = 0; i < M; i++) {
      double[] q = softmax(logits, B + i, 1);
      int label = best(q);
      if (q[label] < config.threshold()) {
        continue;
      }
      confident++;
      double[] target = new double[K];
      target[label] = 1;
      if (config.softTargets()) {
        target = softmax(logits, B + i, config.temperature());
      }
      double[] p = softmax(logits, B + M + i, 1);
      for (int k = 0; k < K; k++) {
        lossU -= target[k] * Math.log(p[k]) / M;
        gradient.putScalar(B + M + i, k, config.lambdaU() * (p[k] - target[k]) / M);
      }
    }
    assertTrue(confident > 0 && confident < M, "the case tells nothing: " + confident);
    expected.backward(gradient);
    expected.step(0.1);

    Student student = student();
    Map<String, Double> scalars = new FixMatch(student, config).step(batch(), 0.1);
    assertEquals(lossX, scalars.get("loss_x"), 1e-9);
    assertEquals(lossU, scalars.get("loss_u"), 1e-9);
    assertEquals(lossX + config.lambdaU() * lossU, scalars.get("loss"), 1e-9);
    assertEquals((double) confident / M, scalars.get("mask_rate"), 1e-12);
    assertTrue(expected.parameters().vector().equalsWithEps(student.parameters().vector(), 1e-9));
  }

  /** A threshold that some of the six predictions reach. */
  private double middle() {
    INDArray logits = student().forward(Nd4j.concat(0, labeled, weak, strong))[0];
    double low = 1;
    double high = 0;
    for (int i = 0; i < M; i++) {
      double[] q = softmax(logits, B + i, 1);
      low = Math.min(low, q[best(q)]);
      high = Math.max(high, q[best(q)]);
    }
    return (low + high) / 2;
  }

  @Test
  void step_withoutTeacherHardLabels_equalsNaive() {
    assertStepEqualsNaive(new FixMatchConfig(middle(), 1, false, 1));
  }

  @Test
  void step_withoutTeacherSoftTargetsAndWeight_equalsNaive() {
    assertStepEqualsNaive(new FixMatchConfig(middle(), 2.5, true, 0.5));
  }

  @Test
  void hiddenLabels_changeMetricsAndNothingElse() {
    FixMatchConfig config = new FixMatchConfig(middle(), 1, false, 1);
    Student one = student();
    Student other = student();
    Map<String, Double> first = new FixMatch(one, config).step(batch(0, 1, 2, 3, 0, 1), 0.1);
    Map<String, Double> second = new FixMatch(other, config).step(batch(3, 3, 3, 3, 3, 3), 0.1);
    assertEquals(first.get("loss"), second.get("loss"));
    assertSameValues(one.parameters().vector(), other.parameters().vector());
    assertTrue(first.containsKey("pseudo_accuracy"));
    assertTrue(first.containsKey("pseudo_accuracy_confident"));
    assertFalse(new FixMatch(student(), config).step(batch(), 0.1).containsKey("pseudo_accuracy"));
  }

  @Test
  void nothingConfident_onlyTheLabelsTeach() {
    FixMatchConfig config = new FixMatchConfig(1, 1, false, 1);
    Map<String, Double> scalars =
        new FixMatch(student(), config).step(batch(0, 0, 0, 0, 0, 0), 0.1);
    assertEquals(0.0, scalars.get("mask_rate"));
    assertEquals(0.0, scalars.get("loss_u"));
    assertFalse(scalars.containsKey("pseudo_accuracy_confident"));
  }

  @Test
  void provider_wrongOptions_areNamed() {
    FixMatchProvider provider = new FixMatchProvider();
    assertThrows(
        UsageException.class, () -> AlgorithmOptions.of(provider, Map.of("threshold", 1.5)));
    EmanException unknown =
        assertThrows(EmanException.class, () -> AlgorithmOptions.of(provider, Map.of("lambda", 1)));
    assertTrue(String.valueOf(unknown.getMessage()).contains("lambda_u"), unknown.getMessage());
    EmanException teacher =
        assertThrows(
            EmanException.class, () -> AlgorithmOptions.of(provider, Map.of("teacher", "emma")));
    assertTrue(String.valueOf(teacher.getMessage()).contains("did you mean ema"));
    assertEquals(FixMatchConfig.DEFAULT, new FixMatchConfig(0.95, 1, false, 1));
  }
}
