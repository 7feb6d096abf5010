package dev.eman.moco.v3;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.nn.Backbone;
import dev.eman.core.nn.EmanBatchNormalization;
import dev.eman.core.option.OptionSpec;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * MoCo v3's projector and predictor as the published program has them for ResNets, each linear,
 * batch normalisation, ReLU, linear, without biases; behind the projector, and there alone, another
 * batch normalisation without scale and shift. Features {@code [N, F]} to embeddings {@code [N,
 * dimension]}, not normalised to unit length.
 *
 * @param hidden hidden width of both, at least 1; 4096 in the paper
 * @param dimension of the embeddings, at least 1; 256 in the paper
 * @param lastNormalization whether the projector ends in batch normalisation
 */
public record MocoV3Head(int hidden, int dimension, boolean lastNormalization) {
  /** The published head: 4096 and 256, with the last normalisation. */
  public static final MocoV3Head DEFAULT = new MocoV3Head(4096, 256, true);

  private static final String PREDICTOR = "predictor";

  private static final OptionSpec<Long> HIDDEN =
      OptionSpec.integer("hidden", DEFAULT.hidden)
          .between(1, Integer.MAX_VALUE)
          .describedAs("hidden width of projector and predictor");
  private static final OptionSpec<Long> DIMENSION =
      OptionSpec.integer("dimension", DEFAULT.dimension)
          .between(1, Integer.MAX_VALUE)
          .describedAs("width of the embeddings");
  private static final OptionSpec<Boolean> LAST_NORMALIZATION =
      OptionSpec.flag("last_normalization", DEFAULT.lastNormalization)
          .describedAs("whether the projector ends in batch normalisation without scale and shift");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.of(HIDDEN, DIMENSION, LAST_NORMALIZATION);

  /** Checks the ranges. */
  public MocoV3Head {
    checkArgument(hidden > 0, "hidden: expected at least 1, got %s", hidden);
    checkArgument(dimension > 0, "dimension: expected at least 1, got %s", dimension);
  }

  static MocoV3Head read(AlgorithmOptions options) {
    return new MocoV3Head(
        Math.toIntExact(options.get(HIDDEN)),
        Math.toIntExact(options.get(DIMENSION)),
        options.get(LAST_NORMALIZATION));
  }

  /**
   * Creates the student: a backbone with projector and predictor. The teacher is the part up to
   * {@link #projection}.
   *
   * @param seed of the initial weights
   */
  public ComputationGraph network(Backbone backbone, long seed) {
    GraphBuilder graph = backbone.newGraph(seed);
    String projection =
        addMlp(graph, "projector", backbone.addTo(graph, "input"), backbone.featureSize(), hidden);
    if (lastNormalization) {
      graph.addLayer(
          "projector.4", normalization(dimension).lockGammaBeta(true).build(), projection);
      projection = "projector.4";
    }
    String prediction = addMlp(graph, PREDICTOR, projection, dimension, hidden);
    ComputationGraph network = new ComputationGraph(graph.setOutputs(prediction).build());
    network.init();
    return network;
  }

  private String addMlp(GraphBuilder graph, String name, String from, int in, int width) {
    graph
        .addLayer(name + ".0", Backbone.linear(in, width, false), from)
        .addLayer(name + ".1", normalization(width).relu(true).build(), name + ".0")
        .addLayer(name + ".3", Backbone.linear(width, dimension, false), name + ".1");
    return name + ".3";
  }

  private static EmanBatchNormalization.Builder normalization(int width) {
    return EmanBatchNormalization.builder().nIn(width).nOut(width);
  }

  /**
   * The vertex of a student that outputs the projection, the last one of the teacher's network: the
   * one that the predictor reads.
   *
   * @throws IllegalArgumentException if the network has no vertex {@code predictor.0}
   */
  public static String projection(ComputationGraph student) {
    List<String> inputs = student.getConfiguration().getVertexInputs().get(PREDICTOR + ".0");
    checkArgument(
        inputs != null, "network: expected a predictor that begins with predictor.0, got none");
    return inputs.get(0);
  }
}
