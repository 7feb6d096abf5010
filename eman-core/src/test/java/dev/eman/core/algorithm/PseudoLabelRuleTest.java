package dev.eman.core.algorithm;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.Maps;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.NonFiniteException;
import dev.eman.core.data.Batch;
import dev.eman.core.loss.ExampleWeights;
import dev.eman.core.loss.LossValue;
import dev.eman.core.loss.Softmax;
import dev.eman.core.loss.SoftmaxCrossEntropy;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PseudoLabelRuleTest {
  /** Probabilities 0.8, 0.6 and 0.5 for the most likely class. */
  private final INDArray weak =
      Nd4j.create(
          new double[][] {
            {0, Math.log(4)}, {Math.log(1.5), 0}, {1, 1},
          });

  private final INDArray strong = Nd4j.create(new double[][] {{1, 0}, {0.5, 2}, {-1, 3}});

  @Test
  void threshold_confidentOnes_weighOne() {
    PseudoLabels found = PseudoLabelRule.threshold(0.6 - 1e-9).label(Predictions.of(weak));
    assertEquals(1, found.label(0));
    assertEquals(0, found.label(1));
    assertEquals(0, found.label(2), "of equal ones the first");
    assertEquals(1, found.weight(0));
    assertEquals(1, found.weight(1));
    assertEquals(0, found.weight(2));
    assertEquals(2.0 / 3, found.maskRate());
  }

  @Test
  void predictions_logitsNotFinite_areAnError() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray logits = weak.dup();
      logits.putScalar(1, 0, bad);
      NonFiniteException found =
          assertThrows(NonFiniteException.class, () -> Predictions.of(logits));
      assertTrue(String.valueOf(found.getMessage()).contains("is NaN"), found.getMessage());
    }
  }

  private static Map<String, Double> metrics(PseudoLabels labels) {
    LossTerms.Builder terms = LossTerms.builder();
    labels.addMetrics(terms, ImmutableIntArray.of());
    return terms.gradient(Nd4j.zeros(1, 2)).build().scalars();
  }

  @Test
  void classMetric_upTo20Classes_hasEachOfThem() {
    PseudoLabels labels = PseudoLabels.hard(new int[] {0}, 1);
    assertEquals(
        Map.of("t_min", 1.0, "t_mean", 2.0, "t_max", 3.0, "t_class_0", 3.0, "t_class_1", 1.0),
        Maps.filterKeys(metrics(labels.withClassMetric("t", 3, 1)), name -> name.startsWith("t_")));
    assertTrue(metrics(labels.withClassMetric("t", new double[20])).containsKey("t_class_19"));
    assertEquals(
        Set.of("t_min", "t_mean", "t_max"),
        Maps.filterKeys(
                metrics(labels.withClassMetric("t", new double[21])), name -> name.startsWith("t_"))
            .keySet());
  }

  @Test
  void crossEntropy_hard_isThatOfTheLabelsAndMask() {
    PseudoLabels found = PseudoLabelRule.threshold(0.55).label(Predictions.of(weak));
    LossValue expected =
        SoftmaxCrossEntropy.withLabels(strong, new int[] {1, 0, 0}, ExampleWeights.of(1, 1, 0));
    INDArray gradient = strong.ulike();
    assertEquals(expected.value(), found.crossEntropyInto(strong, gradient));
    assertSameValues(expected.gradient(), gradient);
  }

  @Test
  void crossEntropy_soft_isThatOfTheSharpenedDistributions() {
    PseudoLabels found = PseudoLabelRule.softThreshold(0.7, 0.5).label(Predictions.of(weak));
    LossValue expected =
        SoftmaxCrossEntropy.withTargets(strong, Softmax.of(weak, 0.5), ExampleWeights.of(1, 0, 0));
    INDArray gradient = strong.ulike();
    assertEquals(expected.value(), found.crossEntropyInto(strong, gradient));
    assertSameValues(expected.gradient(), gradient);
  }

  /** What FlexMatch does: a rule that remembers images. */
  @Test
  void rule_indices_areThoseOfThePool() {
    PseudoLabelRule everySecond =
        predictions -> {
          float[] weights = new float[predictions.size()];
          for (int i = 0; i < weights.length; i++) {
            weights[i] = predictions.index(i) % 2;
          }
          return PseudoLabels.hard(predictions.labels(), weights);
        };
    PseudoLabels found = everySecond.label(Predictions.of(weak, ImmutableIntArray.of(7, 8, 11)));
    assertEquals(1, found.weight(0));
    assertEquals(0, found.weight(1));
    assertEquals(1, found.weight(2));
    assertThrows(IllegalStateException.class, () -> everySecond.label(Predictions.of(weak)));
    assertThrows(
        IllegalArgumentException.class, () -> Predictions.of(weak, ImmutableIntArray.of(1)));
  }

  @Test
  void metrics_knownLabels_countAllAndConfidentOnes() {
    PseudoLabels found = PseudoLabelRule.threshold(0.55).label(Predictions.of(weak));
    assertEquals(Map.of("mask_rate", 2.0 / 3), metrics(found, ImmutableIntArray.of()));
    assertEquals(
        Map.of("mask_rate", 2.0 / 3, "pseudo_accuracy", 2.0 / 3, "pseudo_accuracy_confident", 0.5),
        metrics(found, ImmutableIntArray.of(1, 1, 0)));
    PseudoLabels none = PseudoLabelRule.threshold(1).label(Predictions.of(weak));
    assertEquals(
        Map.of("mask_rate", 0.0, "pseudo_accuracy", 1.0),
        metrics(none, ImmutableIntArray.of(1, 0, 0)));
  }

  @Test
  void metrics_someLabelsKnown_areOverThese() {
    PseudoLabels found = PseudoLabelRule.threshold(0.55).label(Predictions.of(weak));
    int none = Batch.UNKNOWN;
    assertEquals(
        Map.of("mask_rate", 2.0 / 3, "pseudo_accuracy", 0.5, "pseudo_accuracy_confident", 1.0),
        metrics(found, ImmutableIntArray.of(1, none, 1)));
    assertEquals(
        Map.of("mask_rate", 2.0 / 3, "pseudo_accuracy", 1.0),
        metrics(found, ImmutableIntArray.of(none, none, 0)));
    assertEquals(
        Map.of("mask_rate", 2.0 / 3), metrics(found, ImmutableIntArray.of(none, none, none)));
  }

  private static Map<String, Double> metrics(PseudoLabels labels, ImmutableIntArray truth) {
    LossTerms.Builder terms = LossTerms.builder().gradient(null);
    labels.addMetrics(terms, truth);
    return terms.build().scalars();
  }

  @Test
  void new_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> PseudoLabelRule.threshold(1.1));
    assertThrows(IllegalArgumentException.class, () -> PseudoLabelRule.softThreshold(0.5, 0));
    assertThrows(IllegalArgumentException.class, () -> PseudoLabels.hard(new int[] {1, 2}, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> PseudoLabels.soft(Predictions.of(weak), Nd4j.ones(3, 3), 1, 1, 1));
  }
}
