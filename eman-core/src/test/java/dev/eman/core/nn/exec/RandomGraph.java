package dev.eman.core.nn.exec;

import dev.eman.core.nn.Convolution;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.nn.Pooling;
import dev.eman.core.nn.Relu;
import dev.eman.core.nn.ResidualAdd;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A small network of a seed's own: layers of ours in any order, each reading any maps before it,
 * DL4J's in between, dropout, heads as MoCo's and BYOL's, maps and features among the outputs, and
 * vertices that nobody reads.
 */
final class RandomGraph {
  private static final int CHANNELS = 4;

  private final Random random;
  private final GraphBuilder graph;
  private final List<String> maps = new ArrayList<>();
  private final Set<String> outputs = new LinkedHashSet<>();
  private final Set<String> ends = new LinkedHashSet<>();
  private final boolean forDl4j;
  private int names;

  private RandomGraph(long seed, boolean forDl4j) {
    this.forDl4j = forDl4j;
    this.random = new Random(seed);
    this.graph =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new NoOp())
            .miniBatch(false)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.convolutional(6, 6, 3));
  }

  /**
   * @param forDl4j without what DL4J's own loop treats otherwise: vertices that nobody reads,
   *     outputs that others read as well (it forgets their gradient), dropout (it draws other
   *     numbers)
   */
  static ComputationGraph of(long seed, boolean forDl4j) {
    RandomGraph g = new RandomGraph(seed, forDl4j);
    String stem = g.name();
    g.graph.addLayer(stem, Convolution.builder(3).nOut(CHANNELS).padding(1).build(), "in");
    g.maps.add(stem);
    int vertices = 4 + g.random.nextInt(14);
    for (int i = 0; i < vertices; i++) {
      g.addVertex();
    }
    g.addHead();
    if (!forDl4j && g.random.nextInt(3) == 0) {
      g.outputs.add(g.anyMap());
    }
    if (forDl4j) {
      g.outputs.addAll(g.ends);
    }
    g.graph.allowDisconnected(true).setOutputs(g.outputs.toArray(String[]::new));
    ComputationGraph network = new ComputationGraph(g.graph.build());
    network.init();
    return network;
  }

  private String name() {
    return "v" + names++;
  }

  /** Mostly one of the last, so that graphs become deep. */
  private String anyMap() {
    int back = Math.min(maps.size(), random.nextInt(3) == 0 ? maps.size() : 2);
    String map = maps.get(maps.size() - 1 - random.nextInt(back));
    ends.remove(map);
    return map;
  }

  private EmanBatchNormalization normalization() {
    EmanBatchNormalization.Builder b = EmanBatchNormalization.builder();
    switch (random.nextInt(3)) {
      case 0 -> b.relu(true);
      case 1 -> b.leakyRelu(0.1);
      default -> {}
    }
    return !forDl4j && random.nextInt(8) == 0 ? b.dropOut(0.8).build() : b.build();
  }

  private Convolution convolution() {
    boolean wide = random.nextBoolean();
    Convolution.Builder b = Convolution.builder(wide ? 3 : 1).padding(wide ? 1 : 0).nOut(CHANNELS);
    switch (random.nextInt(8)) {
      case 0 -> b.activation(Activation.RELU);
      case 1 -> b.activation(Activation.TANH);
      case 2 -> b.dropOut(forDl4j ? 0 : 0.8);
      default -> {}
    }
    return b.build();
  }

  private void addVertex() {
    String name = name();
    String in = anyMap();
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> graph.addLayer(name, convolution(), in);
      case 3, 4, 5 -> graph.addLayer(name, normalization(), in);
      case 6, 7 -> graph.addVertex(name, new ResidualAdd(random.nextBoolean()), in, anyMap());
      case 8 -> addOfOurs(name, in);
      default -> addOfDl4j(name, in);
    }
    maps.add(name);
    ends.add(name);
  }

  private void addOfOurs(String name, String in) {
    switch (random.nextInt(3)) {
      case 0 -> graph.addLayer(name, Relu.leaky(0.2), in);
      case 1 -> graph.addLayer(name, Pooling.max(3, 1).padding(1).build(), in);
      default -> graph.addLayer(name, Pooling.average(3, 1).padding(1).build(), in);
    }
  }

  private void addOfDl4j(String name, String in) {
    if (random.nextBoolean()) {
      graph.addLayer(name, new ActivationLayer(Activation.SIGMOID), in);
    } else {
      graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Product), in, anyMap());
    }
  }

  private static DenseLayer linear(int outputs) {
    return new DenseLayer.Builder().nOut(outputs).activation(Activation.IDENTITY).build();
  }

  private void addHead() {
    graph.addLayer("features", Pooling.globalAverage(), maps.get(maps.size() - 1));
    ends.remove(maps.get(maps.size() - 1));
    graph.addLayer("hidden", linear(6), "features");
    graph.addLayer("normalised", EmanBatchNormalization.builder().relu(true).build(), "hidden");
    graph.addLayer("projection", linear(3), "normalised");
    graph.addVertex("unit", new L2NormalizeVertex(), "projection");
    outputs.add("unit");
    if (!forDl4j && random.nextBoolean()) {
      outputs.add("normalised");
    }
  }
}
