package dev.eman.core.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.NonFiniteException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void add_notFinite_isRefusedAndNotCounted(float value) {
    Evaluation evaluation = new Evaluation(3);
    float[] logits = {0, 0, 0, 1, value, 2};
    evaluation.add(logits, 0, 0);
    NonFiniteException e =
        assertThrows(NonFiniteException.class, () -> evaluation.add(logits, 1, 0));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("class 1 is " + value), message);
    assertTrue(message.contains("learning rate"), message);
    assertEquals(1, evaluation.count());
  }

  /** A matrix of four classes, of which the third has no images but is predicted once. */
  @Test
  void balancedAccuracyAndMacroF1_ofAKnownMatrix() {
    int[][] matrix = {{6, 1, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 0}, {0, 3, 0, 2}};
    Evaluation evaluation = new Evaluation(4);
    for (int truth = 0; truth < 4; truth++) {
      for (int predicted = 0; predicted < 4; predicted++) {
        float[] logits = new float[4];
        logits[predicted] = 1;
        for (int i = 0; i < matrix[truth][predicted]; i++) {
          evaluation.add(logits, 0, truth);
        }
      }
    }
    assertEquals(9.0 / 15, evaluation.top1());
    assertEquals((6.0 / 8 + 1.0 / 2 + 2.0 / 5) / 3, evaluation.balancedAccuracy(), 1e-12);
    // 2 TP / (2 TP + FP + FN): 12/15, 2/7, 4/7; a mean over the predicted classes too has a fourth.
    assertEquals((12.0 / 15 + 2.0 / 7 + 4.0 / 7) / 3, evaluation.macroF1(), 1e-12);
    assertEquals(
        "top1 60.00%, top5 100.00%, balanced accuracy 55.00%, macro F1 55.24%",
        evaluation.toString());
    assertEquals(0, new Evaluation(2).balancedAccuracy());
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
