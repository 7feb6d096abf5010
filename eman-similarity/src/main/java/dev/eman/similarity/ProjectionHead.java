package dev.eman.similarity;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Relu;
import dev.eman.core.option.OptionSpec;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * An embedding beside the classifier: linear, ReLU, linear on the backbone's features {@code [N,
 * F]}. The embeddings {@code [N, dimension]} are not normalised; {@link SimilarityAlgorithm} does
 * that.
 *
 * @param hidden width between, at least 1; empty for as many as there are features
 * @param dimension of the embeddings, at least 1
 */
public record ProjectionHead(OptionalInt hidden, int dimension) {
  /** Checks the ranges. */
  public ProjectionHead {
    checkArgument(hidden.orElse(1) > 0, "hidden: expected at least 1, got %s", hidden);
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  /**
   * The options {@code hidden} and {@code dimension}.
   *
   * @param hidden of the layer between
   * @param dimension of the embeddings
   */
  public record Options(OptionSpec<Long> hidden, OptionSpec<Long> dimension) {
    /** Options with this default. */
    public static Options of(int dimension) {
      return new Options(
          OptionSpec.integer("hidden", "as many as features")
              .between(1, Integer.MAX_VALUE)
              .describedAs("hidden width of the projection head"),
          OptionSpec.integer("dimension", dimension)
              .between(1, Integer.MAX_VALUE)
              .describedAs("width of the embeddings"));
    }

    /** Both. */
    public ImmutableList<OptionSpec<?>> list() {
      return ImmutableList.of(hidden, dimension);
    }

    /** The head that these options ask for. */
    public ProjectionHead read(AlgorithmOptions options) {
      return new ProjectionHead(
          options
              .find(hidden)
              .map(width -> OptionalInt.of(Math.toIntExact(width)))
              .orElseGet(OptionalInt::empty),
          Math.toIntExact(options.get(dimension)));
    }
  }

  /**
   * Creates a backbone with a classifier and this head: images {@code [N, C, H, W]} to logits
   * {@code [N, classes]} and embeddings {@code [N, dimension]}. The classifier's tensors have the
   * names that they have without the head.
   *
   * @param seed of the initial weights
   */
  public ComputationGraph network(Backbone backbone, int classes, long seed) {
    GraphBuilder graph = backbone.newGraph(seed);
    String features = backbone.addTo(graph, "input");
    int in = backbone.featureSize();
    int width = hidden.orElse(in);
    graph
        .addLayer("fc", Backbone.linear(in, classes), features)
        .addLayer("head.0", Backbone.linear(in, width), features)
        .addLayer("head.1", new Relu(), "head.0")
        .addLayer("head.2", Backbone.linear(width, dimension), "head.1")
        .setOutputs("fc", "head.2");
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }
}
