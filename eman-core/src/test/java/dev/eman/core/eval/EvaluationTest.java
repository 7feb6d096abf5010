package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  @Test
  void add_randomLogits_equalsSorting() {
    Random random = new Random(1);
    int classes = 8;
    Evaluation evaluation = new Evaluation(classes);
    int top1 = 0;
    int top5 = 0;
    int n = 500;
    for (int i = 0; i < n; i++) {
      float[] logits = new float[2 * classes];
      for (int k = 0; k < logits.length; k++) {
        logits[k] = random.nextFloat();
      }
      int label = random.nextInt(classes);
      evaluation.add(logits, 1, label);
      int better = 0;
      for (int k = 0; k < classes; k++) {
        better += logits[classes + k] > logits[classes + label] ? 1 : 0;
      }
      top1 += better == 0 ? 1 : 0;
      top5 += better < 5 ? 1 : 0;
    }
    assertEquals((double) top1 / n, evaluation.top1());
    assertEquals((double) top5 / n, evaluation.top5());
    assertEquals(n, evaluation.count());
  }

  @Test
  void equalLogits_areNoTop5ForAll() {
    Evaluation evaluation = new Evaluation(10);
    for (int label = 0; label < 10; label++) {
      evaluation.add(new float[10], 0, label);
    }
    assertEquals(0.1, evaluation.top1());
    assertEquals(0.5, evaluation.top5());
  }

  @Test
  void recallAndPrecision_ofAKnownMatrix() {
    Evaluation evaluation = new Evaluation(3);
    evaluation.add(new float[] {1, 0, 0}, 0, 0);
    evaluation.add(new float[] {1, 0, 0}, 0, 1);
    evaluation.add(new float[] {0, 1, 0}, 0, 1);
    evaluation.add(new float[] {0, 1, 0}, 0, 1);
    assertEquals(1.0, evaluation.recall(0));
    assertEquals(2.0 / 3, evaluation.recall(1));
    assertEquals(0.0, evaluation.recall(2));
    assertEquals(0.5, evaluation.precision(0));
    assertEquals(1.0, evaluation.precision(1));
    assertEquals(1, evaluation.confusion(1, 0));
    assertThrows(IllegalArgumentException.class, () -> evaluation.add(new float[3], 0, 3));
    assertThrows(IllegalArgumentException.class, () -> evaluation.add(new float[3], 0, -1));
  }
}
