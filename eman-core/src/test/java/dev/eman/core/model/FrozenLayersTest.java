package dev.eman.core.model;

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
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  private static DenseLayer dense(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out).build();
  }
}
