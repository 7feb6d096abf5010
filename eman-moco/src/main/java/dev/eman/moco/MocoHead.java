package dev.eman.moco;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Relu;
import dev.eman.core.option.OptionSpec;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The projection head after the backbone: features {@code [N, F]} to embeddings {@code [N,
 * dimension]}, not normalised.
 *
 * @param kind linear in version 1, an MLP in version 2
 * @param dimension of the embeddings, at least 1; 128 in the paper
 */
public record MocoHead(Kind kind, int dimension) {
  /** The vertex of a linear head, and the prefix of the names of an MLP's vertices. */
  private static final String NAME = "fc";

  /** The head of version 2: an MLP with 128 outputs. */
  public static final MocoHead DEFAULT = new MocoHead(Kind.MLP, 128);

  private static final OptionSpec<Kind> HEAD =
      OptionSpec.choice("head", DEFAULT.kind).describedAs("mlp in version 2, linear in version 1");
  private static final OptionSpec<Long> DIMENSION =
      OptionSpec.integer("dimension", DEFAULT.dimension)
          .between(1, Integer.MAX_VALUE)
          .describedAs("width of the embeddings");
  static final ImmutableList<OptionSpec<?>> OPTIONS = ImmutableList.of(HEAD, DIMENSION);

  /** The kind of projection. */
  public enum Kind {
    /** One linear layer. */
    LINEAR,
    /** Linear with as many outputs as features, ReLU, linear. */
    MLP
  }

  /** Checks the ranges. */
  public MocoHead {
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  static MocoHead read(AlgorithmOptions options) {
    return new MocoHead(options.get(HEAD), Math.toIntExact(options.get(DIMENSION)));
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
    int in = backbone.featureSize();
    String output = kind == Kind.LINEAR ? NAME : NAME + ".2";
    if (kind == Kind.LINEAR) {
      graph.addLayer(output, Backbone.linear(in, dimension), features);
    } else {
      graph
          .addLayer(NAME + ".0", Backbone.linear(in, in), features)
          .addLayer(NAME + ".1", new Relu(), NAME + ".0")
          .addLayer(output, Backbone.linear(in, dimension), NAME + ".1");
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs(output).build());
    network.init();
    return network;
  }
}
