package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.data.ArrayAssertions;
import dev.eman.core.loss.Softmax;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.ResNet50;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class NormalizationConverterTest {
  private static final int CLASSES = 4;

  private static ComputationGraph own(
      IUpdater updater, CNN2DFormat format, boolean logStd, boolean locked) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(2)
                .updater(updater)
                .l2(1e-3)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(9, 8, 3, format))
                .addLayer(
                    "c1",
                    new ConvolutionLayer.Builder(3, 3)
                        .nOut(6)
                        .stride(2, 2)
                        .convolutionMode(ConvolutionMode.Same)
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build(),
                    "in")
                .addLayer("b1", normalization(logStd, locked, format), "c1")
                .addLayer("r1", new ActivationLayer(Activation.RELU), "b1")
                .addLayer(
                    "c2",
                    new ConvolutionLayer.Builder(3, 2)
                        .nOut(6)
                        .dilation(2, 1)
                        .convolutionMode(ConvolutionMode.Same)
                        .hasBias(false)
                        .activation(Activation.ELU)
                        .dataFormat(format)
                        .build(),
                    "r1")
                .addLayer("b2", normalization(logStd, false, format), "c2")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "b2", "r1")
                .addLayer("r2", new ActivationLayer(new ActivationLReLU(0.1)), "sum")
                .addLayer(
                    "p1",
                    new SubsamplingLayer.Builder(
                            SubsamplingLayer.PoolingType.AVG, new int[] {3, 3}, new int[] {1, 1})
                        .padding(1, 1)
                        .dataFormat(format)
                        .build(),
                    "r2")
                .addLayer(
                    "p2",
                    new SubsamplingLayer.Builder(
                            SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                        .dataFormat(format)
                        .build(),
                    "p1")
                .addLayer("g", new GlobalPoolingLayer(PoolingType.AVG), "p2")
                .addLayer("d", new DenseLayer.Builder().nOut(5).build(), "g")
                .addLayer("b3", normalization(logStd, locked, CNN2DFormat.NCHW), "d")
                .addLayer("out", output(), "b3")
                .setOutputs("out")
                .build());
    network.init();
    return network;
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static BatchNormalization normalization(
      boolean logStd, boolean locked, CNN2DFormat format) {
    return new BatchNormalization.Builder()
        .useLogStd(logStd)
        .lockGammaBeta(locked)
        .gamma(1.5)
        .beta(0.25)
        .dataFormat(format)
        .build();
  }

  /** Statistics and parameters as after some training, whatever their form. */
  private static void randomize(Map<String, INDArray> parameters) {
    Random random = new Random(4);
    parameters.forEach(
        (name, values) -> {
          double low = name.endsWith("_W") || name.endsWith("_b") ? Double.NaN : -0.3;
          if (name.endsWith("_var") || name.endsWith("_gamma")) {
            low = 0.5;
          }
          if (name.endsWith("_W") && values.rank() == 4) {
            // The zoo draws with deviation 0.5, which overflows with these statistics.
            double target = Math.sqrt(2.0 * values.size(0) / values.length());
            values.muli(target / values.stdNumber().doubleValue());
          }
          if (!Double.isNaN(low)) {
            double[] drawn = random.doubles(values.length(), low, low + 0.6).toArray();
            values.assign(
                Nd4j.createFromArray(drawn).castTo(values.dataType()).reshape(values.shape()));
          }
        });
  }

  private static INDArray images(CNN2DFormat format, long n, long h, long w) {
    Nd4j.getRandom().setSeed(8);
    INDArray x = Nd4j.rand(new long[] {n, 3, h, w}).subi(0.5);
    return format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c');
  }

  private static DataSet data(CNN2DFormat format, int seed) {
    Nd4j.getRandom().setSeed(seed);
    INDArray x = Nd4j.rand(8, 3, 9, 8).subi(0.5);
    INDArray y = Nd4j.zeros(8, CLASSES);
    for (int i = 0; i < 8; i++) {
      y.putScalar(i, (i + seed) % CLASSES, 1);
    }
    return new DataSet(format == CNN2DFormat.NCHW ? x : x.permute(0, 2, 3, 1).dup('c'), y);
  }

  private static void assertClose(String what, INDArray expected, INDArray actual, double allowed) {
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    ArrayAssertions.assertClose(expected, actual, allowed * scale, what);
  }

  private static void assertNoStockLayers(ComputationGraph converted) {
    Arrays.stream(converted.getLayers())
        .map(l -> l.conf().getLayer())
        .forEach(
            l ->
                assertTrue(
                    !(l instanceof BatchNormalization)
                        && !(l instanceof ConvolutionLayer)
                        && !(l instanceof SubsamplingLayer),
                    l.getLayerName() + " is " + l.getClass()));
  }

  @ParameterizedTest
  @CsvSource({"NCHW,true,false", "NCHW,false,true", "NHWC,true,true", "NHWC,false,false"})
  void convert_ownGraph_outputsAgree(CNN2DFormat format, boolean logStd, boolean locked) {
    ComputationGraph stock = own(new Adam(1e-3), format, logStd, locked);
    randomize(stock.paramTable());
    INDArray x = images(format, 5, 9, 8);
    INDArray expected = stock.outputSingle(x).dup();
    INDArray before = stock.params().dup();
    ComputationGraph converted = NormalizationConverter.convert(stock);
    assertClose("output", expected, converted.outputSingle(x), 1e-4);
    assertSameValues(before, stock.params());
    assertNoStockLayers(converted);
    assertInstanceOf(ResidualAdd.class, converted.getConfiguration().getVertices().get("sum"));
    assertInstanceOf(Relu.class, converted.getLayer("r2").conf().getLayer());
    assertSameValues(expected, stock.outputSingle(x));
  }

  private enum Updater {
    ADAM(new Adam(1e-3)),
    NESTEROVS(new Nesterovs(1e-2, 0.9));

    final IUpdater configuration;

    Updater(IUpdater configuration) {
      this.configuration = configuration;
    }
  }

  @ParameterizedTest
  @EnumSource
  void convert_inTraining_goesOnWithTheOptimisersState(Updater updater) {
    ComputationGraph stock = own(updater.configuration, CNN2DFormat.NCHW, true, false);
    for (int i = 0; i < 5; i++) {
      stock.fit(data(CNN2DFormat.NCHW, i));
    }
    ComputationGraph converted = NormalizationConverter.convert(stock);
    assertSameValues(
        stock.getUpdater().getStateViewArray(), converted.getUpdater().getStateViewArray());
    assertEquals(
        stock.getConfiguration().getIterationCount(),
        converted.getConfiguration().getIterationCount());
    for (int i = 5; i < 8; i++) {
      stock.fit(data(CNN2DFormat.NCHW, i));
      converted.fit(data(CNN2DFormat.NCHW, i));
    }
    for (Map.Entry<String, INDArray> p : stock.paramTable().entrySet()) {
      // Our running variance takes the unbiased batch variance. And the gradient of a bias in front
      // of a normalisation is zero but for rounding, which Adam scales up.
      if (!p.getKey().endsWith("log10stdev") && !p.getKey().equals("c1_b")) {
        assertClose(
            p.getKey(),
            p.getValue(),
            converted.getParam(p.getKey()).reshape(p.getValue().shape()),
            1e-3);
      }
    }
  }

  @Test
  void convert_frozenLayers_stayFrozen() {
    ComputationGraph stock = own(new Adam(1e-2), CNN2DFormat.NCHW, true, false);
    ComputationGraph frozen =
        new org.deeplearning4j.nn.transferlearning.TransferLearning.GraphBuilder(stock)
            .setFeatureExtractor("b1")
            .build();
    ComputationGraph converted = NormalizationConverter.convert(frozen);
    INDArray x = images(CNN2DFormat.NCHW, 5, 9, 8);
    assertClose("output", frozen.outputSingle(x), converted.outputSingle(x), 1e-4);
    INDArray kernel = converted.getParam("c1_W").dup();
    converted.fit(data(CNN2DFormat.NCHW, 1));
    assertSameValues(kernel, converted.getParam("c1_W"));
  }

  @Test
  void convertToLogits_softmaxOfThem_isTheStockOutput() {
    ComputationGraph stock = own(new Adam(1e-3), CNN2DFormat.NCHW, true, false);
    randomize(stock.paramTable());
    INDArray x = images(CNN2DFormat.NCHW, 5, 9, 8);
    INDArray logits = NormalizationConverter.convertToLogits(stock).outputSingle(x);
    assertClose("probabilities", stock.outputSingle(x), Softmax.of(logits), 1e-4);
  }

  /** DL4J copies the network's dropout into its normalisation too, which never applies it. */
  @Test
  void convert_normalizationWithDropout_trainsAsDl4jsWithout() {
    ComputationGraph stock =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(2)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(9, 8, 3))
                .addLayer("c1", new ConvolutionLayer.Builder(3, 3).nOut(6).build(), "in")
                .addLayer("b1", new BatchNormalization.Builder().dropOut(0.5).build(), "c1")
                .addLayer("out", output(), "b1")
                .setOutputs("out")
                .build());
    stock.init();
    INDArray x = images(CNN2DFormat.NCHW, 5, 9, 8);
    ComputationGraph converted = NormalizationConverter.convert(stock);
    assertClose(
        "b1", stock.feedForward(x, true).get("b1"), converted.feedForward(x, true).get("b1"), 1e-4);
  }

  @Test
  void convert_zooResNet50_outputsAgree() {
    ComputationGraph stock =
        ResNet50.builder().numClasses(CLASSES).inputShape(new int[] {3, 160, 160}).build().init();
    randomize(stock.paramTable());
    INDArray x = images(CNN2DFormat.NCHW, 2, 160, 160);
    INDArray expected = stock.outputSingle(x);
    ComputationGraph converted = NormalizationConverter.convert(stock);
    assertClose("output", expected, converted.outputSingle(x), 1e-4);
    assertNoStockLayers(converted);
  }

  @Test
  void convert_zooDarknet19_outputsAgree() {
    ComputationGraph stock =
        Darknet19.builder().numClasses(CLASSES).inputShape(new int[] {3, 64, 64}).build().init();
    randomize(stock.paramTable());
    INDArray x = images(CNN2DFormat.NCHW, 2, 64, 64);
    INDArray expected = stock.outputSingle(x);
    ComputationGraph converted = NormalizationConverter.convert(stock);
    assertClose("output", expected, converted.outputSingle(x), 1e-4);
    assertNoStockLayers(converted);
  }

  @Test
  void convert_poolingPaddedByMoreThanHalfItsKernel_leavesDl4jsLayer() {
    MultiLayerNetwork stock =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(6)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new BatchNormalization())
                .layer(
                    new SubsamplingLayer.Builder(
                            SubsamplingLayer.PoolingType.MAX, new int[] {3, 3}, new int[] {2, 2})
                        .padding(2, 2)
                        .build())
                .layer(output())
                .setInputType(InputType.convolutional(9, 8, 3))
                .build());
    stock.init();
    MultiLayerNetwork converted = NormalizationConverter.convert(stock);
    assertInstanceOf(SubsamplingLayer.class, converted.getLayer(2).conf().getLayer());
    INDArray x = images(CNN2DFormat.NCHW, 5, 9, 8);
    assertClose("output", stock.output(x), converted.output(x), 1e-4);
  }

  @Test
  void convert_multiLayerNetwork_outputsAgreeAndTrainingGoesOn() {
    MultiLayerNetwork stock =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(6)
                .updater(new Adam(1e-3))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new BatchNormalization())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(new DenseLayer.Builder().nOut(6).build())
                .layer(new BatchNormalization.Builder().useLogStd(false).build())
                .layer(output())
                .setInputType(InputType.convolutional(9, 8, 3))
                .build());
    stock.init();
    for (int i = 0; i < 3; i++) {
      stock.fit(data(CNN2DFormat.NCHW, i));
    }
    MultiLayerNetwork converted = NormalizationConverter.convert(stock);
    INDArray x = images(CNN2DFormat.NCHW, 5, 9, 8);
    assertClose("output", stock.output(x), converted.output(x), 1e-4);
    assertSameValues(
        stock.getUpdater().getStateViewArray(), converted.getUpdater().getStateViewArray());
    stock.fit(data(CNN2DFormat.NCHW, 3));
    converted.fit(data(CNN2DFormat.NCHW, 3));
    assertClose("weights", stock.getParam("0_W"), converted.getParam("0_W"), 1e-3);
  }
}
