package dev.eman.core.eval;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.model.Student;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.GraphParts;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.oracle.Oracle;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FeatureExtractorTest {
  private final Backbone backbone = Backbones.named("resnet8-w4");
  private final INDArray images = Nd4j.randn(6, 3, 8, 8);

  /** Logits are a linear map of the features, with the weights of the classifier. */
  @Test
  void features_ofAClassifier_giveItsLogits() {
    ComputationGraph graph = backbone.classifier(3, 1);
    Student student = new Student(graph, Sgd.decayingAll(0.9, false, 0));
    student.forward(Nd4j.randn(16, 3, 8, 8));
    INDArray features =
        FeatureExtractor.of(student, backbone.featureVertex()).features(images).dup('c');
    INDArray logits = features.mmul(graph.getParam("fc_W")).addRowVector(graph.getParam("fc_b"));
    Oracle.assertClose("logits", student.infer(images)[0], logits, 1e-5);
  }

  @Test
  void refresh_afterTraining_takesTheNewWeightsAndNotBefore() {
    Student student = new Student(backbone.classifier(3, 1), Sgd.decayingAll(0, false, 0));
    FeatureExtractor extractor = FeatureExtractor.of(student, backbone.featureVertex());
    float[] before = extractor.features(images).dup('c').data().asFloat();
    student.backward(student.forward(images)[0].dup());
    student.step(0.5);
    assertArrayEquals(before, extractor.features(images).dup('c').data().asFloat());
    extractor.refresh();
    float[] after = extractor.features(images).dup('c').data().asFloat();
    assertFalse(Arrays.equals(before, after));
    assertArrayEquals(
        FeatureExtractor.of(student, backbone.featureVertex())
            .features(images)
            .dup('c')
            .data()
            .asFloat(),
        after);
  }

  @Test
  void features_ofAnEmaTeacher_dependOnTheirBatchAndOfEmanDoNot() {
    Student student = new Student(backbone.classifier(3, 1), Sgd.decayingAll(0, false, 0));
    for (TeacherStatistics statistics :
        new TeacherStatistics[] {TeacherStatistics.AVERAGED, TeacherStatistics.BATCH}) {
      FeatureExtractor extractor =
          FeatureExtractor.of(Teacher.copyOf(student, statistics), backbone.featureVertex());
      INDArray whole = extractor.features(images).getRow(0).dup();
      INDArray alone = extractor.features(rows(images, 2)).getRow(0).dup();
      double difference = whole.sub(alone).amaxNumber().doubleValue();
      assertEquals(statistics == TeacherStatistics.BATCH, difference > 1e-4, statistics.name());
    }
  }

  private static INDArray rows(INDArray images, long n) {
    return images.get(
        NDArrayIndex.interval(0, n), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all());
  }

  @Test
  void upTo_anyVertex_isACopyOfWhatLeadsThere() {
    ComputationGraph graph = backbone.classifier(3, 1);
    ComputationGraph part = GraphParts.upTo(graph, "layer1.0");
    assertTrue(part.paramTable().size() < graph.paramTable().size());
    part.paramTable().forEach((name, values) -> assertSameValues(graph.getParam(name), values));
    part.params().assign(0);
    assertTrue(graph.getParam("conv1_W").amaxNumber().doubleValue() > 0);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> GraphParts.upTo(graph, "layer9"));
    assertTrue(e.getMessage().contains("got \"layer9\""), e.getMessage());
  }
}
