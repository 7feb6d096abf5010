package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.algorithm.Supervised;
import dev.eman.core.data.Batch;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Student;
import dev.eman.core.nn.exec.FoldedNetwork;
import dev.eman.core.optimizer.Sgd;
import dev.eman.core.train.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What training, evaluation and checkpoints rely on in a backbone. For your own: extend this class
 * (in {@code eman-core}'s test jar), name the provider and small networks of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackboneContractTest {
  private static final int CLASSES = 3;

  @TempDir private Path folder;

  /** Whose backbones are tested. */
  protected abstract BackboneProvider provider();

  /** Names to test, of networks that take milliseconds. */
  protected abstract List<String> backbones();

  /** Width and height of the images, small and even. */
  protected int imageSize() {
    return 16;
  }

  /**
   * Whether inference folds normalisation into convolutions, as it does for networks of this
   * library's layers alone.
   */
  protected boolean folds() {
    return true;
  }

  private Backbone backbone(String name, int channels) {
    return provider().find(name, channels).orElseThrow();
  }

  private Student student(String name, DataType type, long seed) {
    return new Student(
        backbone(name, 3).dataType(type).classifier(CLASSES, seed), Sgd.decayingAll(0, false, 0));
  }

  private INDArray images(DataType type, int count, int channels, int size) {
    Nd4j.getRandom().setSeed(11);
    return Nd4j.randn(type, count, channels, size, size);
  }

  /** A student whose running statistics are no longer those of the start. */
  private Student trained(String name) {
    Student student = student(name, DataType.FLOAT, 1);
    Supervised algorithm = new Supervised(student);
    for (int i = 0; i < 3; i++) {
      INDArray images = images(DataType.FLOAT, 6, 3, imageSize()).addi(0.1 * i);
      algorithm.step(Batch.of(images, new int[] {0, 1, 2, 0, 1, 2}), 0.01);
    }
    return student;
  }

  @Test
  void provider_names_areFoundOnTheClassPath() {
    assertFalse(provider().description().isBlank());
    assertTrue(provider().find("no-such-backbone", 3).isEmpty());
    for (String name : provider().names()) {
      assertEquals(name, backbone(name, 3).name());
      assertEquals(name, Backbones.named(name).name(), "META-INF/services");
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void find_nameAndChannels_areThoseAskedFor(String name) {
    for (int channels : new int[] {1, 3}) {
      assertEquals(name, backbone(name, channels).name());
      assertEquals(channels, backbone(name, channels).channels());
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void features_grayAndColourOfEvenAndOddSize_haveTheFeatureSize(String name) {
    for (int channels : new int[] {1, 3}) {
      Backbone backbone = backbone(name, channels);
      Student student = new Student(backbone.features(1), Sgd.decayingAll(0, false, 0));
      for (int size : new int[] {imageSize(), imageSize() + 1}) {
        INDArray images = images(DataType.FLOAT, 2, channels, size);
        long[] expected = {2, backbone.featureSize()};
        assertArrayEquals(expected, student.infer(images)[0].shape(), "inference, " + size);
        assertArrayEquals(expected, student.forward(images)[0].shape(), "training, " + size);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void featureVertex_ofTheClassifier_givesTheFeatures(String name) {
    Backbone backbone = backbone(name, 3);
    ComputationGraph classifier = backbone.classifier(CLASSES, 1);
    INDArray images = images(DataType.FLOAT, 2, 3, imageSize());
    assertArrayEquals(new long[] {2, CLASSES}, classifier.outputSingle(images).shape());
    ComputationGraph body = GraphParts.upTo(classifier, backbone.featureVertex());
    assertArrayEquals(new long[] {2, backbone.featureSize()}, body.outputSingle(images).shape());
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void addTo_graphWithHeads_learnsThroughAllOfThem(String name) {
    Backbone backbone = backbone(name, 3);
    GraphBuilder graph = backbone.newGraph(1);
    String features = backbone.addTo(graph, "input");
    graph
        .addLayer("head_a", Backbone.linear(backbone.featureSize(), 4), features)
        .addLayer("head_b", Backbone.linear(backbone.featureSize(), 5), features)
        .setOutputs("head_a", "head_b");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    Student student = new Student(network, Sgd.decayingAll(0, false, 0));
    INDArray[] outputs = student.forward(images(DataType.FLOAT, 4, 3, imageSize()));
    assertArrayEquals(new long[] {4, 4}, outputs[0].shape());
    assertArrayEquals(new long[] {4, 5}, outputs[1].shape());
    student.backward(outputs[0].dup(), outputs[1].dup());
    for (ParameterTable.Entry entry : student.parameters().entries()) {
      if (entry.name().startsWith("head_") && entry.name().endsWith("_W")) {
        assertTrue(slice(student.gradient(), entry).norm2Number().doubleValue() > 0, entry.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void classifier_seed_decidesTheWeights(String name) {
    for (long seed : new long[] {0, 1, -1}) {
      INDArray weights = backbone(name, 3).classifier(CLASSES, seed).params();
      assertSameValues(weights, backbone(name, 3).classifier(CLASSES, seed).params());
      assertNotEquals(
          backbone(name, 3).features(seed).params(), backbone(name, 3).features(seed + 7).params());
    }
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void infer_anImage_doesNotDependOnItsBatch(String name) {
    Student student = trained(name);
    INDArray images = images(DataType.FLOAT, 5, 3, imageSize());
    INDArray together = student.infer(images)[0].dup();
    images
        .get(NDArrayIndex.interval(1, 5))
        .muli(30); // the others change much, and so would their statistics
    INDArray among = student.infer(images)[0].dup();
    INDArray alone = student.infer(images.get(NDArrayIndex.interval(0, 1)).dup())[0];
    double scale = Math.max(1, together.getRow(0).norm2Number().doubleValue());
    assertEquals(0, together.getRow(0).distance2(among.getRow(0)), 1e-5 * scale);
    assertEquals(0, together.getRow(0).distance2(alone.getRow(0)), 1e-5 * scale);
    assertNotEquals(together.getRow(1), among.getRow(1), "the output depends on the image");
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void infer_trainedNetwork_equalsDl4jsOwnLoop(String name) {
    Student student = trained(name);
    INDArray images = images(DataType.FLOAT, 5, 3, imageSize());
    INDArray expected = student.graph().outputSingle(images);
    INDArray found = student.infer(images)[0];
    double scale = Math.max(1, expected.norm2Number().doubleValue());
    assertEquals(0, expected.distance2(found), 1e-4 * scale);
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void infer_ownLayers_folds(String name) {
    assumeTrue(Backend.layersReachOneDnn(), "another backend");
    FoldedNetwork folded = FoldedNetwork.of(backbone(name, 3).classifier(CLASSES, 1));
    if (folds()) {
      assertNotNull(folded, "a layer or vertex of another library, or DL4J's own");
    } else {
      assertNull(folded, "it does fold: let folds() say so");
    }
  }

  /** Along random directions over all learned parameters at once. */
  @ParameterizedTest
  @MethodSource("backbones")
  void gradient_float64_equalsFiniteDifferences(String name) {
    Student student = student(name, DataType.DOUBLE, 3);
    INDArray images = images(DataType.DOUBLE, 3, 3, imageSize());
    INDArray weights = Nd4j.randn(DataType.DOUBLE, 3, CLASSES);
    loss(student, images, weights);
    student.backward(weights);
    INDArray gradient = student.gradient().dup();
    INDArray parameters = student.parameters().vector();
    INDArray start = parameters.dup();
    double step = 1e-6;
    int directions = start.length() < 1_000_000 ? 3 : 1; // A large network's take long.
    for (int i = 0; i < directions; i++) {
      INDArray direction = learned(student, Nd4j.randn(DataType.DOUBLE, start.length()));
      direction.divi(direction.norm2Number());
      parameters.assign(start).addi(direction.mul(step));
      double above = loss(student, images, weights);
      parameters.assign(start).subi(direction.mul(step));
      double below = loss(student, images, weights);
      double expected = (above - below) / (2 * step);
      double found = gradient.mul(direction).sumNumber().doubleValue();
      assertEquals(expected, found, 1e-4 * Math.max(1, Math.abs(expected)));
      assertNotEquals(0, found);
    }
  }

  private static double loss(Student student, INDArray images, INDArray weights) {
    Nd4j.getRandom().setSeed(5); // for networks that draw, such as dropout
    return student.forward(images)[0].mul(weights).sumNumber().doubleValue();
  }

  private static INDArray learned(Student student, INDArray direction) {
    for (ParameterTable.Entry entry : student.parameters().entries()) {
      if (entry.statistic()) {
        slice(direction, entry).assign(0);
      }
    }
    return direction;
  }

  private static INDArray slice(INDArray vector, ParameterTable.Entry entry) {
    return vector.get(NDArrayIndex.interval(entry.offset(), entry.offset() + entry.length()));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void checkpoint_wholeAndBackboneAlone_comeBack(String name) {
    Student student = trained(name);
    Path file = folder.resolve(name);
    Checkpoint.write(file, new Supervised(student), 0, Map.of());
    Checkpoint read = Checkpoint.read(file);

    ComputationGraph whole = backbone(name, 3).classifier(CLASSES, 2);
    read.load(false, ParameterTable.of(whole));
    assertSameValues(student.parameters().vector(), ParameterTable.of(whole).vector());

    ComputationGraph body = backbone(name, 3).features(2);
    read.loadPart(false, ParameterTable.of(body));
    body.paramTable()
        .forEach(
            (tensor, values) -> assertSameValues(student.graph().getParam(tensor), values, tensor));
  }
}
