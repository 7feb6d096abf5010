package dev.eman.train.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.FeatureExtractor;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.datasets.Part;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.protocol.LinearProtocol.Score;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearProtocolTest {
  private static final FirstImages TRAIN = FirstImages.of(Part.TRAIN, 600);
  private static final FirstImages TEST = FirstImages.of(Part.TEST, 200);
  private static final Backbone BACKBONE = Backbones.named("resnet8-w4", 1);
  private static final FeatureExtractor EXTRACTOR =
      FeatureExtractor.of(BACKBONE.features(3), BACKBONE.featureVertex());

  private static LinearProtocol.Builder protocol() {
    return LinearProtocol.builder().batchSize(64).learningRate(1);
  }

  private static List<Score> evaluate(LinearProtocol protocol, boolean augmented) {
    LinearProtocol.Images images =
        new LinearProtocol.Images(
            TRAIN,
            indices -> TRAIN.inOrder(indices, 100),
            augmented ? TRAIN::augmented : null,
            TEST::inOrder);
    List<Score> heard = new ArrayList<>();
    LinearProtocol.Result result =
        protocol.evaluate(EXTRACTOR, images, (score, layer) -> heard.add(score));
    assertEquals(heard, result.scores());
    return result.scores();
  }

  @Test
  void evaluate_moreLabels_areBetter() {
    LabelAmount few = LabelAmount.perClass(1);
    LabelAmount all = LabelAmount.fraction(1);
    List<Score> scores = evaluate(protocol().amounts(List.of(few, all)).epochs(20).build(), false);
    assertEquals(List.of(few, all), scores.stream().map(Score::amount).toList());
    assertEquals(List.of(10, 600), scores.stream().map(Score::images).toList());
    double top1OfFew = scores.get(0).top1();
    double top1OfAll = scores.get(1).top1();
    assertTrue(top1OfFew > 0.15 && top1OfAll > top1OfFew + 0.1 && top1OfAll > 0.4, "" + scores);
    assertTrue(scores.get(1).top5() > top1OfAll && scores.get(1).top5() <= 1, "" + scores);
  }

  @Test
  void evaluate_sameSeed_sameScores() {
    LinearProtocol.Builder some =
        protocol().amounts(List.of(LabelAmount.perClass(3))).epochs(4).batchSize(8);
    List<Score> scores = evaluate(some.build(), false);
    assertEquals(scores, evaluate(some.build(), false));
    List<Score> augmented = evaluate(some.build(), true);
    assertEquals(augmented, evaluate(some.build(), true));
  }

  @Test
  void evaluate_augmentedViews_trainToo() {
    List<Score> scores =
        evaluate(
            protocol()
                .amounts(List.of(LabelAmount.fraction(0.5)))
                .epochs(10)
                .learningRate(5)
                .build(),
            true);
    assertEquals(300, scores.get(0).images());
    assertTrue(scores.get(0).top1() > 0.3, scores + ": 0.1 is chance");
  }

  /** The rate never falls in 1 epoch, and once in 3, where both milestones are epoch 2. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void evaluate_fewEpochs_train(int epochs) {
    List<Score> scores =
        evaluate(
            protocol().amounts(List.of(LabelAmount.fraction(0.2))).epochs(epochs).build(), false);
    assertTrue(scores.get(0).top1() > 0.1, scores + ": 0.1 is chance");
  }

  @Test
  void evaluate_batchLargerThanTheLabels_takesThemAll() {
    LinearProtocol large =
        protocol().amounts(List.of(LabelAmount.perClass(1))).batchSize(1000).epochs(3).build();
    LinearProtocol exact =
        protocol().amounts(List.of(LabelAmount.perClass(1))).batchSize(10).epochs(3).build();
    assertEquals(evaluate(exact, true), evaluate(large, true));
    List<Integer> sizes = new ArrayList<>();
    large.evaluate(
        EXTRACTOR,
        new LinearProtocol.Images(
            TRAIN,
            indices -> TRAIN.inOrder(indices, 100),
            (ImmutableIntArray indices, int size) -> {
              sizes.add(size);
              return TRAIN.augmented(indices, size);
            },
            TEST::inOrder),
        (score, layer) -> {});
    assertEquals(List.of(10), sizes);
  }

  @Test
  void build_outOfRange_isRefused() {
    for (LinearProtocol.Builder wrong :
        List.of(
            protocol().amounts(List.of()),
            protocol().epochs(0),
            protocol().batchSize(0),
            protocol().learningRate(0),
            protocol().learningRate(Double.NaN))) {
      assertThrows(IllegalArgumentException.class, wrong::build);
    }
  }

  @Test
  void builder_defaults_arePinned() {
    assertEquals(
        new LinearProtocol(
            ImmutableList.of(
                LabelAmount.parse("1%"), LabelAmount.parse("10%"), LabelAmount.parse("100%")),
            100,
            256,
            30,
            0),
        LinearProtocol.builder().build());
  }
}
