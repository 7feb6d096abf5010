package dev.eman.core.nn;

import static dev.eman.core.data.ArrayAssertions.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.core.model.Teacher;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GraphPartsTest {
  /** Of two branches with an input each, of different sizes. */
  private static ComputationGraph network(boolean withTypes) {
    GraphBuilder graph = new NeuralNetConfiguration.Builder().seed(1).graphBuilder();
    graph.addInputs("a", "b");
    if (withTypes) {
      graph.setInputTypes(InputType.convolutional(8, 8, 3), InputType.convolutional(6, 6, 2));
    }
    graph
        .addLayer("ca", Convolution.builder(3).nIn(3).nOut(4).build(), "a")
        .addLayer("cb", Convolution.builder(1).nIn(2).nOut(4).build(), "b")
        .addVertex("sum", new ResidualAdd(true), "ca", "cb")
        .addLayer("pool", Pooling.globalAverage(), "sum")
        .setOutputs("pool");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void upTo_oneOfTwoBranches_takesItsInputAlone(boolean withTypes) {
    ComputationGraph whole = network(withTypes);
    INDArray a = Nd4j.rand(DataType.FLOAT, 2, 3, 8, 8);
    INDArray b = Nd4j.rand(DataType.FLOAT, 2, 2, 6, 6);
    INDArray expected = whole.feedForward(new INDArray[] {a, b}, false).get("cb");
    ComputationGraph part = GraphParts.upTo(whole, "cb");
    assertEquals(List.of("b"), part.getConfiguration().getNetworkInputs());
    assertClose(expected, new Teacher(part, TeacherStatistics.AVERAGED).infer(b)[0], 1e-5);
    assertEquals(
        List.of("a", "b"), GraphParts.upTo(whole, "sum").getConfiguration().getNetworkInputs());
    assertEquals(List.of("a", "b"), whole.getConfiguration().getNetworkInputs());
  }
}
