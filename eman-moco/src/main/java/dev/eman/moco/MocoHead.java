package dev.eman.moco;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.Settings;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.Relu;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The projection behind the backbone: features {@code [N, F]} to embeddings {@code [N, dimension]},
 * not normalised.
 *
 * @param kind linear in version 1, an MLP in version 2
 * @param dimension of the embeddings, at least 1; 128 in the paper
 */
public record MocoHead(Kind kind, int dimension) {
  /** The vertex of a linear head, and what the names of an MLP's vertices begin with. */
  private static final String NAME = "fc";

  /** Version 2's: an MLP to 128. */
  public static final MocoHead DEFAULT = new MocoHead(Kind.MLP, 128);

  /** Which projection. */
  public enum Kind {
    /** One linear layer. */
    LINEAR,
    /** Linear to as many as there are features, ReLU, linear. */
    MLP
  }

  /** Checks the ranges. */
  public MocoHead {
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  static MocoHead read(Settings settings) {
    return new MocoHead(
        settings.choice("head", Kind.class, DEFAULT.kind),
        (int) Math.min(Integer.MAX_VALUE, settings.integer("dimension", DEFAULT.dimension)));
  }

  /**
   * A backbone with this head: images {@code [N, C, H, W]} to embeddings {@code [N, dimension]}.
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
