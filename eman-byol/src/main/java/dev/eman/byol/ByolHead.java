package dev.eman.byol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.option.OptionSpec;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * BYOL's projector and predictor, each linear, batch normalisation, ReLU, linear (Grill et al.
 * 2020, section 3.3): features {@code [N, F]} to embeddings {@code [N, dimension]}, not normalised.
 *
 * @param hidden hidden width of both, at least 1; 4096 in the paper
 * @param dimension of the embeddings, at least 1; 256 in the paper
 */
public record ByolHead(int hidden, int dimension) {
  /** The paper's head: 4096 and 256. */
  public static final ByolHead DEFAULT = new ByolHead(4096, 256);

  /** The vertex that outputs the projection, the last one of the teacher's network. */
  public static final String PROJECTION = "projector.3";

  private static final String PREDICTION = "predictor.3";

  private static final OptionSpec<Long> HIDDEN =
      OptionSpec.integer("hidden", DEFAULT.hidden)
          .between(1, Integer.MAX_VALUE)
          .describedAs("hidden width of projector and predictor");
  private static final OptionSpec<Long> DIMENSION =
      OptionSpec.integer("dimension", DEFAULT.dimension)
          .between(1, Integer.MAX_VALUE)
          .describedAs("width of the embeddings");
  static final ImmutableList<OptionSpec<?>> OPTIONS = ImmutableList.of(HIDDEN, DIMENSION);

  /** Checks the ranges. */
  public ByolHead {
    checkArgument(hidden > 0, "hidden: expected at least 1, got %s", hidden);
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  static ByolHead read(AlgorithmOptions options) {
    return new ByolHead(
        Math.toIntExact(options.get(HIDDEN)), Math.toIntExact(options.get(DIMENSION)));
  }

  /**
   * Creates the student: a backbone with projector and predictor. The teacher is the part up to
   * {@link #PROJECTION}.
   *
   * @param seed of the initial weights
   */
  public ComputationGraph network(Backbone backbone, long seed) {
    GraphBuilder graph = backbone.newGraph(seed);
    String features = backbone.addTo(graph, "input");
    addMlp(graph, "projector", features, backbone.featureSize());
    addMlp(graph, "predictor", PROJECTION, dimension);
    ComputationGraph network = new ComputationGraph(graph.setOutputs(PREDICTION).build());
    network.init();
    return network;
  }

  private void addMlp(GraphBuilder graph, String name, String from, int in) {
    graph
        .addLayer(name + ".0", Backbone.linear(in, hidden), from)
        .addLayer(
            name + ".1",
            EmanBatchNormalization.builder().nIn(hidden).nOut(hidden).relu(true).build(),
            name + ".0")
        .addLayer(name + ".3", Backbone.linear(hidden, dimension), name + ".1");
  }
}
