package dev.eman.core.loss;

import static dev.eman.core.loss.LossChecks.array;
import static dev.eman.core.loss.LossChecks.assertGradient;
import static dev.eman.core.loss.LossChecks.flat;
import static dev.eman.core.loss.LossChecks.gaussian;
import static dev.eman.core.loss.LossChecks.labels;
import static dev.eman.core.loss.SoftmaxCrossEntropyTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ClassWeightsTest {
  private static double[] values(ClassWeights weights) {
    double[] values = new double[weights.classes()];
    for (int k = 0; k < values.length; k++) {
      values[k] = weights.weight(k);
    }
    return values;
  }

  /**
   * The numbers of PyTorch 1.13's {@code CrossEntropyLoss(weight=w)(x, y)} in float64, with {@code
   * x = [[1.5, -0.5, 0.25], [0, 2, -3], [4, 4.5, -1], [-2, 0.5, 0.75]]}, {@code y = [0, 1, 2, 1]},
   * {@code w = [0.5, 2, 1.25]}.
   */
  @Test
  void ofExamples_fixedInput_equalsPyTorch() {
    double[][] logits = {{1.5, -0.5, 0.25}, {0, 2, -3}, {4, 4.5, -1}, {-2, 0.5, 0.75}};
    int[] labels = {0, 1, 2, 1};
    ExampleWeights weights = ClassWeights.of(0.5, 2, 1.25).ofExamples(labels);
    LossValue loss = SoftmaxCrossEntropy.withLabels(array(logits), labels, weights);
    assertEquals(1.6756405682014675, loss.value(), 1e-14);
    assertArrayEquals(
        new double[] {
          -0.025798784693758788, 0.008276799665145652, 0.017521985028613123,
          0.041217271142612026, -0.04326935823892604, 0.0020520870963140103,
          0.08186580418891985, 0.1349738927092438, -0.21683969689816363,
          0.012066767334449058, -0.20082276677938216, 0.18875599944493313
        },
        flat(loss.gradient()),
        1e-15);
  }

  @Test
  void ofExamples_gradient_equalsFiniteDifferences() {
    double[][] logits = gaussian(3, 6, 4, 2);
    int[] labels = labels(4, 6, 4);
    ExampleWeights weights = ClassWeights.of(0.1, 3, 1, 7).ofExamples(labels);
    assertGradient(
        logits,
        SoftmaxCrossEntropy.withLabels(array(logits), labels, weights).gradient(),
        x -> SoftmaxCrossEntropy.withLabels(array(x), labels, weights).value(),
        1e-8);
  }

  @Test
  void balanced_counts_areInverse() {
    // compute_class_weight("balanced", ...): n / (K n_k) = 12 / (3 n_k).
    assertArrayEquals(new double[] {0.5, 2, 2}, values(ClassWeights.balanced(8, 2, 2)));
    // Without the class that is missing: 10 / (2 n_k).
    assertArrayEquals(new double[] {0.625, 1, 2.5}, values(ClassWeights.balanced(8, 0, 2)));
  }

  @Test
  void of_wrongWeights_namesTheClass() {
    assertMessage(
        "class weights[1]: expected a finite number above 0, got 0.0", () -> ClassWeights.of(1, 0));
    assertMessage("counts: expected at least one label, got none", () -> ClassWeights.balanced(0));
    ClassWeights two = ClassWeights.of(1, 2);
    assertMessage("labels[1]: expected [0, 2), got 2", () -> two.ofExamples(0, 2));
  }
}
