package dev.eman.core.oracle;

import dev.eman.core.nn.EmanBatchNormalization;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

class BatchNormOracleTest {
  private final Oracle oracle = new Oracle("batch_norm");

  private ComputationGraph network(DataType type) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(new NoOp())
                .miniBatch(false)
                .graphBuilder()
                .addInputs("input")
                .addLayer("bn", EmanBatchNormalization.builder().nIn(6).nOut(6).build(), "input")
                .setOutputs("bn")
                .build());
    network.init();
    for (String[] name : NAMES) {
      network.getParam("bn_" + name[0]).assign(oracle.get("before/" + name[1]));
    }
    return network;
  }

  private static final String[][] NAMES = {
    {"gamma", "weight"}, {"beta", "bias"}, {"mean", "running_mean"}, {"var", "running_var"}
  };

  /** Both sets of kernels: oneDNN's for float, ND4J's for double. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void passes_ofReferenceInput_equalPyTorch(DataType type) {
    ComputationGraph network = network(type);
    INDArray x = oracle.get("x").castTo(type);
    Oracle.assertClose("inference", oracle.get("y_inference"), network.outputSingle(x), 1e-5);

    network.setInput(0, x);
    INDArray y = network.feedForward(new INDArray[] {x}, true, false).get("bn");
    Oracle.assertClose("training", oracle.get("y_train"), y, 1e-5);
    // DL4J gives the parameters' gradients; the input's is the first layer's epsilon.
    INDArray flat =
        network.backpropGradient(oracle.get("dy").castTo(type)).gradient().reshape(24).dup();
    INDArray zeros = org.nd4j.linalg.factory.Nd4j.zeros(type, 6);
    List<INDArray> expected = List.of(oracle.get("dweight"), oracle.get("dbias"), zeros, zeros);
    for (int i = 0; i < 4; i++) {
      INDArray part = flat.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(6L * i, 6L * i + 6));
      Oracle.assertClose("gradient " + NAMES[i][0], expected.get(i), part, 5e-5);
    }
    for (String[] name : NAMES) {
      Oracle.assertClose(
          "after " + name[0],
          oracle.get("after/" + name[1]),
          network.getParam("bn_" + name[0]).reshape(6),
          1e-5);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void backward_ofReferenceGradient_givesPyTorchsInputGradient(DataType type) {
    ComputationGraph network = network(type);
    var layer = network.getLayer("bn");
    var mgr = org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces();
    network.initGradientsView();
    layer.setInput(oracle.get("x").castTo(type), mgr);
    layer.activate(true, mgr);
    INDArray dx = layer.backpropGradient(oracle.get("dy").castTo(type), mgr).getSecond();
    Oracle.assertClose("dx", oracle.get("dx"), dx, 1e-5);
  }
}
