package dev.eman.train.protocol;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.NonFiniteException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.core.algorithm.Algorithms;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.nn.Backbone;
import dev.eman.datasets.Part;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HeadProtocolTest {
  private static final HeadProtocol SHORT = new HeadProtocol(100, 12, 4, 1, 1);

  /** One of each class. */
  private static final ImmutableIntArray LABELED = ImmutableIntArray.of(0, 1, 2);

  private static EvaluationReport train(
      HeadProtocol protocol, String name, Map<String, String> set, long seed) {
    AlgorithmProvider algorithm = Algorithms.named(name);
    return protocol
        .train(
            algorithm,
            AlgorithmOptions.of(algorithm, set),
            SyntheticViews.data(240, 2, seed),
            LABELED,
            seed)
        .report();
  }

  @Test
  void train_fewLabels_fixMatchIsAheadOfLabelsAlone() {
    double labels = 0;
    double student = 0;
    double teacher = 0;
    int seeds = 3;
    for (int seed = 0; seed < seeds; seed++) {
      labels +=
          train(SHORT, "supervised", Map.of("teacher", "none"), seed).student().top1() / seeds;
      EvaluationReport found = train(SHORT, "fixmatch", Map.of(), seed);
      student += found.student().top1() / seeds;
      teacher += found.deployed().top1() / seeds;
    }
    String found = labels + ", " + student + ", " + teacher;
    assertTrue(student > labels + 0.03 && teacher > labels + 0.03, found);
  }

  @Test
  void train_sameSeed_sameAccuracies() {
    EvaluationReport one = train(SHORT, "flexmatch", Map.of(), 3);
    EvaluationReport two = train(SHORT, "flexmatch", Map.of(), 3);
    for (int truth = 0; truth < SyntheticViews.CLASSES; truth++) {
      assertEquals(one.deployed().recall(truth), two.deployed().recall(truth));
      assertEquals(one.student().recall(truth), two.student().recall(truth));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fixmatch",
        "uda",
        "flexmatch",
        "freematch",
        "softmatch",
        "adamatch",
        "debiaspl",
        "simmatch",
        "comatch",
        "mean-teacher"
      })
  void train_anyOfTheFamily_learnsWithAnyTeacher(String name) {
    HeadProtocol few = new HeadProtocol(25, 6, 4, 0.3, 1);
    for (String teacher : new String[] {"none", "ema", "eman"}) {
      EvaluationReport found = train(few, name, Map.of("teacher", teacher), 1);
      assertTrue(found.deployed().top1() > 0.6, teacher + " " + found.deployed());
      assertEquals(teacher.equals("none"), found.teacher() == null, teacher);
    }
  }

  /** More test features than a block of an evaluation has, so that sorted blocks have one class. */
  @Test
  void train_teacherNeedsItsBatch_isMeasuredOnMixedClasses() {
    int[] mixed = IntStream.range(0, 3_600).map(i -> i % 300).toArray();
    int[] sorted = IntStream.range(0, 3_600).map(i -> i / 1_200 + i % 100 * 3).toArray();
    Evaluation expected = emaTeacher(mixed);
    Evaluation found = emaTeacher(sorted);
    assertEquals(1_200, found.count(1));
    assertEquals(expected.top1(), found.top1(), 0.02);
  }

  private static Evaluation emaTeacher(int[] rows) {
    HeadProtocol.Data plain = SyntheticViews.data(240, 2, 0);
    Features test = plain.test().select(ImmutableIntArray.copyOf(rows));
    HeadProtocol.Data data =
        new HeadProtocol.Data(plain.views(), plain.labels(), test, SyntheticViews.CLASSES);
    AlgorithmProvider algorithm = Algorithms.named("fixmatch");
    AlgorithmOptions options = AlgorithmOptions.of(algorithm, Map.of("teacher", "ema"));
    return requireNonNull(SHORT.train(algorithm, options, data, LABELED, 0).report().teacher());
  }

  /** Its accuracy on features as the encoder gives them, which were standardised for training. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "ema", "eman"})
  void train_anyTeacher_classifierIsTheNetworkToUse(String teacher) {
    HeadProtocol.Data plain = SyntheticViews.data(240, 2, 2);
    INDArray shift = Nd4j.linspace(-3, 3, SyntheticViews.WIDTH).castTo(DataType.FLOAT);
    INDArray moved = shift.reshape(1, SyntheticViews.WIDTH);
    Features test = new Features(plain.test().values().mul(7).addi(moved), plain.test().labels());
    HeadProtocol.Data data =
        HeadProtocol.Data.standardized(
            new ViewFeatures(
                plain.views().weak().mul(7).addi(moved),
                plain.views().strong().mul(7).addi(moved),
                240),
            FirstImages.of(Part.TRAIN, 240),
            test,
            SyntheticViews.CLASSES);
    AlgorithmProvider algorithm = Algorithms.named("comatch");
    HeadProtocol.Trained trained =
        SHORT
            .withSteps(40)
            .train(
                algorithm,
                AlgorithmOptions.of(algorithm, Map.of("teacher", teacher)),
                new HeadProtocol.Data(
                    data.views(), plain.labels(), data.test(), 3, data.standardization()),
                LABELED,
                0);
    Evaluation network =
        teacher.equals("eman") ? trained.report().teacher() : trained.report().student();
    Evaluation layer = requireNonNull(trained.classifier()).evaluate(test);
    assertEquals(300, layer.count());
    assertEquals(requireNonNull(network).top1(), layer.top1(), 1.0 / 300 + 1e-9);
    for (int truth = 0; truth < SyntheticViews.CLASSES; truth++) {
      assertEquals(network.recall(truth), layer.recall(truth), 0.011);
    }
  }

  @Test
  void classifier_anyStatistics_logitsOfTheNetwork() {
    Nd4j.getRandom().setSeed(5);
    ComputationGraph network = new FeatureHead(4).classifier(3, 1);
    network.getLayer("norm").getParam("mean").assign(Nd4j.createFromArray(1f, -2f, 0.5f, 3f));
    network.getLayer("norm").getParam("var").assign(Nd4j.createFromArray(4f, 0.25f, 1f, 9f));
    network.getLayer("fc").getParam("b").assign(Nd4j.createFromArray(0.1f, -0.2f, 0.3f));
    INDArray features = Nd4j.randn(DataType.FLOAT, 5, 4);
    LinearLayer layer = requireNonNull(FeatureHead.classifier(network));
    INDArray expected = network.outputSingle(features.reshape(5, 4, 1, 1));
    assertClose(expected, layer.logits(features), 1e-5);
  }

  /** A network with more between features and logits has no linear layer to give. */
  @Test
  void classifier_otherNetworks_none() {
    FeatureHead body = new FeatureHead(4);
    assertNotNull(FeatureHead.classifier(body.classifier(3, 1)));
    var deep = body.newGraph(1);
    deep.addLayer("hidden", Backbone.linear(4, 4), body.addTo(deep, "input"))
        .addLayer("fc", Backbone.linear(4, 3), "hidden")
        .setOutputs("fc");
    ComputationGraph network = new ComputationGraph(deep.build());
    network.init();
    assertNull(FeatureHead.classifier(network));
    assertNull(FeatureHead.classifier(body.features(1)));
  }

  @Test
  void train_noTeacher_studentAlone() {
    EvaluationReport found = train(SHORT.withSteps(2), "fixmatch", Map.of("teacher", "none"), 0);
    assertNull(found.teacher());
    assertNotNull(found.student());
    assertEquals(300, found.student().count());
    assertEquals(2, found.step());
  }

  @Test
  void train_featuresOfAnyScale_sameAccuracy() {
    FirstImages images = FirstImages.of(Part.TRAIN, 240);
    HeadProtocol.Data plain = SyntheticViews.data(240, 1, 2);
    double[] found = new double[2];
    for (int i = 0; i < 2; i++) {
      double factor = i == 0 ? 1 : 1024; // A power of two: the same digits.
      HeadProtocol.Data scaled =
          HeadProtocol.Data.standardized(
              new ViewFeatures(
                  plain.views().weak().mul(factor), plain.views().strong().mul(factor), 240),
              images,
              new Features(plain.test().values().mul(factor), plain.test().labels()),
              10);
      assertEquals(images.label(7), scaled.labels().get(7));
      assertEquals(1, scaled.views().weak().std(false, 0).getDouble(4), 1e-4);
      assertEquals(0, scaled.views().weak().mean(0).getDouble(4), 1e-4);
      AlgorithmProvider algorithm = Algorithms.named("fixmatch");
      found[i] =
          SHORT
              .withSteps(20)
              .train(
                  algorithm,
                  AlgorithmOptions.defaults(algorithm),
                  new HeadProtocol.Data(scaled.views(), plain.labels(), scaled.test(), 10),
                  LABELED,
                  0)
              .report()
              .deployed()
              .top1();
    }
    assertEquals(found[0], found[1]);
  }

  @Test
  void check_whatCannotBeTrained_saysWhy() {
    UsageException features =
        assertThrows(UsageException.class, () -> HeadProtocol.check(Algorithms.named("moco"), 2));
    assertTrue(features.getMessage().contains("such as fixmatch"), features.getMessage());
    UsageException views =
        assertThrows(
            UsageException.class, () -> HeadProtocol.check(Algorithms.named("mean-teacher"), 1));
    assertTrue(views.getMessage().contains("at least 2 views"), views.getMessage());
    HeadProtocol.check(Algorithms.named("fixmatch"), 1);
  }

  @Test
  void train_oneLabelledImageABatch_saysWhy() {
    HeadProtocol one = new HeadProtocol(2, 1, 1, 1, 1);
    UsageException e =
        assertThrows(UsageException.class, () -> train(one, "supervised", Map.of(), 0));
    assertEquals(
        "supervised: expected at least 2 images in a batch, over which the classifier normalises,"
            + " got 1",
        e.getMessage());
    train(one, "fixmatch", Map.of(), 0); // Labelled and strong images pass together.
  }

  @Test
  void train_diverges_saysSo() {
    HeadProtocol.Data data = SyntheticViews.data(30, 1, 0);
    data.views().weak().putScalar(0, Float.NaN);
    AlgorithmProvider algorithm = Algorithms.named("supervised");
    assertThrows(
        NonFiniteException.class,
        () -> SHORT.train(algorithm, AlgorithmOptions.defaults(algorithm), data, LABELED, 0));
  }
}
