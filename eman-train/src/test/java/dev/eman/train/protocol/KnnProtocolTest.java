package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.eval.Features;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.Part;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnnProtocolTest {
  private static final int CLASSES = 10;

  /** Random features are all alike: with the usual temperature their votes weigh much the same. */
  private static final double SHARP = 0.005;

  private static final FirstImages BANK = FirstImages.of(Part.TRAIN, 300);
  private static final FirstImages TEST = FirstImages.of(Part.TEST, 100);
  private static final Backbone BACKBONE = Backbones.named("resnet8-w4", 1);
  private static final FeatureExtractor EXTRACTOR =
      FeatureExtractor.of(BACKBONE.features(3), BACKBONE.featureVertex());

  private static Features features(FirstImages images) {
    try (var source = images.inOrder()) {
      return Features.of(source, List.of(EXTRACTOR)).get(0);
    }
  }

  private static KnnProtocol.Result evaluate(KnnProtocol protocol) {
    return protocol.evaluate(EXTRACTOR, CLASSES, BANK::inOrder, TEST::inOrder);
  }

  /** Cosine similarities in float64, all of them sorted, votes counted. */
  private static double naive(int k, double temperature) {
    double[][] bank = directions(features(BANK));
    double[][] queries = directions(features(TEST));
    int right = 0;
    for (int q = 0; q < queries.length; q++) {
      double[] query = queries[q];
      double[] votes = new double[CLASSES];
      IntStream.range(0, bank.length)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -dot(query, bank[i])))
          .limit(k)
          .forEach(i -> votes[BANK.label(i)] += Math.exp(dot(query, bank[i]) / temperature));
      int best = 0;
      for (int c = 1; c < CLASSES; c++) {
        best = votes[c] > votes[best] ? c : best;
      }
      right += best == TEST.label(q) ? 1 : 0;
    }
    return (double) right / queries.length;
  }

  private static double[][] directions(Features features) {
    double[][] rows = features.values().toDoubleMatrix();
    for (double[] row : rows) {
      double norm = Math.sqrt(dot(row, row));
      for (int i = 0; i < row.length; i++) {
        row[i] /= norm;
      }
    }
    return rows;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void evaluate_severalK_equalNaiveVotes() {
    KnnProtocol.Result result = evaluate(new KnnProtocol(ImmutableList.of(20, 1, 7), SHARP));
    assertEquals(BANK.size(), result.bankSize());
    assertEquals(TEST.size(), result.images());
    assertEquals(List.of(20, 1, 7), result.scores().stream().map(KnnProtocol.Score::k).toList());
    for (KnnProtocol.Score score : result.scores()) {
      assertEquals(naive(score.k(), Double.POSITIVE_INFINITY), score.plain(), 1e-9);
      assertEquals(naive(score.k(), SHARP), score.weighted(), 1e-9);
    }
    assertNotEquals(result.scores().get(0).plain(), result.scores().get(0).weighted());
    assertTrue(result.scores().get(1).plain() > 0.3, result + ": 0.1 is chance");
  }

  @Test
  void evaluate_moreNeighboursThanImages_areRefused() {
    KnnProtocol protocol = new KnnProtocol(ImmutableList.of(5, 301), 0.07);
    String message =
        assertThrows(IllegalArgumentException.class, () -> evaluate(protocol)).getMessage();
    assertEquals("k: expected at most the 300 images that vote, got 301", message);
  }

  @Test
  void new_outOfRange_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new KnnProtocol(ImmutableList.of(), 0.07));
    assertThrows(
        IllegalArgumentException.class, () -> new KnnProtocol(ImmutableList.of(5, 0), 0.07));
    for (double temperature : new double[] {0, -1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new KnnProtocol(ImmutableList.of(5), temperature));
    }
  }

  @Test
  void defaults_areThoseOfThePaper() {
    assertEquals(new KnnProtocol(ImmutableList.of(20, 200), 0.07), KnnProtocol.DEFAULT);
  }
}
