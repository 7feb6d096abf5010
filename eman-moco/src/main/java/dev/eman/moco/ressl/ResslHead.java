package dev.eman.moco.ressl;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Relu;
import dev.eman.core.option.OptionSpec;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * ReSSL's projector: linear, ReLU, linear, without batch normalisation, as in the published
 * program. Features {@code [N, F]} to embeddings {@code [N, dimension]}, not normalised.
 *
 * @param hidden hidden width, at least 1; 4096 in the published program
 * @param dimension of the embeddings, at least 1; 512 in the published program
 */
public record ResslHead(int hidden, int dimension) {
  /** The published program's head: 4096 and 512. */
  public static final ResslHead DEFAULT = new ResslHead(4096, 512);

  private static final String NAME = "projector";

  private static final OptionSpec<Long> HIDDEN =
      OptionSpec.integer("hidden", DEFAULT.hidden)
          .between(1, Integer.MAX_VALUE)
          .describedAs("hidden width of the projector");
  private static final OptionSpec<Long> DIMENSION =
      OptionSpec.integer("dimension", DEFAULT.dimension)
          .between(1, Integer.MAX_VALUE)
          .describedAs("width of the embeddings");
  static final ImmutableList<OptionSpec<?>> OPTIONS = ImmutableList.of(HIDDEN, DIMENSION);

  /** Checks the ranges. */
  public ResslHead {
    checkArgument(hidden > 0, "hidden: expected at least 1, got %s", hidden);
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  static ResslHead read(AlgorithmOptions options) {
    return new ResslHead(
        Math.toIntExact(options.get(HIDDEN)), Math.toIntExact(options.get(DIMENSION)));
  }

  /**
   * Creates a backbone with this head: images {@code [N, C, H, W]} to embeddings {@code [N,
   * dimension]}.
   *
   * @param seed of the initial weights
   */
  public ComputationGraph network(Backbone backbone, long seed) {
    GraphBuilder graph = backbone.newGraph(seed);
    String features = backbone.addTo(graph, "input");
    graph
        .addLayer(NAME + ".0", Backbone.linear(backbone.featureSize(), hidden), features)
        .addLayer(NAME + ".1", new Relu(), NAME + ".0")
        .addLayer(NAME + ".2", Backbone.linear(hidden, dimension), NAME + ".1");
    ComputationGraph network = new ComputationGraph(graph.setOutputs(NAME + ".2").build());
    network.init();
    return network;
  }
}
