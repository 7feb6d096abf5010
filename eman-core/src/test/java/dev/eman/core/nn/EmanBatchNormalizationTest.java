package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class EmanBatchNormalizationTest {
  private static ComputationGraph alone(TeacherStatistics statistics, double decay) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "bn",
                    EmanBatchNormalization.builder()
                        .nIn(2)
                        .nOut(2)
                        .decay(decay)
                        .statistics(statistics)
                        .build(),
                    "in")
                .setOutputs("bn")
                .build());
    network.init();
    return network;
  }

  @Test
  void training_runningVariance_takesTheUnbiasedBatchVariance() {
    ComputationGraph network = alone(TeacherStatistics.AVERAGED, 0.75);
    // Channel 0: 1, 2, 3, 6 has mean 3, biased variance 3.5, unbiased 14/3. Channel 1 is twice
    // that.
    INDArray x = Nd4j.createFromArray(new double[][] {{1, 2}, {2, 4}, {3, 6}, {6, 12}});
    network.output(true, x);
    double[] mean = network.getParam("bn_mean").toDoubleVector();
    double[] variance = network.getParam("bn_var").toDoubleVector();
    assertArrayEquals(new double[] {0.25 * 3, 0.25 * 6}, mean, 1e-12);
    assertArrayEquals(new double[] {0.75 + 0.25 * 14 / 3, 0.75 + 0.25 * 56 / 3}, variance, 1e-12);
  }

  @ParameterizedTest
  @EnumSource
  void inference_everyMode_usesWhatItSaysAndKeepsStatistics(TeacherStatistics statistics) {
    ComputationGraph network = alone(statistics, 0.9);
    network.getParam("bn_mean").assign(1);
    network.getParam("bn_var").assign(4);
    INDArray x = Nd4j.createFromArray(new double[][] {{1, 2}, {2, 4}, {3, 6}, {6, 12}});
    double first = network.outputSingle(x).getDouble(0, 0);
    double expected =
        statistics == TeacherStatistics.BATCH
            ? (1 - 3) / Math.sqrt(3.5 + 1e-5)
            : (1 - 1) / Math.sqrt(4 + 1e-5);
    assertEquals(expected, first, 1e-9);
    assertArrayEquals(new double[] {1, 1}, network.getParam("bn_mean").toDoubleVector());
    assertArrayEquals(new double[] {4, 4}, network.getParam("bn_var").toDoubleVector());
  }

  @Test
  void training_oneValuePerChannel_isAClearError() {
    ComputationGraph network = alone(TeacherStatistics.AVERAGED, 0.9);
    String message =
        assertThrows(
                SingleValueException.class,
                () -> network.output(true, Nd4j.ones(DataType.DOUBLE, 1, 2)))
            .getMessage();
    assertTrue(message.contains("more than one value per channel"), message);
    assertTrue(message.contains("[1, 2]") && message.contains("bn"), message);
  }

  @Test
  void input_wrongChannels_namesLayerAndShapes() {
    ComputationGraph network = alone(TeacherStatistics.AVERAGED, 0.9);
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> network.outputSingle(Nd4j.ones(DataType.DOUBLE, 4, 3)))
            .getMessage();
    assertTrue(message.contains("bn") && message.contains("[4, 3]"), message);
  }

  @Test
  void build_activation_isRefused() {
    EmanBatchNormalization.Builder builder =
        EmanBatchNormalization.builder().activation(Activation.RELU);
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertTrue(message.contains("got relu; use relu(true)"), message);
    assertEquals(
        new ActivationIdentity(),
        EmanBatchNormalization.builder().activation(Activation.IDENTITY).build().getActivationFn());
  }

  /** DL4J gives it to layers that name none. Saved networks may name one: it was never applied. */
  @Test
  void activation_ofTheWholeNetworkOrOfASavedOne_isNoMistake() {
    ComputationGraphConfiguration network =
        new NeuralNetConfiguration.Builder()
            .activation(Activation.RELU)
            .graphBuilder()
            .addInputs("in")
            .addLayer("bn", EmanBatchNormalization.builder().nIn(2).nOut(2).build(), "in")
            .setOutputs("bn")
            .build();
    EmanBatchNormalization layer =
        (EmanBatchNormalization)
            ((LayerVertex) network.getVertices().get("bn")).getLayerConf().getLayer();
    assertEquals(new ActivationIdentity(), layer.getActivationFn());
    layer.setActivationFn(new ActivationReLU());
    assertEquals(network, ComputationGraphConfiguration.fromJson(network.toJson()));
  }

  private static ComputationGraph trainable(boolean harsh, GradientNormalization normalization) {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .dataType(DataType.DOUBLE)
            .updater(harsh ? new Nesterovs(0.5, 0.9) : new NoOp());
    if (harsh) {
      settings
          .l2(0.3)
          .l2Bias(0.3)
          .gradientNormalization(normalization)
          .gradientNormalizationThreshold(1e-3);
    }
    ComputationGraph network =
        new ComputationGraph(
            settings
                .graphBuilder()
                .addInputs("in")
                .addLayer("bn", EmanBatchNormalization.builder().nIn(3).nOut(3).build(), "in")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "bn")
                .setOutputs("out")
                .build());
    network.init();
    return network;
  }

  /** The layer stands first, so that its batch statistics do not depend on any parameter. */
  @ParameterizedTest
  @EnumSource
  void fit_anyDecayMomentumAndClipping_neverTouchesStatistics(GradientNormalization clipping) {
    ComputationGraph plain = trainable(false, GradientNormalization.None);
    ComputationGraph harsh = trainable(true, clipping);
    INDArray gamma = harsh.getParam("bn_gamma").dup();
    for (int i = 0; i < 4; i++) {
      INDArray x = Nd4j.randn(DataType.DOUBLE, 6, 3).muli(3).addi(i);
      INDArray y = Nd4j.zeros(DataType.DOUBLE, 6, 2);
      for (int row = 0; row < 6; row++) {
        y.putScalar(row, row % 2, 1);
      }
      plain.fit(new DataSet(x, y));
      harsh.fit(new DataSet(x, y));
    }
    assertSameValues(plain.getParam("bn_mean"), harsh.getParam("bn_mean"));
    assertSameValues(plain.getParam("bn_var"), harsh.getParam("bn_var"));
    assertTrue(harsh.getParam("bn_var").sub(1).amaxNumber().doubleValue() > 0.1);
    assertTrue(gamma.sub(harsh.getParam("bn_gamma")).amaxNumber().doubleValue() > 1e-9);
  }
}
