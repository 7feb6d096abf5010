package dev.eman.benchmarks.network;

import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One of each operation, with sizes that are all different. */
final class TinyBackbone extends Backbone {
  static final int CLASSES = 5;
  static final int SIZE = 11;

  TinyBackbone() {
    super("tiny", 3, 6);
  }

  @Override
  public String addTo(GraphBuilder graph, String input) {
    graph
        .addLayer(
            "conv1", Convolution.builder(5).nIn(3).nOut(4).stride(2).padding(2).build(), input)
        .addLayer(
            "bn1", EmanBatchNormalization.builder().nIn(4).nOut(4).relu(true).build(), "conv1")
        .addLayer("maxpool", Pooling.max(3, 2).padding(1).build(), "bn1")
        .addLayer("conv2", Convolution.builder(3).nIn(4).nOut(6).padding(1).build(), "maxpool")
        .addLayer(
            "bn2",
            EmanBatchNormalization.builder().nIn(6).nOut(6).eps(1e-3).leakyRelu(0.1).build(),
            "conv2")
        .addLayer("short", Convolution.builder(1).nIn(4).nOut(6).build(), "maxpool")
        .addVertex("add", new ResidualAdd(true), "bn2", "short")
        .addLayer("relu", Relu.leaky(0.2), "add")
        .addLayer("avgpool", Pooling.globalAverage(), "relu");
    return "avgpool";
  }

  /** With statistics, scales and shifts that differ from channel to channel. */
  static ComputationGraph classifier() {
    ComputationGraph graph = new TinyBackbone().classifier(CLASSES, 3);
    Nd4j.getRandom().setSeed(4);
    INDArray all = graph.params();
    all.addi(Nd4j.rand(DataType.FLOAT, all.shape()).muli(0.2));
    return graph;
  }

  static INDArray images() {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, 2, 3, SIZE, SIZE);
  }
}
