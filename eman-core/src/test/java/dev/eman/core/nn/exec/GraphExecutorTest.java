package dev.eman.core.nn.exec;

import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.data.ArrayAssertions;
import dev.eman.core.nn.Backbones;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.ResidualAdd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

/** The executor's memory tricks change nothing: the same numbers as DL4J's own loop. */
class GraphExecutorTest {
  /**
   * Our layers and DL4J's, shared activations, in-place activations, preprocessors, two outputs.
   */
  private static ComputationGraph mixed() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new NoOp())
                .miniBatch(false)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(8, 8, 3))
                .addLayer("c1", Convolution.builder(3).nOut(4).padding(1).build(), "in")
                .addLayer("b1", EmanBatchNormalization.builder().build(), "c1")
                .addLayer("a1", new ActivationLayer(Activation.RELU), "b1")
                .addLayer("a2", new ActivationLayer(Activation.TANH), "b1")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a1", "a2")
                .addVertex("res", new ResidualAdd(false), "sum", "b1")
                .addLayer("a3", new ActivationLayer(Activation.SIGMOID), "res")
                .addLayer("c2", Convolution.builder(1).nOut(4).build(), "res")
                .addVertex("both", new MergeVertex(), "a3", "c2")
                .addLayer(
                    "pool",
                    new SubsamplingLayer.Builder(
                            SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                        .build(),
                    "both")
                .addLayer("global", new GlobalPoolingLayer(PoolingType.AVG), "pool")
                .addLayer(
                    "flat",
                    new DenseLayer.Builder().nOut(3).activation(Activation.IDENTITY).build(),
                    "pool")
                .addLayer(
                    "out",
                    new DenseLayer.Builder().nOut(5).activation(Activation.IDENTITY).build(),
                    "global")
                .setOutputs("out", "flat")
                .build());
    network.init();
    return network;
  }

  private static void assertClose(String what, INDArray expected, INDArray actual) {
    ArrayAssertions.assertClose(expected, actual, 1e-5, what);
  }

  /** From where on the flat gradient is final, after each vertex with parameters. */
  @Test
  void mixedGraph_backward_tellsWhatIsFinal() {
    ComputationGraph network = mixed();
    GraphExecutor executor = new GraphExecutor(network);
    executor.forward(true, Nd4j.randn(4, 3, 8, 8));
    network.initGradientsView();
    INDArray flat = network.getFlattenedGradients().reshape(network.numParams());
    List<Long> told = new ArrayList<>();
    List<INDArray> then = new ArrayList<>();
    executor.backward(
        from -> {
          told.add(from);
          then.add(flat.get(NDArrayIndex.interval(from, flat.length())).dup());
        },
        Nd4j.randn(4, 5),
        Nd4j.randn(4, 3));
    assertEquals(5, told.size()); // c1, b1, c2, flat, out
    assertEquals(told.stream().distinct().sorted(Comparator.reverseOrder()).toList(), told);
    assertEquals(0, told.get(4));
    for (int i = 0; i < told.size(); i++) {
      assertSameValues(flat.get(NDArrayIndex.interval(told.get(i), flat.length())), then.get(i));
    }
  }

  @Test
  void mixedGraph_passes_equalDl4jsOwn() {
    ComputationGraph theirs = mixed();
    ComputationGraph ours = theirs.clone();
    GraphExecutor executor = new GraphExecutor(ours);
    for (int step = 0; step < 3; step++) {
      INDArray x = Nd4j.randn(4, 3, 8, 8);
      INDArray given = x.dup();
      INDArray first = Nd4j.randn(4, 5);
      INDArray second = Nd4j.randn(4, 3);
      INDArray[] got = executor.forward(true, x);
      var activations = theirs.feedForward(new INDArray[] {x}, true, false);
      assertClose("out", activations.get("out"), got[0]);
      assertClose("flat", activations.get("flat"), got[1]);
      executor.backward(first, second);
      theirs.backpropGradient(first.dup(), second.dup());
      assertClose("gradient", theirs.getFlattenedGradients(), ours.getFlattenedGradients());
      INDArray[] expected = theirs.output(x);
      INDArray[] inferred = executor.forward(false, x);
      assertClose("inference", expected[0], inferred[0]);
      assertClose("inference", expected[1], inferred[1]);
      assertSameValues(given, x, "inputs are only read");
      theirs.params().subi(theirs.getFlattenedGradients().reshape(theirs.numParams()).mul(0.1));
      ours.params().subi(ours.getFlattenedGradients().reshape(ours.numParams()).mul(0.1));
    }
  }

  /** The inner sum's two branches share one gradient; one of them has another from outside. */
  @Test
  void branchOfTwoSums_gradient_equalsDl4jsOwn() {
    ComputationGraph theirs =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(4)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(5, 5, 3))
                .addLayer("c1", Convolution.builder(1).nOut(4).build(), "in")
                .addLayer("b1", EmanBatchNormalization.builder().relu(true).build(), "c1")
                .addLayer("c2", Convolution.builder(1).nOut(4).build(), "c1")
                .addVertex("inner", new ResidualAdd(true), "c2", "b1")
                .addVertex("outer", new ResidualAdd(false), "c2", "inner")
                .setOutputs("outer")
                .build());
    theirs.init();
    ComputationGraph ours = theirs.clone();
    GraphExecutor executor = new GraphExecutor(ours);
    INDArray x = Nd4j.randn(3, 3, 5, 5);
    INDArray g = Nd4j.randn(3, 4, 5, 5);
    executor.forward(true, x);
    executor.backward(g);
    theirs.feedForward(new INDArray[] {x}, true, false);
    theirs.backpropGradient(g.dup());
    assertClose("gradient", theirs.getFlattenedGradients(), ours.getFlattenedGradients());
  }

  /** Features that go through dropout; a projection may read them before. */
  private static ComputationGraph dropping(boolean inLayer, boolean projection) {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new NoOp())
            .miniBatch(false)
            .graphBuilder()
            .addInputs("in")
            .addLayer("f", linear(4, 8).build(), "in");
    if (projection) {
      graph.addLayer("proj", linear(8, 2).build(), "f");
    }
    if (inLayer) {
      graph.addLayer("fc", linear(8, 3).dropOut(0.5).build(), "f");
    } else {
      graph.addLayer("drop", new DropoutLayer.Builder(0.5).nIn(8).nOut(8).build(), "f");
      graph.addLayer("fc", linear(8, 3).build(), "drop");
    }
    ComputationGraph network =
        new ComputationGraph(graph.setOutputs("fc", projection ? "proj" : "f").build());
    network.init();
    return network;
  }

  private static DenseLayer.Builder linear(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(Activation.IDENTITY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropout_ofAnOutput_leavesItWhole(boolean inLayer) {
    GraphExecutor executor = new GraphExecutor(dropping(inLayer, false));
    INDArray x = Nd4j.randn(6, 4);
    INDArray features = executor.forward(false, x)[1].dup();
    assertClose("features", features, executor.forward(true, x)[1]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropout_ofWhatAnotherLayerReads_leavesItsGradient(boolean inLayer) {
    ComputationGraph network = dropping(inLayer, true);
    GraphExecutor executor = new GraphExecutor(network);
    INDArray x = Nd4j.randn(6, 4);
    INDArray g = Nd4j.randn(6, 2);
    INDArray features = network.feedForward(x, false).get("f").dup();
    executor.forward(true, x);
    executor.backward(Nd4j.zeros(6, 3), g);
    INDArray found = network.getLayer("proj").getGradientsViewArray();
    INDArray weights = found.reshape(found.length()).get(NDArrayIndex.interval(0, 8 * 2));
    assertClose("gradient", features.transpose().mmul(g), weights.reshape('f', 8, 2));
  }

  /** Weight noise is drawn for each pass, also after one without a backward pass. */
  @Test
  void weightNoise_forwardTwice_isDrawnAnew() {
    INDArray x = Nd4j.randn(6, 4);
    GraphExecutor twice = new GraphExecutor(noisy());
    Nd4j.getRandom().setSeed(1);
    twice.forward(true, x);
    Nd4j.getRandom().setSeed(2);
    INDArray second = twice.forward(true, x)[0].dup();
    GraphExecutor once = new GraphExecutor(noisy());
    Nd4j.getRandom().setSeed(2);
    assertClose("output", once.forward(true, x)[0], second);
  }

  private static ComputationGraph noisy() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(6)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc", linear(4, 8).weightNoise(new DropConnect(0.5)).build(), "in")
                .setOutputs("fc")
                .build());
    network.init();
    return network;
  }

  @Test
  void output_withoutGradient_countsForNothing() {
    ComputationGraph network = mixed();
    GraphExecutor executor = new GraphExecutor(network);
    INDArray x = Nd4j.randn(4, 3, 8, 8);
    INDArray g = Nd4j.randn(4, 5);
    executor.forward(true, x);
    executor.backward(g, Nd4j.zeros(4, 3));
    INDArray expected = network.getFlattenedGradients().dup();
    executor.forward(true, x);
    executor.backward(g, null);
    // The unused head's own gradient is left from before; the rest is the same.
    assertClose("gradient", expected, network.getFlattenedGradients());
  }

  @Test
  void steadyState_pool_doesNotGrow() {
    ComputationGraph network = Backbones.named("resnet14-w4").classifier(3, 1);
    GraphExecutor executor = new GraphExecutor(network);
    INDArray x = Nd4j.randn(4, 3, 16, 16);
    INDArray g = Nd4j.randn(4, 3);
    long after = 0;
    for (int i = 0; i < 6; i++) {
      executor.forward(true, x);
      executor.backward(g);
      executor.forward(false, x);
      after = i == 1 ? executor.pooledBytes() : after;
    }
    assertEquals(after, executor.pooledBytes());
    executor.trim();
    assertEquals(0, executor.pooledBytes());
    assertArrayEquals(new long[] {4, 3}, executor.forward(false, x)[0].shape());
  }

  @Test
  void construct_halfPrecision_isRefused() {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.FLOAT16)
                .graphBuilder()
                .addInputs("in")
                .addLayer("fc", linear(4, 8).build(), "in")
                .setOutputs("fc")
                .build());
    network.init();
    String message =
        assertThrows(IllegalArgumentException.class, () -> new GraphExecutor(network)).getMessage();
    assertTrue(message.contains("FLOAT or DOUBLE, got one of HALF"), message);
  }

  @Test
  void calls_inTheWrongOrderOrNumber_throw() {
    GraphExecutor executor = new GraphExecutor(Backbones.named("resnet8-w4").classifier(3, 1));
    INDArray x = Nd4j.randn(2, 3, 8, 8);
    INDArray g = Nd4j.randn(2, 3);
    assertThrows(IllegalStateException.class, () -> executor.backward(g));
    executor.forward(false, x);
    assertThrows(IllegalStateException.class, () -> executor.backward(g));
    executor.forward(true, x);
    assertThrows(IllegalArgumentException.class, () -> executor.backward(g, g));
    assertThrows(IllegalArgumentException.class, () -> executor.forward(true, x, x));
  }
}
