package dev.eman.core.model;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static dev.eman.core.data.ArrayAssertions.assertSameValues;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.eman.core.loss.SoftmaxCrossEntropy;
import dev.eman.core.nn.Backbones;
import dev.eman.core.optimizer.Lars;
import dev.eman.core.optimizer.OptimizerConfiguration;
import dev.eman.core.optimizer.Sgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's frozen layers keep every bit, though optimisers decay weights without a gradient too. */
class FrozenLayersTest {
  static Stream<OptimizerConfiguration> optimizers() {
    return Stream.of(Sgd.decayingAll(0.9, true, 1e-2), new Lars(0.9, 1e-2, 0.1, List.of()));
  }

  private static void trainsTheHeadAlone(Student student, String head, INDArray x) {
    Map<String, INDArray> before = tensors(student);
    for (int i = 0; i < 3; i++) {
      student.backward(
          SoftmaxCrossEntropy.withLabels(student.forward(x)[0], new int[] {0, 1, 2, 1}).gradient());
      student.step(0.1);
    }
    Map<String, INDArray> after = tensors(student);
    before.forEach(
        (name, value) -> {
          if (name.startsWith(head)) {
            assertNotEquals(value, after.get(name), name);
          } else {
            assertSameValues(value, after.get(name), name);
          }
        });
  }

  private static Map<String, INDArray> tensors(Student student) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (String name : student.parameters().names()) {
      tensors.put(name, student.parameters().get(student.graph(), name));
    }
    return tensors;
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void step_featureExtractor_movesTheHeadAlone(OptimizerConfiguration optimizer) {
    ComputationGraph whole = Backbones.named("tiny-cnn").classifier(3, 1);
    List<String> outputs = whole.getConfiguration().getNetworkOutputs();
    String features = whole.getConfiguration().getVertexInputs().get(outputs.get(0)).get(0);
    ComputationGraph frozen =
        new TransferLearning.GraphBuilder(whole).setFeatureExtractor(features).build();
    Nd4j.getRandom().setSeed(5);
    trainsTheHeadAlone(
        new Student(frozen, optimizer), outputs.get(0), Nd4j.randn(DataType.FLOAT, 4, 3, 8, 8));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void step_frozenWithBackprop_movesTheHeadAlone(OptimizerConfiguration optimizer) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.feedForward(5))
                .addLayer("frozen", new FrozenLayerWithBackprop(dense(5, 6)), "x")
                .addLayer("head", dense(6, 3), "frozen")
                .setOutputs("head")
                .build());
    graph.init();
    Nd4j.getRandom().setSeed(6);
    trainsTheHeadAlone(new Student(graph, optimizer), "head", Nd4j.randn(DataType.FLOAT, 4, 5));
  }

  /** DL4J's activations work in place in inference, which a frozen one is in at all times. */
  @ParameterizedTest
  @MethodSource("activations")
  void forward_frozenActivation_leavesTheSkipWhole(Layer activation, boolean passesGradients) {
    INDArray x = Nd4j.randn(DataType.FLOAT, 4, 5);
    INDArray given = x.dup();
    Student student = withSkip(activation);
    INDArray expected = student.infer(x)[0].dup();
    assertClose(expected, student.forward(x)[0], 1e-6);
    assertSameValues(given, x, "the input is only read");
    if (passesGradients) {
      INDArray gradient = Nd4j.randn(DataType.FLOAT, 4, 6);
      Student free = withSkip(new ActivationLayer(Activation.ELU));
      free.forward(x);
      free.backward(gradient);
      student.backward(gradient);
      assertClose(free.gradient(), student.gradient(), 1e-5);
    }
  }

  static Stream<Arguments> activations() {
    return Stream.of(
        Arguments.of(new FrozenLayer(new ActivationLayer(Activation.ELU)), false),
        Arguments.of(new FrozenLayerWithBackprop(new ActivationLayer(Activation.ELU)), true));
  }

  private static Student withSkip(Layer activation) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .activation(Activation.IDENTITY) // ELU changes negative values alone.
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.feedForward(5))
                .addLayer("dense", dense(5, 6), "x")
                .addLayer("elu", activation.clone(), "dense")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "dense", "elu")
                .setOutputs("sum")
                .build());
    graph.init();
    return new Student(graph, Sgd.decayingAll(0, false, 0));
  }

  private static DenseLayer dense(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out).build();
  }
}
