package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Each layer alone in double precision: every gradient against central finite differences. */
class LayerGradientTest {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 1e-6;

  private static Arguments image(
      String name, org.deeplearning4j.nn.conf.layers.Layer.Builder<?> layer) {
    return Arguments.of(name, layer.build(), true);
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        image("1x1", Convolution.builder(1).nOut(3)),
        image("3x3 bias", Convolution.builder(3).nOut(3).padding(1).hasBias(true)),
        image("stride", Convolution.builder(3).nOut(2).stride(2, 1).padding(1)),
        image("dilation", Convolution.builder(2).nOut(2).dilation(2, 3)),
        image("asymmetric padding", new Convolution.Builder(3, 2).nOut(2).padding(2, 0, 1, 1)),
        image("same", new Convolution.Builder(3, 2).nOut(2).stride(2).samePadding()),
        image("same dilated", Convolution.builder(3).nOut(2).dilation(2, 1).samePadding()),
        image(
            "convolution relu",
            Convolution.builder(3).nOut(3).hasBias(true).activation(Activation.RELU)),
        image(
            "convolution sigmoid",
            Convolution.builder(3).nOut(3).hasBias(true).activation(Activation.SIGMOID)),
        image("convolution elu", Convolution.builder(2).nOut(3).activation(Activation.ELU)),
        image("normalization", EmanBatchNormalization.builder()),
        image("normalization relu", EmanBatchNormalization.builder().relu(true)),
        image("normalization leaky", EmanBatchNormalization.builder().leakyRelu(0.3)),
        image("normalization eps", EmanBatchNormalization.builder().eps(0.5).decay(0.3)),
        Arguments.of("relu", new Relu(), true),
        Arguments.of("leaky relu", Relu.leaky(0.2), true),
        image("max", Pooling.max(2, 2)),
        image("max padded", Pooling.max(3, 2).padding(1)),
        image("max asymmetric", Pooling.max(3, 1).padding(0, 1, 1, 0)),
        image("max same", Pooling.max(3, 2).samePadding()),
        image("average", Pooling.average(2, 1)),
        image("average padded", Pooling.average(3, 2).padding(1)),
        image("average whole window", Pooling.average(3, 2).padding(1).includePadding(true)),
        image("average same", Pooling.average(2, 2).samePadding()),
        Arguments.of("global", Pooling.globalAverage(), true),
        Arguments.of("flat normalization", EmanBatchNormalization.builder().build(), false),
        Arguments.of(
            "flat normalization relu", EmanBatchNormalization.builder().relu(true).build(), false),
        Arguments.of("flat relu", Relu.leaky(0.1), false));
  }

  private static MultiLayerNetwork network(
      org.deeplearning4j.nn.conf.layers.Layer layer, InputType input) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .list()
                .layer(layer.clone())
                .setInputType(input)
                .build());
    network.init();
    Random random = new Random(2);
    network
        .paramTable()
        .forEach(
            (name, values) -> {
              boolean positive = name.endsWith("_var") || name.endsWith("_gamma");
              fill(values, random, positive ? 0.5 : -0.5);
            });
    return network;
  }

  private static void fill(INDArray values, Random random, double low) {
    double[] drawn = random.doubles(values.length(), low, low + 1).toArray();
    values.assign(Nd4j.createFromArray(drawn).reshape(values.shape()));
  }

  private static INDArray input(CNN2DFormat format, boolean image) {
    INDArray x =
        image ? Nd4j.create(DataType.DOUBLE, 3, 2, 5, 4) : Nd4j.create(DataType.DOUBLE, 5, 3);
    fill(x, new Random(3), -0.5);
    return image && format == CNN2DFormat.NHWC ? x.permute(0, 2, 3, 1).dup('c') : x;
  }

  private interface Loss {
    double value();
  }

  private static void assertGradient(String what, INDArray at, INDArray gradient, Loss loss) {
    assertEquals(at.length(), gradient.length(), what);
    INDArray flat = at.reshape(at.length());
    INDArray g = gradient.dup('c').reshape(gradient.length());
    double largest = 0;
    for (long i = 0; i < at.length(); i++) {
      double before = flat.getDouble(i);
      flat.putScalar(i, before + STEP);
      double above = loss.value();
      flat.putScalar(i, before - STEP);
      double below = loss.value();
      flat.putScalar(i, before);
      double numeric = (above - below) / (2 * STEP);
      largest = Math.max(largest, Math.abs(numeric));
      assertEquals(numeric, g.getDouble(i), TOLERANCE * Math.max(1, largest), what + " at " + i);
    }
    assertTrue(largest > 1e-4, what + ": nothing depends on it, so nothing was checked");
  }

  /** In inference mode too: there a frozen layer passes gradients on, statistics are constants. */
  private static void check(String name, MultiLayerNetwork network, INDArray x, boolean training) {
    LayerWorkspaceMgr mgr = LayerWorkspaceMgr.noWorkspaces();
    Layer layer = network.getLayer(0);
    network.initGradientsView();
    INDArray y = layer.activate(x, training, mgr).dup('c');
    INDArray weights = Nd4j.create(DataType.DOUBLE, y.shape());
    fill(weights, new Random(4), -0.5);
    INDArray epsilon = weights.dup();
    Pair<Gradient, INDArray> pass = layer.backpropGradient(epsilon, mgr);
    INDArray dx = pass.getSecond().dup('c');
    assertSameValues(weights, epsilon, "the incoming gradient is only read");
    Map<String, INDArray> gradients = new TreeMap<>();
    pass.getFirst()
        .gradientForVariable()
        .forEach((key, value) -> gradients.put(key, value.dup('c')));
    assertEquals(new TreeSet<>(layer.paramTable().keySet()), gradients.keySet());
    INDArray statistics = network.params().dup();
    Loss loss = () -> layer.activate(x, training, mgr).mul(weights).sumNumber().doubleValue();
    assertGradient(name + " input", x, dx, loss);
    for (Map.Entry<String, INDArray> g : gradients.entrySet()) {
      if (g.getKey().endsWith("mean") || g.getKey().endsWith("var")) {
        assertClose(Nd4j.zerosLike(g.getValue()), g.getValue(), 0, name + g.getKey());
      } else {
        assertGradient(name + " " + g.getKey(), layer.getParam(g.getKey()), g.getValue(), loss);
      }
    }
    if (!training) {
      assertSameValues(statistics, network.params());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void gradient_trainingMode_equalsFiniteDifferences(
      String name, org.deeplearning4j.nn.conf.layers.Layer layer, boolean image) {
    for (CNN2DFormat format : CNN2DFormat.values()) {
      InputType type = image ? InputType.convolutional(5, 4, 2, format) : InputType.feedForward(3);
      check(name, network(layer, type), input(format, image), true);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void gradient_afterInference_equalsFiniteDifferences(
      String name, org.deeplearning4j.nn.conf.layers.Layer layer, boolean image) {
    InputType type = image ? InputType.convolutional(5, 4, 2) : InputType.feedForward(3);
    check(name, network(layer, type), input(CNN2DFormat.NCHW, image), false);
  }

  @ParameterizedTest
  @CsvSource({"true, NCHW", "true, NHWC", "false, NCHW", "false, NHWC"})
  void residualAdd_gradient_equalsFiniteDifferences(boolean relu, CNN2DFormat format) {
    InputType type = InputType.convolutional(5, 4, 2, format);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("a", "b")
                .setInputTypes(type, type)
                .addVertex("sum", new ResidualAdd(relu), "a", "b")
                .setOutputs("sum")
                .build());
    graph.init();
    INDArray[] in = {input(format, true), input(format, true)};
    fill(in[1], new Random(11), -0.5);
    INDArray weights = Nd4j.create(DataType.DOUBLE, in[0].shape());
    fill(weights, new Random(4), -0.5);
    LayerWorkspaceMgr mgr = LayerWorkspaceMgr.noWorkspaces();
    GraphVertex vertex = graph.getVertex("sum");
    Loss loss =
        () -> {
          vertex.setInputs(in);
          return vertex.doForward(true, mgr).mul(weights).sumNumber().doubleValue();
        };
    loss.value();
    INDArray epsilon = weights.dup();
    vertex.setEpsilon(epsilon);
    INDArray[] dx = vertex.doBackward(false, mgr).getSecond();
    assertSameValues(weights, epsilon);
    for (int i = 0; i < 2; i++) {
      assertGradient("input " + i, in[i], dx[i], loss);
    }
  }

  @Test
  void lockedGammaAndBeta_gradient_isZeroAndInputsIsRight() {
    MultiLayerNetwork network =
        network(
            EmanBatchNormalization.builder().lockGammaBeta(true).relu(true).build(),
            InputType.convolutional(5, 4, 2));
    LayerWorkspaceMgr mgr = LayerWorkspaceMgr.noWorkspaces();
    INDArray x = input(CNN2DFormat.NCHW, true);
    Layer layer = network.getLayer(0);
    network.initGradientsView();
    INDArray y = layer.activate(x, true, mgr);
    INDArray weights = Nd4j.create(DataType.DOUBLE, y.shape());
    fill(weights, new Random(4), -0.5);
    INDArray dx = layer.backpropGradient(weights.dup(), mgr).getSecond().dup('c');
    INDArray gradients = network.getFlattenedGradients();
    assertClose(Nd4j.zerosLike(gradients), gradients, 0);
    assertGradient(
        "input", x, dx, () -> layer.activate(x, true, mgr).mul(weights).sumNumber().doubleValue());
  }
}
