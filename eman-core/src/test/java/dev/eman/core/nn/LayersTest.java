package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.nn.exec.GraphExecutor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** All layers in one graph: DL4J's contracts, two formats, two types, gradients. */
class LayersTest {
  private static final int CLASSES = 4;

  /** Every layer and most options, small enough for finite differences. */
  private static GraphBuilder all(DataType type, CNN2DFormat format, WorkspaceMode workspaces) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .dataType(type)
        .updater(new Adam(1e-3))
        .trainingWorkspaceMode(workspaces)
        .inferenceWorkspaceMode(workspaces)
        .graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.convolutional(8, 7, 3, format))
        .addLayer(
            "conv1",
            new Convolution.Builder(3, 2)
                .nOut(4)
                .hasBias(true)
                .padding(1, 0, 2, 1)
                .activation(Activation.TANH)
                .build(),
            "in")
        .addLayer("bn1", EmanBatchNormalization.builder().relu(true).build(), "conv1")
        .addLayer(
            "conv2",
            Convolution.builder(3).nOut(6).dilation(2, 1).stride(1, 2).samePadding().build(),
            "bn1")
        .addLayer("bn2", EmanBatchNormalization.builder().leakyRelu(0.1).build(), "conv2")
        .addLayer(
            "short",
            Convolution.builder(1).nOut(6).stride(1, 2).activation(Activation.RELU).build(),
            "bn1")
        .addVertex("add", new ResidualAdd(true), "bn2", "short")
        .addVertex("twice", new ResidualAdd(false), "add", "short")
        .addLayer("relu", Relu.leaky(0.2), "twice")
        .addLayer("max", Pooling.max(3, 2).padding(1).build(), "relu")
        .addLayer("mean", Pooling.average(2, 1).samePadding().build(), "max")
        .addLayer("global", Pooling.globalAverage(), "mean")
        .addLayer("dense", new DenseLayer.Builder().nOut(5).build(), "global")
        .addLayer("bn3", EmanBatchNormalization.builder().build(), "dense");
  }

  private static ComputationGraph logits(DataType type, CNN2DFormat format) {
    ComputationGraph network =
        new ComputationGraph(
            all(type, format, WorkspaceMode.ENABLED)
                .addLayer(
                    "out",
                    new DenseLayer.Builder().nOut(CLASSES).activation(Activation.IDENTITY).build(),
                    "bn3")
                .setOutputs("out")
                .build());
    network.init();
    return randomized(network);
  }

  private static ComputationGraph classifier(WorkspaceMode workspaces) {
    ComputationGraph network =
        new ComputationGraph(
            all(DataType.FLOAT, CNN2DFormat.NCHW, workspaces)
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "bn3")
                .setOutputs("out")
                .build());
    network.init();
    return randomized(network);
  }

  /** Parameters and statistics that are nothing special. */
  private static ComputationGraph randomized(ComputationGraph network) {
    Random random = new Random(3);
    for (Map.Entry<String, INDArray> p : network.paramTable().entrySet()) {
      INDArray values = p.getValue();
      double low = p.getKey().endsWith("_var") || p.getKey().endsWith("_gamma") ? 0.5 : -0.5;
      double[] drawn = random.doubles(values.length(), low, low + 1).toArray();
      values.assign(Nd4j.createFromArray(drawn).castTo(values.dataType()).reshape(values.shape()));
    }
    return network;
  }

  private static INDArray images(DataType type, CNN2DFormat format) {
    double[] drawn = new Random(9).doubles(6L * 3 * 8 * 7, -1, 1).toArray();
    INDArray x = Nd4j.createFromArray(drawn).reshape('c', 6, 3, 8, 7).castTo(type);
    return format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c');
  }

  private static INDArray images() {
    return images(DataType.FLOAT, CNN2DFormat.NCHW);
  }

  private static DataSet data() {
    INDArray labels = Nd4j.zeros(6, CLASSES);
    for (int i = 0; i < 6; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(images(), labels);
  }

  @Test
  void gradients_everyParameterInDouble_equalFiniteDifferences() {
    ComputationGraph network = logits(DataType.DOUBLE, CNN2DFormat.NCHW);
    GraphExecutor executor = new GraphExecutor(network);
    INDArray x = images(DataType.DOUBLE, CNN2DFormat.NCHW);
    INDArray weights = Nd4j.randn(DataType.DOUBLE, 6, CLASSES);
    executor.forward(true, x);
    executor.backward(weights);
    INDArray gradient = network.getFlattenedGradients().dup();
    INDArray parameters = network.params();
    double step = 1e-6;
    int checked = 0;
    for (String name : network.paramTable().keySet()) {
      INDArray p = network.getParam(name);
      long offset = p.offset();
      boolean statistic = name.matches("bn\\d_(mean|var)");
      for (long i = 0; i < p.length(); i += Math.max(1, p.length() / 7)) {
        double analytic = gradient.getDouble(offset + i);
        double before = parameters.getDouble(offset + i);
        parameters.putScalar(offset + i, before + step);
        double above = executor.forward(true, x)[0].mul(weights).sumNumber().doubleValue();
        parameters.putScalar(offset + i, before - step);
        double below = executor.forward(true, x)[0].mul(weights).sumNumber().doubleValue();
        parameters.putScalar(offset + i, before);
        double numeric = statistic ? 0 : (above - below) / (2 * step);
        assertEquals(numeric, analytic, 1e-5 * Math.max(1, Math.abs(numeric)), name + " " + i);
        checked++;
      }
    }
    assertTrue(checked > 60);
  }

  @Test
  void inputGradient_inDouble_equalsFiniteDifferences() {
    ComputationGraph network = logits(DataType.DOUBLE, CNN2DFormat.NCHW);
    INDArray x = images(DataType.DOUBLE, CNN2DFormat.NCHW);
    INDArray weights = Nd4j.randn(DataType.DOUBLE, 6, CLASSES);
    var mgr = org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces();
    network.initGradientsView();
    network.feedForward(new INDArray[] {x}, true, false);
    INDArray epsilon = weights;
    for (String name : new String[] {"out", "bn3", "dense", "global", "mean", "max", "relu"}) {
      epsilon = network.getLayer(name).backpropGradient(epsilon, mgr).getSecond();
    }
    INDArray gradient = epsilon.dup('c');
    INDArray input = network.getLayer("relu").input().dup('c');
    double step = 1e-6;
    for (long at = 0; at < input.length(); at += 37) {
      double before = input.getDouble(at);
      if (before == 0) {
        continue; // behind a ReLU: ties in the maximum, where there is no derivative
      }
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        input.putScalar(at, before + (side == 0 ? step : -step));
        INDArray h = input;
        for (String name : new String[] {"relu", "max", "mean", "global", "dense", "bn3", "out"}) {
          h = network.getLayer(name).activate(h, true, mgr);
        }
        losses[side] = h.mul(weights).sumNumber().doubleValue();
      }
      input.putScalar(at, before);
      assertEquals((losses[0] - losses[1]) / (2 * step), gradient.getDouble(at), 1e-5, "at " + at);
    }
  }

  @Test
  void outputAndGradient_floatAndDouble_agree() {
    ComputationGraph single = logits(DataType.FLOAT, CNN2DFormat.NCHW);
    ComputationGraph exact = logits(DataType.DOUBLE, CNN2DFormat.NCHW);
    INDArray x = images();
    assertClose(exact.outputSingle(x.castTo(DataType.DOUBLE)), single.outputSingle(x), 1e-4);
    INDArray weights = Nd4j.ones(6, CLASSES);
    weights.putScalar(2, 1, -3);
    GraphExecutor a = new GraphExecutor(single);
    GraphExecutor b = new GraphExecutor(exact);
    a.forward(true, x);
    a.backward(weights);
    b.forward(true, x.castTo(DataType.DOUBLE));
    b.backward(weights.castTo(DataType.DOUBLE));
    assertClose(exact.getFlattenedGradients(), single.getFlattenedGradients(), 1e-3);
    assertClose(exact.params(), single.params(), 1e-5);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void outputAndGradient_nhwcAndNchw_agree(DataType type) {
    ComputationGraph first = logits(type, CNN2DFormat.NCHW);
    ComputationGraph last = logits(type, CNN2DFormat.NHWC);
    INDArray weights = Nd4j.randn(type, 6, CLASSES);
    assertClose(
        first.outputSingle(images(type, CNN2DFormat.NCHW)),
        last.outputSingle(images(type, CNN2DFormat.NHWC)),
        1e-5);
    for (ComputationGraph network : new ComputationGraph[] {first, last}) {
      GraphExecutor executor = new GraphExecutor(network);
      executor.forward(true, images(type, network == first ? CNN2DFormat.NCHW : CNN2DFormat.NHWC));
      executor.backward(weights);
    }
    assertClose(first.getFlattenedGradients(), last.getFlattenedGradients(), 1e-4);
    assertClose(first.params(), last.params(), 1e-5);
  }

  @Test
  void json_roundTrip_isEqual() {
    ComputationGraphConfiguration conf =
        logits(DataType.FLOAT, CNN2DFormat.NHWC).getConfiguration();
    ComputationGraphConfiguration read = ComputationGraphConfiguration.fromJson(conf.toJson());
    assertEquals(conf, read);
    assertEquals(conf.toJson(), read.toJson());
    assertEquals(conf, ComputationGraphConfiguration.fromYaml(conf.toYaml()));
  }

  @Test
  void modelSerializer_roundTripInTraining_goesOnAlike() throws IOException {
    ComputationGraph network = classifier(WorkspaceMode.ENABLED);
    network.fit(data());
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, file, true);
    ComputationGraph read =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
    assertSameValues(network.params(), read.params());
    assertSameValues(network.outputSingle(images()), read.outputSingle(images()));
    network.fit(data());
    read.fit(data());
    assertSameValues(network.params(), read.params());
  }

  @Test
  void clone_isIndependent() {
    ComputationGraph network = classifier(WorkspaceMode.ENABLED);
    ComputationGraph copy = network.clone();
    INDArray before = network.outputSingle(images()).dup();
    assertSameValues(before, copy.outputSingle(images()));
    copy.fit(data());
    assertSameValues(before, network.outputSingle(images()));
    assertFalse(before.equals(copy.outputSingle(images())));
  }

  @Test
  void fit_workspacesOnAndOff_isTheSame() {
    ComputationGraph on = classifier(WorkspaceMode.ENABLED);
    ComputationGraph off = classifier(WorkspaceMode.NONE);
    double first = on.score(data());
    for (int i = 0; i < 20; i++) {
      on.fit(data());
      off.fit(data());
    }
    assertSameValues(off.params(), on.params());
    assertSameValues(off.outputSingle(images()), on.outputSingle(images()));
    assertTrue(on.score(data()) < first);
  }

  @Test
  void transferLearning_newHeadOnFrozenFeatures_trainsTheHeadAlone() {
    ComputationGraph network = classifier(WorkspaceMode.ENABLED);
    ComputationGraph tuned =
        new TransferLearning.GraphBuilder(network)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Adam(0.05)).seed(1).build())
            .setFeatureExtractor("global")
            .removeVertexAndConnections("out")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(5)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "bn3")
            .setOutputs("out")
            .build();
    INDArray kernel = tuned.getParam("conv2_W").dup();
    INDArray mean = tuned.getParam("bn1_mean").dup();
    INDArray dense = tuned.getParam("dense_W").dup();
    double before = tuned.score(data());
    for (int i = 0; i < 10; i++) {
      tuned.fit(data());
    }
    assertSameValues(kernel, tuned.getParam("conv2_W"));
    assertSameValues(mean, tuned.getParam("bn1_mean"));
    assertFalse(dense.equals(tuned.getParam("dense_W")));
    assertTrue(tuned.score(data()) < before);
  }

  /** As a frozen layer that passes gradients on: forward in inference mode, then backward. */
  @Test
  void backward_afterInference_equalsDoublePrecision() {
    var mgr = org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces();
    ComputationGraph single = logits(DataType.FLOAT, CNN2DFormat.NCHW);
    ComputationGraph exact = logits(DataType.DOUBLE, CNN2DFormat.NCHW);
    for (String name : new String[] {"max", "mean", "bn2", "relu"}) {
      INDArray x = Nd4j.randn(DataType.FLOAT, 2, 6, 5, 4);
      INDArray[] dx = new INDArray[2];
      INDArray epsilon = null;
      for (ComputationGraph network : new ComputationGraph[] {single, exact}) {
        network.initGradientsView();
        var layer = network.getLayer(name);
        DataType type = network == single ? DataType.FLOAT : DataType.DOUBLE;
        INDArray y = layer.activate(x.castTo(type), false, mgr);
        epsilon = epsilon == null ? Nd4j.randn(DataType.FLOAT, y.shape()) : epsilon;
        dx[network == single ? 0 : 1] =
            layer.backpropGradient(epsilon.castTo(type), mgr).getSecond();
      }
      assertClose(dx[1], dx[0], 1e-4);
    }
  }

  @Test
  void convolution_wrongChannels_namesLayerAndShapes() {
    ComputationGraph network = logits(DataType.FLOAT, CNN2DFormat.NCHW);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> network.outputSingle(Nd4j.ones(2, 5, 8, 7)))
            .getMessage();
    assertTrue(message.contains("conv1") && message.contains("[N, 3, H, W]"), message);
    assertTrue(message.contains("[2, 5, 8, 7]"), message);
  }
}
