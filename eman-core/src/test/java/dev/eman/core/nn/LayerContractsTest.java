package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What DL4J asks of a layer, in networks in a line, and the errors of wrong use. */
class LayerContractsTest {
  /** One layer per option that its configuration holds. */
  static Stream<Layer> layers() {
    return Stream.of(
        Convolution.builder(3).nIn(2).nOut(4).build(),
        new Convolution.Builder(3, 2).nIn(2).nOut(4).stride(2, 1).build(),
        Convolution.builder(3).nIn(2).nOut(4).dilation(2, 1).build(),
        Convolution.builder(3).nIn(2).nOut(4).padding(1, 2, 0, 1).build(),
        Convolution.builder(3).nIn(2).nOut(4).samePadding().build(),
        Convolution.builder(3).nIn(2).nOut(4).hasBias(true).biasInit(0.5).build(),
        Convolution.builder(3).nIn(2).nOut(4).activation(Activation.TANH).build(),
        Convolution.builder(3).nIn(2).nOut(4).dataFormat(CNN2DFormat.NHWC).build(),
        Convolution.builder(3).nIn(2).nOut(4).weightInit(new KaimingNormal()).build(),
        Convolution.builder(3).nIn(2).nOut(4).name("named").build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).decay(0.7).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).eps(0.1).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).initial(2, 0).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).initial(1, 3).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).lockGammaBeta(true).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).relu(true).build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).leakyRelu(0.2).build(),
        EmanBatchNormalization.builder()
            .nIn(2)
            .nOut(2)
            .statistics(TeacherStatistics.STUDENT)
            .build(),
        EmanBatchNormalization.builder().nIn(2).nOut(2).dataFormat(CNN2DFormat.NHWC).build(),
        new Relu(),
        Relu.leaky(0.3),
        new Relu().withFormat(CNN2DFormat.NHWC),
        Pooling.max(2, 2).build(),
        Pooling.max(3, 2).build(),
        Pooling.max(2, 1).build(),
        Pooling.max(2, 2).padding(1, 0, 0, 1).build(),
        Pooling.max(2, 2).samePadding().build(),
        Pooling.max(2, 2).dataFormat(CNN2DFormat.NHWC).build(),
        Pooling.average(2, 2).build(),
        Pooling.average(2, 2).includePadding(true).build(),
        Pooling.globalAverage());
  }

  /** Without an input type, which would set the format. */
  private static MultiLayerConfiguration alone(Layer layer) {
    return new NeuralNetConfiguration.Builder().list().layer(layer.clone()).build();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void configuration_roundTripAndClone_isEqual(Layer layer) {
    Layer clone = layer.clone();
    assertNotSame(layer, clone);
    assertEquals(layer, clone);
    assertEquals(layer.hashCode(), clone.hashCode());
    MultiLayerConfiguration conf = alone(layer);
    MultiLayerConfiguration json = MultiLayerConfiguration.fromJson(conf.toJson());
    assertEquals(conf.getConf(0).getLayer(), json.getConf(0).getLayer());
    assertEquals(conf, json);
    assertEquals(conf, MultiLayerConfiguration.fromYaml(conf.toYaml()));
  }

  /** Two that differ in one setting are not equal: else the round trip above shows nothing. */
  @Test
  void equals_anyTwoOfTheVariants_isFalse() {
    Layer[] all = layers().toArray(Layer[]::new);
    for (int i = 0; i < all.length; i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(all[i], all[j], i + ", " + j);
      }
    }
  }

  @Test
  void residualAdd_clone_isEqualAndDiffersByEachSetting() {
    ResidualAdd[] all = {
      new ResidualAdd(true), new ResidualAdd(false), new ResidualAdd(true, CNN2DFormat.NHWC)
    };
    for (ResidualAdd a : all) {
      assertEquals(a, a.clone());
      assertNotSame(a, a.clone());
      for (ResidualAdd b : all) {
        assertEquals(a == b, a.equals(b));
      }
    }
  }

  private static MultiLayerNetwork line(DataType type, CNN2DFormat format, WorkspaceMode mode) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(type)
                .updater(new Nesterovs(0.05, 0.9))
                .l2(1e-3)
                .trainingWorkspaceMode(mode)
                .inferenceWorkspaceMode(mode)
                .list()
                .layer(Convolution.builder(3).nOut(4).padding(1).hasBias(true).build())
                .layer(EmanBatchNormalization.builder().relu(true).build())
                .layer(Convolution.builder(3).nOut(4).stride(2).samePadding().build())
                .layer(EmanBatchNormalization.builder().leakyRelu(0.1).build())
                .layer(Pooling.max(2, 1).build())
                .layer(Convolution.builder(1).nOut(5).activation(Activation.TANH).build())
                .layer(Relu.leaky(0.3))
                .layer(Pooling.globalAverage())
                .layer(new DenseLayer.Builder().nOut(6).build())
                .layer(
                    EmanBatchNormalization.builder()
                        .lockGammaBeta(true)
                        .initial(1.5, 0.5)
                        .relu(true)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(7, 6, 2, format))
                .build());
    network.init();
    return network;
  }

  private static DataSet data(DataType type, CNN2DFormat format, int seed) {
    double[] drawn = new Random(seed).doubles(6L * 2 * 7 * 6, -1, 1).toArray();
    INDArray x = Nd4j.createFromArray(drawn).reshape('c', 6, 2, 7, 6).castTo(type);
    INDArray y = Nd4j.zeros(type, 6, 3);
    for (int i = 0; i < 6; i++) {
      y.putScalar(i, (i + seed) % 3, 1);
    }
    return new DataSet(format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c'), y);
  }

  private static MultiLayerNetwork trained(DataType type, CNN2DFormat format, WorkspaceMode mode) {
    MultiLayerNetwork network = line(type, format, mode);
    for (int i = 0; i < 4; i++) {
      network.fit(data(type, format, i));
    }
    return network;
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, NCHW", "FLOAT, NHWC", "DOUBLE, NCHW", "DOUBLE, NHWC"})
  void line_trainedWithWorkspacesOnAndOff_isTheSame(DataType type, CNN2DFormat format) {
    MultiLayerNetwork off = trained(type, format, WorkspaceMode.NONE);
    MultiLayerNetwork on = trained(type, format, WorkspaceMode.ENABLED);
    assertSameValues(off.params(), on.params());
    INDArray x = data(type, format, 9).getFeatures();
    assertSameValues(off.output(x), on.output(x));
    assertFalse(off.params().equals(line(type, format, WorkspaceMode.NONE).params()));
  }

  @Test
  void line_trainedInEveryTypeAndFormat_agrees() {
    MultiLayerNetwork exact = trained(DataType.DOUBLE, CNN2DFormat.NCHW, WorkspaceMode.ENABLED);
    // The types draw their initial weights differently.
    INDArray initial = line(DataType.FLOAT, CNN2DFormat.NCHW, WorkspaceMode.NONE).params();
    exact = line(DataType.DOUBLE, CNN2DFormat.NCHW, WorkspaceMode.ENABLED);
    exact.setParams(initial.castTo(DataType.DOUBLE));
    for (int i = 0; i < 4; i++) {
      exact.fit(data(DataType.DOUBLE, CNN2DFormat.NCHW, i));
    }
    for (CNN2DFormat format : CNN2DFormat.values()) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        MultiLayerNetwork other = line(type, format, WorkspaceMode.ENABLED);
        other.setParams(initial.castTo(type));
        for (int i = 0; i < 4; i++) {
          other.fit(data(type, format, i));
        }
        assertClose(exact.params(), other.params(), type == DataType.FLOAT ? 1e-4 : 1e-12);
        assertClose(
            exact.output(data(DataType.DOUBLE, CNN2DFormat.NCHW, 9).getFeatures()),
            other.output(data(type, format, 9).getFeatures()),
            type == DataType.FLOAT ? 1e-4 : 1e-12);
      }
    }
  }

  @Test
  void line_serializedWithUpdater_goesOnAlike() throws IOException {
    MultiLayerNetwork network = trained(DataType.FLOAT, CNN2DFormat.NCHW, WorkspaceMode.ENABLED);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork read =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(file.toByteArray()), true);
    assertEquals(network.getLayerWiseConfigurations(), read.getLayerWiseConfigurations());
    assertSameValues(network.getParam("1_var"), read.getParam("1_var"));
    assertSameValues(network.params(), read.params());
    DataSet next = data(DataType.FLOAT, CNN2DFormat.NCHW, 7);
    assertSameValues(network.output(next.getFeatures()), read.output(next.getFeatures()));
    network.fit(next);
    read.fit(next);
    assertSameValues(network.params(), read.params());
    // And without the updater's state it would not: the momentum is in it.
    MultiLayerNetwork forgetful =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(file.toByteArray()), false);
    forgetful.fit(next);
    assertFalse(network.params().equals(forgetful.params()));
  }

  @Test
  void line_clone_isIndependent() {
    MultiLayerNetwork network = trained(DataType.FLOAT, CNN2DFormat.NCHW, WorkspaceMode.ENABLED);
    DataSet next = data(DataType.FLOAT, CNN2DFormat.NCHW, 7);
    INDArray parameters = network.params().dup();
    MultiLayerNetwork copy = network.clone();
    copy.fit(next);
    assertSameValues(parameters, network.params());
    network.fit(next);
    assertSameValues(network.params(), copy.params());
  }

  @Test
  void lockedGammaAndBeta_training_keepsThemAndMovesStatistics() {
    MultiLayerNetwork network = trained(DataType.FLOAT, CNN2DFormat.NCHW, WorkspaceMode.ENABLED);
    float[] gamma = new float[6];
    Arrays.fill(gamma, 1.5f);
    float[] beta = new float[6];
    Arrays.fill(beta, 0.5f);
    assertArrayEquals(gamma, network.getParam("9_gamma").toFloatVector());
    assertArrayEquals(beta, network.getParam("9_beta").toFloatVector());
    assertTrue(network.getParam("9_var").sub(1).amaxNumber().doubleValue() > 0.01);
    assertTrue(network.getParam("1_gamma").sub(1).amaxNumber().doubleValue() > 1e-4);
  }

  /**
   * DL4J lets a layer overwrite its input for dropout, though another layer may have kept it for
   * its backward pass.
   */
  @ParameterizedTest
  @CsvSource({"0", "1"})
  void dropout_ofOurLayers_leavesTheInputAlone(int index) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(Convolution.builder(1).nOut(2).dropOut(new Dropout(0.5)).build())
                .layer(EmanBatchNormalization.builder().dropOut(new Dropout(0.5)).build())
                .setInputType(InputType.convolutional(3, 3, 2))
                .build());
    network.init();
    network.getLayer(index).allowInputModification(true);
    INDArray x = Nd4j.rand(DataType.FLOAT, 4, 2, 3, 3);
    INDArray given = x.dup();
    LayerWorkspaceMgr mgr = LayerWorkspaceMgr.noWorkspaces();
    INDArray dropped = network.getLayer(index).activate(x, true, mgr).dup();
    assertSameValues(given, x);
    network.clear();
    assertFalse(dropped.equals(network.getLayer(index).activate(x, false, mgr)));
  }

  /** DL4J's own take a network's dropout without applying it, too. */
  @Test
  void dropout_ofReluAndPooling_isNotAppliedAsInDl4j() {
    INDArray x = Nd4j.randn(DataType.FLOAT, 4, 2, 4, 4);
    INDArray expected = null;
    for (Layer[] layers :
        new Layer[][] {
          {
            new ActivationLayer.Builder().activation(Activation.RELU).build(),
            new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build()
          },
          {new Relu(), Pooling.max(2, 2).build()}
        }) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .dropOut(0.5)
                  .list(layers)
                  .setInputType(InputType.convolutional(4, 4, 2))
                  .build());
      network.init();
      INDArray found = network.feedForward(x, true).get(2).dup();
      assertNotNull(network.getLayer(1).conf().getLayer().getIDropout());
      assertClose(expected == null ? network.feedForward(x, false).get(2) : expected, found, 0);
      expected = found;
    }
    String m =
        message(
            IllegalArgumentException.class,
            () -> Pooling.max(2, 2).dropOut(new Dropout(0.5)).build());
    assertTrue(m.startsWith("pooling: expected no dropout, got Dropout("), m);
  }

  private static String message(Class<? extends Exception> type, Runnable call) {
    return assertThrows(type, call::run).getMessage();
  }

  @Test
  void wrongInput_message_namesLayerAndShapes() {
    MultiLayerNetwork nhwc = line(DataType.FLOAT, CNN2DFormat.NHWC, WorkspaceMode.NONE);
    String m = message(IllegalArgumentException.class, () -> nhwc.output(Nd4j.ones(2, 2, 7, 6)));
    assertTrue(m.contains("layer0") || m.contains("0"), m);
    assertTrue(m.contains("[N, H, W, 2]") && m.contains("[2, 2, 7, 6]"), m);
    LayerWorkspaceMgr mgr = LayerWorkspaceMgr.noWorkspaces();
    m =
        message(
            IllegalArgumentException.class,
            () -> nhwc.getLayer(1).activate(Nd4j.ones(2, 4, 7, 6), false, mgr));
    assertTrue(m.contains("4 channels (NHWC)") && m.contains("[2, 4, 7, 6]"), m);
    m =
        message(
            IllegalArgumentException.class,
            () -> nhwc.getLayer(4).activate(Nd4j.ones(2, 4), false, mgr));
    assertTrue(m.contains("[N, C, H, W]") && m.contains("[2, 4]"), m);
    m =
        message(
            IllegalArgumentException.class,
            () -> nhwc.getLayer(0).activate(Nd4j.ones(2, 2), false, mgr));
    assertTrue(m.contains("[2, 2]"), m);
  }

  @Test
  void residualAdd_twoShapes_namesThem() {
    var builder =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("a", "b")
            .addVertex("sum", new ResidualAdd(true), "a", "b")
            .setOutputs("sum");
    ComputationGraph graph = new ComputationGraph(builder.build());
    graph.init();
    String m =
        message(
            IllegalArgumentException.class,
            () -> graph.output(Nd4j.ones(2, 3, 4, 4), Nd4j.ones(2, 3, 1, 1)));
    assertTrue(m.contains("sum") && m.contains("[2, 3, 4, 4]") && m.contains("[2, 3, 1, 1]"), m);
    m =
        message(
            IllegalStateException.class,
            () ->
                builder
                    .setInputTypes(
                        InputType.convolutional(4, 4, 3), InputType.convolutional(4, 4, 2))
                    .build());
    assertTrue(m.contains("two inputs of one type"), m);
  }

  @Test
  void builders_impossibleValues_sayWhatIsExpected() {
    String[] messages = {
      message(IllegalArgumentException.class, () -> Convolution.builder(0)),
      message(IllegalArgumentException.class, () -> Convolution.builder(3).stride(0)),
      message(IllegalArgumentException.class, () -> Convolution.builder(3).dilation(1, 0)),
      message(IllegalArgumentException.class, () -> Convolution.builder(3).padding(-1)),
      message(IllegalArgumentException.class, () -> EmanBatchNormalization.builder().decay(1.1)),
      message(IllegalArgumentException.class, () -> EmanBatchNormalization.builder().eps(0)),
      message(IllegalArgumentException.class, () -> EmanBatchNormalization.builder().leakyRelu(1)),
      message(IllegalArgumentException.class, () -> Relu.leaky(-0.1)),
      message(IllegalArgumentException.class, () -> Pooling.max(0, 1)),
      message(IllegalArgumentException.class, () -> Pooling.max(2, 1).padding(-1)),
      message(IllegalArgumentException.class, () -> Pooling.max(3, 1).padding(2)),
      message(IllegalArgumentException.class, () -> Pooling.average(3, 1).padding(1, 1, 1, 2)),
    };
    for (String m : messages) {
      assertTrue(m.contains("expected") && m.contains("got"), m);
    }
  }

  @Test
  void convolution_inputSmallerThanTheKernel_isAClearError() {
    String m =
        message(
            Exception.class,
            () ->
                new NeuralNetConfiguration.Builder()
                    .list()
                    .layer(Convolution.builder(5).nOut(2).build())
                    .setInputType(InputType.convolutional(3, 3, 1))
                    .build());
    assertTrue(m.contains("3x3 input") && m.contains("5x5 kernel"), m);
  }

  @Test
  void pooling_paddingOfMoreThanHalfTheKernel_saysHowMuchIsAllowed() {
    String m =
        message(
            IllegalArgumentException.class,
            () ->
                new Pooling.Builder(Pooling.Kind.AVERAGE, 3, 5, 1, 1).padding(1, 2, 1, 3).build());
    assertTrue(m.contains("at most half the kernel (1 vertically, 2 horizontally)"), m);
    assertTrue(m.contains("got 1, 2, 1, 3 (top, left, bottom, right)"), m);
  }

  @Test
  void pooling_inputSmallerThanTheWindow_isAClearError() {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().list().layer(Pooling.max(5, 2).padding(1).build());
    String m =
        message(
            Exception.class, () -> layers.setInputType(InputType.convolutional(4, 2, 1)).build());
    assertTrue(m.contains("expected") && m.contains("5x5 window"), m);
    assertTrue(m.contains("got 4x2 padded by 1, 1, 1, 1"), m);
    MultiLayerNetwork network =
        new MultiLayerNetwork(layers.setInputType(InputType.convolutional(7, 7, 1)).build());
    network.init();
    m = message(IllegalArgumentException.class, () -> network.output(Nd4j.ones(1, 1, 4, 2)));
    assertTrue(m.contains("got 4x2 padded by 1, 1, 1, 1"), m);
  }
}
