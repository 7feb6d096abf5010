package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * A network without its head: images {@code [N, C, H, W]} to features {@code [N, featureSize()]}.
 * The head is added separately, so that a projection head can take the place of a classifier.
 *
 * <p>A network of your own extends this class and describes its layers in {@link #addTo}; {@link
 * BackboneProvider} makes it known by name, and {@code BackboneContractTest} in this library's test
 * jar checks what training relies on. A network that is no backbone can be trained too, but not by
 * name: a {@link dev.eman.core.model.Student} takes any graph.
 */
public abstract class Backbone {
  private static final long FOR_ZERO = 0x9e3779b97f4a7c15L;

  private final String name;
  private final int channels;
  private final int featureSize;
  private DataType dataType = DataType.FLOAT;
  private boolean zeroInitLastGamma;

  /**
   * A backbone for images of any size.
   *
   * @param name that configurations use: equal names are equal networks
   * @param channels of the images, at least 1: 3 for colour, 1 for gray
   * @param featureSize length of the feature vector, at least 1
   */
  protected Backbone(String name, int channels, int featureSize) {
    checkArgument(!name.isBlank(), "name of a backbone: expected text, got \"%s\"", name);
    checkArgument(channels > 0, "channels: expected at least 1, got %s", channels);
    checkArgument(featureSize > 0, "feature size: expected at least 1, got %s", featureSize);
    this.name = name;
    this.channels = channels;
    this.featureSize = featureSize;
  }

  /** The name that configurations use, such as {@code resnet50}. */
  public final String name() {
    return name;
  }

  /** Channels of the images: 3 for colour, 1 for gray. */
  public final int channels() {
    return channels;
  }

  /** The length of the feature vector. */
  public final int featureSize() {
    return featureSize;
  }

  /** Sets the type of parameters and activations, {@code FLOAT} (the default) or {@code DOUBLE}. */
  public final Backbone dataType(DataType type) {
    checkArgument(
        type == DataType.FLOAT || type == DataType.DOUBLE,
        "data type: expected FLOAT or DOUBLE, got %s",
        type);
    this.dataType = type;
    return this;
  }

  /**
   * Starts the last normalisation of every residual branch with gamma 0, so that each block begins
   * as the identity (Goyal et al. 2017). Off by default, as in torchvision; without effect on
   * networks that have no residual branches.
   */
  public final Backbone zeroInitLastGamma(boolean zero) {
    this.zeroInitLastGamma = zero;
    return this;
  }

  /** Whether {@link #addTo} should start the last normalisation of each branch with gamma 0. */
  protected final boolean zeroInitLastGamma() {
    return zeroInitLastGamma;
  }

  /**
   * Adds this network's vertices to a graph under construction. It must add the same vertices at
   * each call, draw nothing itself (the graph's seed decides the weights), and work for any image
   * size: graphs are built without an input type, so that every layer needs its {@code nIn}.
   *
   * <p>Batch normalisation must be {@link EmanBatchNormalization}: DL4J's own keeps statistics that
   * a teacher cannot average. With this library's layers ({@link Convolution}, {@link
   * EmanBatchNormalization}, {@link Relu}, {@link Pooling}, {@link ResidualAdd}) inference folds
   * the normalisation into the convolutions; other DL4J layers run as they are.
   *
   * @param graph the graph, with the input declared; vertices are added to it
   * @param input the name of the vertex that gives images {@code [N, channels(), H, W]} of the
   *     graph's data type
   * @return the name of the vertex that gives the features {@code [N, featureSize()]}; the built-in
   *     networks name their vertices as torchvision does
   */
  public abstract String addTo(ComputationGraphConfiguration.GraphBuilder graph, String input);

  /** A graph builder with this network's settings and one input, {@code "input"}. */
  public final ComputationGraphConfiguration.GraphBuilder newGraph(long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed == 0 ? FOR_ZERO : seed) // To ND4J 0 means the time of day.
        .dataType(dataType)
        .updater(new NoOp()) // Student brings its own optimiser
        .miniBatch(false) // losses are means already
        .weightInit(new KaimingNormal())
        .graphBuilder()
        .addInputs("input");
  }

  /**
   * The network with a linear classifier {@code fc}: images to logits {@code [N, classes]}.
   *
   * @param seed of the initial weights
   */
  public final ComputationGraph classifier(int classes, long seed) {
    checkArgument(classes > 0, "classes: expected a positive number, got %s", classes);
    ComputationGraphConfiguration.GraphBuilder graph = newGraph(seed);
    String features = addTo(graph, "input");
    graph.addLayer("fc", linear(featureSize, classes), features).setOutputs("fc");
    return initialized(graph);
  }

  /** The network alone: images to features {@code [N, featureSize()]}. */
  public final ComputationGraph features(long seed) {
    ComputationGraphConfiguration.GraphBuilder graph = newGraph(seed);
    return initialized(graph.setOutputs(addTo(graph, "input")));
  }

  private static ComputationGraph initialized(ComputationGraphConfiguration.GraphBuilder graph) {
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }

  /** The name of the vertex with the features, in all graphs that {@link #addTo} adds to. */
  public final String featureVertex() {
    return addTo(newGraph(1), "input");
  }

  /** A linear layer with weights uniform within 1/sqrt(in), PyTorch's default, and bias 0. */
  public static DenseLayer linear(int in, int out) {
    return linear(in, out, true);
  }

  /** The same, with or without bias. */
  public static DenseLayer linear(int in, int out, boolean bias) {
    double bound = 1 / Math.sqrt(in);
    return new DenseLayer.Builder()
        .nIn(in)
        .nOut(out)
        .hasBias(bias)
        .activation(Activation.IDENTITY)
        .weightInit(new UniformDistribution(-bound, bound))
        .biasInit(0)
        .build();
  }
}
