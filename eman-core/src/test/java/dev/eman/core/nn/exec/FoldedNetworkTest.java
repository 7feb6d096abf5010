package dev.eman.core.nn.exec;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import dev.eman.core.nn.TeacherStatistics;
import dev.eman.core.nn.kernel.onednn.OneDnn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

/** Folding changes nothing: the same numbers as DL4J's own loop, or no plan at all. */
class FoldedNetworkTest {
  @BeforeEach
  void needsOneDnn() {
    assumeTrue(OneDnn.isAvailable(), "folding is oneDNN's");
  }

  private static ComputationGraph network(
      DataType type, CNN2DFormat format, Consumer<GraphBuilder> layers, String... outputs) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .dataType(type)
            .updater(new NoOp())
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.convolutional(6, 5, 4, format));
    layers.accept(graph);
    ComputationGraph network = new ComputationGraph(graph.setOutputs(outputs).build());
    network.init();
    Random random = new Random(7);
    network
        .paramTable()
        .forEach(
            (name, values) -> {
              double low = name.endsWith("_var") || name.endsWith("_gamma") ? 0.5 : -0.5;
              double[] drawn = random.doubles(values.length(), low, low + 1).toArray();
              values.assign(
                  Nd4j.createFromArray(drawn).castTo(values.dataType()).reshape(values.shape()));
            });
    return network;
  }

  private static ComputationGraph network(Consumer<GraphBuilder> layers, String... outputs) {
    return network(DataType.FLOAT, CNN2DFormat.NCHW, layers, outputs);
  }

  private static Convolution same(int width) {
    return Convolution.builder(3).nOut(width).padding(1).build();
  }

  private static INDArray images(int n) {
    return Nd4j.randn(DataType.FLOAT, n, 4, 6, 5);
  }

  /** Twice, with other images: the first run may leave something in the buffers. */
  private static FoldedNetwork assertAgrees(ComputationGraph network) {
    FoldedNetwork folded = FoldedNetwork.of(network);
    assertNotNull(folded);
    for (int run = 0; run < 2; run++) {
      assertAgrees(network, folded, images(3));
    }
    for (long cached : new long[] {1, 1500, 4000, 9000}) {
      FoldedProgram inParts = new FoldedProgram(folded, images(12).shape(), cached);
      assertAgrees(network, inParts::run, images(12));
      assertAgrees(network, inParts::run, images(12));
    }
    return folded;
  }

  private static void assertAgrees(ComputationGraph network, FoldedNetwork folded, INDArray x) {
    assertAgrees(network, folded::run, x);
  }

  private static void assertAgrees(
      ComputationGraph network, Function<INDArray, INDArray[]> folded, INDArray x) {
    INDArray given = x.dup();
    INDArray[] expected = network.output(x);
    INDArray[] actual = folded.apply(x);
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(List.of(expected[i].shape()[0]), List.of(actual[i].shape()[0]));
      double scale = Math.max(1, expected[i].amaxNumber().doubleValue());
      assertClose(expected[i], actual[i], 1e-5 * scale, "output " + i);
    }
    assertSameValues(given, x, "the input is only read");
  }

  @Test
  void run_convolutionAddedToItsOwnInput_agrees() {
    assertAgrees(
        network(
            g ->
                g.addLayer("first", same(4), "in")
                    .addLayer("second", same(4), "first")
                    .addVertex("sum", new ResidualAdd(true), "second", "first")
                    .addLayer("third", same(4), "sum")
                    .addLayer("norm", EmanBatchNormalization.builder().build(), "third")
                    .addVertex("out", new ResidualAdd(false), "sum", "norm"),
            "out"));
  }

  @Test
  void run_convolutionAddedToTheNetworksInput_agrees() {
    assertAgrees(
        network(
            g ->
                g.addLayer("first", same(4), "in")
                    .addVertex("sum", new ResidualAdd(true), "first", "in"),
            "sum"));
  }

  @Test
  void run_addendReadAgainLater_agrees() {
    assertAgrees(
        network(
            g ->
                g.addLayer("a", same(4), "in")
                    .addLayer("b", same(4), "in")
                    .addVertex("ab", new ResidualAdd(false), "a", "b")
                    .addLayer("c", same(4), "ab")
                    .addVertex("cb", new ResidualAdd(true), "c", "b")
                    .addVertex("ca", new ResidualAdd(true), "cb", "a"),
            "ca"));
  }

  @Test
  void run_everyActivationAndOption_agrees() {
    FoldedNetwork folded =
        assertAgrees(
            network(
                g ->
                    g.addLayer(
                            "a",
                            Convolution.builder(3)
                                .nOut(6)
                                .hasBias(true)
                                .stride(2)
                                .samePadding()
                                .activation(Activation.RELU)
                                .build(),
                            "in")
                        .addLayer(
                            "an", EmanBatchNormalization.builder().leakyRelu(0.3).build(), "a")
                        .addLayer(
                            "b",
                            new Convolution.Builder(3, 2)
                                .nOut(6)
                                .hasBias(true)
                                .dilation(2, 1)
                                .padding(2, 0, 2, 1)
                                .build(),
                            "an")
                        .addLayer("bn", EmanBatchNormalization.builder().eps(0.1).build(), "b")
                        .addVertex("sum", new ResidualAdd(false), "bn", "an")
                        .addLayer("relu", Relu.leaky(0.2), "sum")
                        .addLayer("max", Pooling.max(2, 1).padding(0, 0, 1, 1).build(), "relu")
                        .addLayer("mean", Pooling.average(3, 1).samePadding().build(), "max")
                        .addLayer("flat", Pooling.globalAverage(), "mean")
                        .addLayer("fn", EmanBatchNormalization.builder().relu(true).build(), "flat")
                        .addLayer(
                            "out",
                            new DenseLayer.Builder()
                                .nOut(3)
                                .activation(Activation.IDENTITY)
                                .build(),
                            "fn"),
                "out"));
    // b, its normalisation and the sum are one; a has a ReLU before its normalisation.
    assertEquals(
        List.of("a", "an", "sum", "relu", "max", "mean", "flat", "fn", "out"),
        folded.nodes().stream().map(FoldedNetwork.Node::name).toList());
  }

  @Test
  void run_outputsInsideOfAFoldableChain_areAllGiven() {
    assertAgrees(
        network(
            g ->
                g.addLayer("conv", same(4), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().relu(true).build(), "conv")
                    .addLayer("next", same(4), "norm")
                    .addVertex("sum", new ResidualAdd(true), "next", "norm"),
            "sum",
            "conv",
            "norm"));
  }

  @Test
  void run_normalizationOfASharedConvolution_agrees() {
    assertAgrees(
        network(
            g ->
                g.addLayer("conv", same(4), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().relu(true).build(), "conv")
                    .addVertex("sum", new ResidualAdd(false), "norm", "conv")
                    .addVertex("twice", new ResidualAdd(false), "sum", "sum"),
            "twice"));
  }

  @Test
  void run_otherBatchSizesAndBack_agrees() {
    ComputationGraph network =
        network(
            g ->
                g.addLayer("conv", same(5), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().relu(true).build(), "conv"),
            "norm");
    FoldedNetwork folded = assertAgrees(network);
    for (int n : new int[] {1, 2, 4, 5, 6, 1, 3}) { // more than it keeps programs
      assertAgrees(network, folded, images(n));
    }
    folded.trim();
    assertAgrees(network, folded, images(2));
  }

  private static void assertRefused(String reason, FoldedNetwork folded, INDArray... inputs) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> folded.run(inputs));
    assertTrue(e.getMessage().contains(reason), e::getMessage);
  }

  @Test
  void run_inputOfAnotherNetwork_isRefused() {
    FoldedNetwork first = assertAgrees(network(g -> g.addLayer("conv", same(4), "in"), "conv"));
    INDArray gray = Nd4j.randn(DataType.FLOAT, 3, 1, 6, 5);
    assertRefused("expected input [N, 4, H, W] (NCHW), got [3, 1, 6, 5]", first, gray);
    assertRefused("expected [N, C, H, W], got [4, 6, 5]", first, Nd4j.zeros(4, 6, 5));
    assertRefused("expected 1 network input, got 2", first, images(3), images(3));
    FoldedNetwork behind =
        assertAgrees(
            network(
                g ->
                    g.addLayer("relu", Relu.leaky(0.1), "in")
                        .addLayer("norm", EmanBatchNormalization.builder().build(), "relu")
                        .addLayer("pool", Pooling.globalAverage(), "norm"),
                "pool"));
    assertRefused("4-D input with 4 channels (NCHW), got [3, 1, 6, 5]", behind, gray);
    FoldedNetwork pooled =
        assertAgrees(
            network(
                g ->
                    g.addLayer("pool", Pooling.globalAverage(), "in")
                        .addLayer(
                            "fc",
                            new DenseLayer.Builder()
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                            "pool"),
                "fc"));
    assertRefused("\"fc\": expected input [N, 4], got [3, 1]", pooled, gray);
  }

  @Test
  void run_inputThatIsRefused_leavesNoMemory() {
    ComputationGraph network = network(g -> g.addLayer("c", same(4), "in"), "c");
    FoldedNetwork folded = FoldedNetwork.of(network);
    assertNotNull(folded);
    folded.run(images(3));
    INDArray gray = Nd4j.zeros(DataType.FLOAT, 32, 1, 64, 64); // Half a megabyte, as a program's.
    long before = Pointer.totalBytes();
    for (int i = 0; i < 8; i++) {
      assertThrows(IllegalArgumentException.class, () -> folded.run(gray));
    }
    long left = Pointer.totalBytes() - before;
    assertTrue(left < 100_000, () -> "left: " + left);
  }

  /** Both branches make 2x2 of 6x5, but 2x2 and 1x1 of 4x4. */
  @Test
  void run_sumOfTwoShapes_isRefused() {
    for (Activation activation : new Activation[] {Activation.IDENTITY, Activation.RELU}) {
      Convolution convolution =
          Convolution.builder(1).nOut(4).stride(3).activation(activation).build();
      FoldedNetwork folded =
          assertAgrees(
              network(
                  g ->
                      g.addLayer("pool", Pooling.max(3, 2).build(), "in")
                          .addLayer("conv", convolution, "in")
                          .addVertex("sum", new ResidualAdd(true), "conv", "pool"),
                  "sum"));
      // Without an activation of its own the convolution takes the sum on.
      assertEquals(activation == Activation.IDENTITY ? 2 : 3, folded.nodes().size());
      assertRefused(
          "\"sum\": expected two inputs of one shape, got, of each image, [4, 2, 2] and [4, 1, 1]",
          folded,
          Nd4j.zeros(DataType.FLOAT, 2, 4, 4, 4));
    }
  }

  @Test
  void run_otherTypes_areConverted() {
    ComputationGraph network = network(g -> g.addLayer("conv", same(4), "in"), "conv");
    FoldedNetwork folded = assertAgrees(network);
    INDArray x = Nd4j.rand(DataType.FLOAT, 3, 4, 6, 5).muli(255);
    for (DataType type : new DataType[] {DataType.UINT8, DataType.DOUBLE}) {
      INDArray given = x.castTo(type);
      INDArray expected = folded.run(given.castTo(DataType.FLOAT))[0].dup();
      assertSameValues(expected, folded.run(given)[0]);
    }
  }

  @Test
  void parametersChanged_nextRun_usesTheNewOnesInEveryProgram() {
    ComputationGraph network =
        network(
            g ->
                g.addLayer("conv", same(5), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().relu(true).build(), "conv"),
            "norm");
    FoldedNetwork folded = assertAgrees(network);
    assertAgrees(network, folded, images(2));
    INDArray x = images(3);
    INDArray before = folded.run(x)[0].dup();
    network.getParam("norm_mean").addi(0.5);
    network.getParam("norm_var").muli(2);
    network.getParam("conv_W").muli(1.5);
    folded.parametersChanged();
    assertTrue(before.sub(folded.run(x)[0]).amaxNumber().doubleValue() > 0.01);
    assertAgrees(network, folded, x);
    assertAgrees(network, folded, images(2));
  }

  private static ComputationGraph poolings(DataType type, int size, int kernel) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(4, size, 3))
                .addLayer("max", Pooling.max(kernel, 1).samePadding().build(), "in")
                .addLayer("mean", Pooling.average(kernel, 1).samePadding().build(), "max")
                .setOutputs("mean")
                .build());
    network.init();
    return network;
  }

  @Test
  void run_poolingOfSmallMaps_equalsDoublePrecision() {
    for (int size = 1; size <= 4; size++) {
      for (int kernel = 1; kernel <= 7; kernel++) {
        FoldedNetwork folded = FoldedNetwork.of(poolings(DataType.FLOAT, size, kernel));
        assertNotNull(folded);
        INDArray x = Nd4j.randn(DataType.FLOAT, 2, 3, 4, size);
        INDArray expected =
            poolings(DataType.DOUBLE, size, kernel).outputSingle(x.castTo(DataType.DOUBLE));
        assertClose(expected, folded.run(x)[0], 1e-5, "size " + size + ", kernel " + kernel);
      }
    }
  }

  @Test
  void run_anotherThread_agrees() throws InterruptedException {
    ComputationGraph network =
        network(
            g ->
                g.addLayer("conv", same(5), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().relu(true).build(), "conv"),
            "norm");
    FoldedNetwork folded = assertAgrees(network);
    INDArray x = images(3);
    INDArray expected = network.outputSingle(x).dup();
    INDArray[] got = new INDArray[1];
    Thread other = new Thread(() -> got[0] = folded.run(x)[0].dup());
    other.start();
    other.join();
    assertNotNull(got[0]);
    assertClose(expected, got[0], 1e-5);
    assertAgrees(network, folded, x);
  }

  /** A program of these images has 3 MB, which the garbage collector knows nothing of. */
  @Test
  void run_manyShapes_holdsMemoryOfThreeAndAfterTrimOfNone() throws InterruptedException {
    FoldedNetwork folded =
        FoldedNetwork.of(
            network(
                g ->
                    g.addLayer("conv", same(5), "in")
                        .addLayer("pool", Pooling.globalAverage(), "conv")
                        .addLayer("fc", Backbone.linear(5, 3), "pool"),
                "fc",
                "conv"));
    assertNotNull(folded);
    INDArray[] images = new INDArray[8];
    for (int i = 0; i < images.length; i++) {
      images[i] = Nd4j.zeros(DataType.FLOAT, 8, 4, 100, 100 + i);
    }
    long before = Pointer.totalBytes();
    for (INDArray x : images) {
      folded.run(x);
    }
    Thread other = new Thread(() -> folded.run(images[7])); // Which takes a program's place.
    other.start();
    other.join();
    long held = Pointer.totalBytes() - before;
    assertTrue(held < 12_000_000, () -> "in use: " + held);
    folded.trim();
    long left = Pointer.totalBytes() - before;
    assertTrue(left < 1_000_000, () -> "left: " + left);
    assertEquals(8, folded.run(images[0])[0].size(0));
  }

  @Test
  void of_whatCannotBeFolded_isNull() {
    Consumer<GraphBuilder> plain = g -> g.addLayer("conv", same(4), "in");
    assertNotNull(FoldedNetwork.of(network(plain, "conv")));
    assertNull(FoldedNetwork.of(network(DataType.DOUBLE, CNN2DFormat.NCHW, plain, "conv")));
    assertNull(FoldedNetwork.of(network(DataType.FLOAT, CNN2DFormat.NHWC, plain, "conv")));
    assertNull(
        FoldedNetwork.of(
            network(g -> g.addLayer("act", new ActivationLayer(Activation.TANH), "in"), "act")));
    assertNull(
        FoldedNetwork.of(
            network(
                g ->
                    g.addLayer("conv", same(4), "in")
                        .addLayer(
                            "norm",
                            EmanBatchNormalization.builder()
                                .statistics(TeacherStatistics.BATCH)
                                .build(),
                            "conv"),
                "norm")));
    assertNull(
        FoldedNetwork.of(
            network(
                g ->
                    g.addLayer("conv", same(4), "in")
                        .addLayer(
                            "dense",
                            new DenseLayer.Builder()
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                            "conv"),
                "dense")),
        "a preprocessor stands between");
  }

  @Test
  void logits_inBatchesOfAnySize_haveTheSameBits() {
    ComputationGraph graph = Backbones.named("resnet8-w16", 3).classifier(100, 1);
    FoldedNetwork network = FoldedNetwork.of(graph);
    assertNotNull(network);
    INDArray images = Nd4j.randn(DataType.FLOAT, 37, 3, 8, 8);
    float[][] expected = network.run(images)[0].toFloatMatrix();
    for (int size : new int[] {1, 2, 4, 16, 19}) {
      for (int at = 0; at + size <= 37; at += size) {
        INDArray part =
            images.get(
                NDArrayIndex.interval(at, at + size),
                NDArrayIndex.all(),
                NDArrayIndex.all(),
                NDArrayIndex.all());
        float[][] found = network.run(part)[0].toFloatMatrix();
        for (int i = 0; i < size; i++) {
          assertArrayEquals(expected[at + i], found[i], 0, size + " at a time");
        }
      }
    }
  }

  @Test
  void forAnotherThread_sameWeights_packedOnceAndSameBits() throws InterruptedException {
    ComputationGraph network =
        network(
            g ->
                g.addLayer("first", same(4), "in")
                    .addLayer("norm", EmanBatchNormalization.builder().build(), "first")
                    .addLayer("out", same(8), "norm"),
            "out");
    FoldedNetwork folded = assertAgrees(network);
    INDArray x = images(3);
    FoldedProgram here = new FoldedProgram(folded, x.shape());
    INDArray expected = here.run(x)[0].dup();
    FoldedNetwork other = folded.forAnotherThread();
    List<FoldedProgram> programs = new ArrayList<>();
    List<INDArray> actual = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              programs.add(new FoldedProgram(other, x.shape()));
              actual.add(programs.get(0).run(x)[0].dup());
            });
    thread.start();
    thread.join();

    assertSameValues(expected, actual.get(0));
    assertEquals(2, here.weights().size());
    for (int i = 0; i < 2; i++) {
      assertSame(here.weights().get(i), programs.get(0).weights().get(i));
    }
  }

  @Test
  void parametersChanged_programsOfOneLayout_allSeeTheChange() {
    ComputationGraph network = network(g -> g.addLayer("out", same(4), "in"), "out");
    FoldedNetwork folded = assertAgrees(network);
    FoldedProgram one = new FoldedProgram(folded, images(3).shape());
    FoldedProgram two = new FoldedProgram(folded, images(3).shape());
    assertSame(one.weights().get(0), two.weights().get(0));
    assertAgrees(network, one::run, images(3));
    network.params().muli(2);
    folded.parametersChanged();

    assertAgrees(network, one::run, images(3));
    assertAgrees(network, two::run, images(3));
  }
}
