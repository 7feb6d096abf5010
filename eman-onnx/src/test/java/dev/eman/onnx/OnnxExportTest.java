package dev.eman.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableDoubleArray;
import dev.eman.core.UsageException;
import dev.eman.core.loss.Softmax;
import dev.eman.core.model.ParameterTable;
import dev.eman.core.model.Teacher;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.weights.onnx.OnnxCheck;
import dev.eman.weights.onnx.OnnxExport;
import dev.eman.weights.onnx.OnnxSession;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Networks and their models give the same outputs. */
class OnnxExportTest {
  private static final int CLASSES = 7;

  static Stream<String> backbones() {
    // All that is known by name, and one of each further form; not those of other tests.
    return Stream.concat(
        Backbones.names().stream().filter(name -> !name.startsWith("photo")),
        Stream.of("resnet8-w4", "wrn-10-1", "wrn-13-1"));
  }

  @ParameterizedTest
  @MethodSource("backbones")
  void toBytes_anyBackbone_outputsOfOurs(String name) throws Exception {
    ComputationGraph network = Backbones.named(name).classifier(CLASSES, 3);
    train(network);
    INDArray images = images(2, 3, 32);
    // The wide ones of many layers have no vertex that the small ones of their form have not.
    boolean large = network.numParams() > 5_000_000 && name.startsWith("wrn");
    for (boolean folded : large ? new boolean[] {true} : new boolean[] {true, false}) {
      byte[] model = OnnxExport.of(network, CLASSES, 3, 32, 32).folded(folded).toBytes();
      check(network, model, images);
      long normalizations = count(model, "BatchNormalization");
      // A wide network normalises sums, which no convolution can take on.
      assertEquals(folded && !name.startsWith("wrn"), normalizations == 0, name);
    }
  }

  /** Weights and statistics as if they had been trained: none is 0 or 1. */
  private static void train(ComputationGraph network) {
    Random random = new Random(5);
    for (ParameterTable.Entry entry : ParameterTable.of(network).entries()) {
      INDArray values = network.getParam(entry.name());
      if (values.rank() <= 2 && values.length() < 3000) {
        boolean variance = entry.name().endsWith("_var") || entry.name().endsWith("_gamma");
        for (long i = 0; i < values.length(); i++) {
          values.putScalar(i, variance ? 0.5 + random.nextDouble() : random.nextGaussian() / 5);
        }
      }
    }
  }

  private static INDArray images(int n, int channels, int size) {
    Random random = new Random(n);
    float[] values = new float[n * channels * size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, new long[] {n, channels, size, size}, DataType.FLOAT);
  }

  private static void check(ComputationGraph network, byte[] model, INDArray images) {
    INDArray ours = new Teacher(network, TeacherStatistics.AVERAGED).infer(images)[0];
    try (OnnxSession session = Runtime.engine().open(model, "test")) {
      OnnxCheck.of(ours, session.run("images", images, "logits"), "test");
    }
  }

  private static long count(byte[] model, String operation) throws Exception {
    return ModelProto.parseFrom(model).getGraph().getNodeList().stream()
        .map(NodeProto::getOpType)
        .filter(operation::equals)
        .count();
  }

  /** A network of some layers behind each other, with what all of them need. */
  private static ComputationGraph network(int width, Consumer<GraphBuilder> layers) {
    Backbone settings = Backbones.named("resnet8-w4");
    GraphBuilder graph = settings.newGraph(9);
    layers.accept(graph);
    graph.addLayer("avgpool", Pooling.globalAverage(), "last");
    graph.addLayer("fc", Backbone.linear(width, CLASSES), "avgpool").setOutputs("fc");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    train(network);
    return network;
  }

  @Test
  void toBytes_everyGeometry_outputsOfOurs() {
    ComputationGraph network =
        network(
            4,
            graph ->
                graph
                    .addLayer(
                        "same",
                        Convolution.builder(3).nIn(3).nOut(4).stride(2).samePadding().build(),
                        "input")
                    .addLayer(
                        "uneven",
                        new Convolution.Builder(3, 5)
                            .nIn(4)
                            .nOut(4)
                            .padding(0, 1, 2, 3)
                            .hasBias(true)
                            .build(),
                        "same")
                    .addLayer(
                        "bn",
                        EmanBatchNormalization.builder().nIn(4).nOut(4).leakyRelu(0.1).build(),
                        "uneven")
                    .addLayer(
                        "dilated",
                        Convolution.builder(3).nIn(4).nOut(4).dilation(2, 1).padding(1).build(),
                        "bn")
                    .addLayer(
                        "both",
                        Convolution.builder(4)
                            .nIn(4)
                            .nOut(4)
                            .stride(1, 2)
                            .dilation(2, 2)
                            .samePadding()
                            .build(),
                        "dilated")
                    .addLayer(
                        "bn2", EmanBatchNormalization.builder().nIn(4).nOut(4).build(), "both")
                    .addLayer("max", Pooling.max(3, 2).samePadding().build(), "bn2")
                    .addLayer("mean", Pooling.average(2, 1).padding(1).build(), "max")
                    .addLayer(
                        "whole",
                        Pooling.average(2, 1).padding(1).includePadding(true).build(),
                        "mean")
                    .addLayer("last", Relu.leaky(0.2), "whole"));
    INDArray images = images(3, 3, 15);
    for (boolean folded : new boolean[] {true, false}) {
      check(network, OnnxExport.of(network, CLASSES, 3, 15, 15).folded(folded).toBytes(), images);
    }
  }

  @Test
  void toBytes_convolutionWithTwoReaders_isNotFolded() throws Exception {
    ComputationGraph network =
        network(
            4,
            graph ->
                graph
                    .addLayer("conv", Convolution.builder(3).nIn(3).nOut(4).build(), "input")
                    .addLayer(
                        "bn",
                        EmanBatchNormalization.builder().nIn(4).nOut(4).relu(true).build(),
                        "conv")
                    .addVertex("last", new ResidualAdd(true), "bn", "conv"));
    byte[] model = OnnxExport.of(network, CLASSES, 3, 8, 8).toBytes();
    assertEquals(1, count(model, "BatchNormalization"));
    check(network, model, images(2, 3, 8));
  }

  @Test
  void toBytes_convolutionWithActivation_hasItAndIsNotFolded() throws Exception {
    ComputationGraph network =
        network(
            4,
            graph ->
                graph
                    .addLayer("a", convolution(3, Activation.RELU), "input")
                    .addLayer("bn", EmanBatchNormalization.builder().nIn(4).nOut(4).build(), "a")
                    .addLayer("b", convolution(4, Activation.TANH), "bn")
                    .addLayer("last", convolution(4, Activation.LEAKYRELU), "b"));
    for (boolean folded : new boolean[] {true, false}) {
      byte[] model = OnnxExport.of(network, CLASSES, 3, 8, 8).folded(folded).toBytes();
      assertEquals(1, count(model, "BatchNormalization"));
      check(network, model, images(2, 3, 8));
    }
  }

  private static Convolution convolution(int in, Activation activation) {
    return Convolution.builder(3).nIn(in).nOut(4).hasBias(true).activation(activation).build();
  }

  @Test
  void toBytes_unknownActivation_isNamed() {
    ComputationGraph network =
        network(4, graph -> graph.addLayer("last", convolution(3, Activation.ELU), "input"));
    OnnxExport export = OnnxExport.of(network, CLASSES, 3, 8, 8);
    UsageException e = assertThrows(UsageException.class, export::toBytes);
    assertTrue(e.getMessage().contains("\"last\" is a ActivationELU"), e::getMessage);
  }

  @Test
  void toBytes_layersOfDl4j_outputsOfOurs() {
    GraphBuilder graph = Backbones.named("resnet8-w4").newGraph(9);
    graph
        .addLayer("pool", Pooling.globalAverage(), "input")
        .addLayer("a", dense(3, 5, Activation.TANH), "pool")
        .addLayer("b", dense(3, 5, Activation.RELU), "pool")
        .addLayer("norm", EmanBatchNormalization.builder().nIn(5).nOut(5).build(), "b")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "norm", "b")
        .addVertex("both", new MergeVertex(), "sum", "a")
        .addLayer("drop", new DropoutLayer(0.5), "both")
        .addVertex("scaled", new ScaleVertex(1.5), "drop")
        .addLayer("act", new ActivationLayer(Activation.SIGMOID), "scaled")
        .addLayer("fc", Backbone.linear(10, CLASSES, false), "act")
        .setOutputs("fc");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    train(network);
    check(network, OnnxExport.of(network, CLASSES, 3, 6, 6).toBytes(), images(4, 3, 6));
  }

  private static DenseLayer dense(int in, int out, Activation activation) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(activation).build();
  }

  @Test
  void toBytes_unknownVertex_isNamed() {
    ComputationGraph network =
        network(3, graph -> graph.addVertex("last", new L2NormalizeVertex(), "input"));
    OnnxExport export = OnnxExport.of(network, CLASSES, 3, 8, 8);
    UsageException e = assertThrows(UsageException.class, export::toBytes);
    assertTrue(e.getMessage().contains("\"last\" is a L2NormalizeVertex"), e::getMessage);
  }

  @Test
  void toBytes_pixelsAndProbabilities_normalisationAndSoftmaxInside() throws Exception {
    ComputationGraph network = Backbones.named("resnet8-w4").classifier(CLASSES, 3);
    train(network);
    ImmutableDoubleArray mean = ImmutableDoubleArray.of(0.4, 0.5, 0.6);
    ImmutableDoubleArray deviation = ImmutableDoubleArray.of(0.2, 0.3, 0.1);
    byte[] model =
        OnnxExport.of(network, CLASSES, 3, 16, 16)
            .outputName("probabilities")
            .softmax(true)
            .normalizing(mean, deviation)
            .metadata(Map.of("classes", "[\"a\"]"))
            .toBytes();
    INDArray pixels = Nd4j.rand(DataType.FLOAT, 2, 3, 16, 16).muli(255);
    INDArray images = pixels.div(255);
    for (int c = 0; c < 3; c++) {
      INDArray channel = images.get(all(), point(c), all(), all());
      channel.subi(mean.get(c)).divi(deviation.get(c));
    }
    INDArray ours = Softmax.of(new Teacher(network, TeacherStatistics.AVERAGED).infer(images)[0]);
    try (OnnxSession session = Runtime.engine().open(model, "test")) {
      OnnxCheck.of(ours, session.run("images", pixels, "probabilities"), "test");
      assertEquals(Map.of("classes", "[\"a\"]"), session.metadata());
      assertEquals("images, FLOAT [?, 3, 16, 16]", session.inputs().get(0).describe());
      assertEquals("probabilities, FLOAT [?, 7]", session.outputs().get(0).describe());
    }
    ModelProto read = ModelProto.parseFrom(model);
    assertEquals(
        List.of(13L), read.getOpsetImportList().stream().map(o -> o.getVersion()).toList());
  }

  private static INDArrayIndex all() {
    return NDArrayIndex.all();
  }

  private static INDArrayIndex point(int at) {
    return NDArrayIndex.point(at);
  }
}
