package dev.eman.similarity.comatch;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import dev.eman.similarity.SimilarityConfig;

/**
 * CoMatch's configuration.
 *
 * @param common threshold and weight of the classes' loss, alignment, first step
 * @param lambdaC λ_c, at least 0: the weight of the graphs' loss
 * @param temperature T above 0: similarities are divided by it
 * @param ownShare α in [0, 1]: the image's own prediction's part in a target, of which the rest is
 *     what the queue's nearest images have
 * @param edgeThreshold in [0, 1]: images whose targets agree less than this are no pair
 * @param queueSize images that are remembered, at least 1
 */
public record CoMatchConfig(
    SimilarityConfig common,
    double lambdaC,
    double temperature,
    double ownShare,
    double edgeThreshold,
    int queueSize) {
  private static final SimilarityConfig.Options COMMON =
      SimilarityConfig.Options.of(
          "0.6 and 0.5 on ImageNet, 1% and 10%", 32, "when the queue is full");
  private static final OptionSpec<Double> LAMBDA_C =
      OptionSpec.number("lambda_c", 1)
          .atLeast(0)
          .describedAs("weight of the graphs' loss; 10 and 2 on ImageNet");
  private static final OptionSpec<Double> TEMPERATURE =
      OptionSpec.number("temperature", 0.2)
          .above(0)
          .describedAs("similarities are divided by it; 0.1 on ImageNet");
  private static final OptionSpec<Double> OWN_SHARE =
      OptionSpec.number("own_share", 0.9)
          .between(0, 1)
          .describedAs("part of the prediction in a target; the queue has the rest");
  private static final OptionSpec<Double> EDGE_THRESHOLD =
      OptionSpec.number("edge_threshold", 0.8)
          .between(0, 1)
          .describedAs("agreement from which on images are pairs; 0.3 and 0.2 on ImageNet");
  private static final OptionSpec<Long> QUEUE =
      OptionSpec.integer("queue", 2560)
          .between(1, Integer.MAX_VALUE)
          .describedAs("images remembered; five batches of 64 + 448 in the paper");
  static final ImmutableList<OptionSpec<?>> OPTIONS =
      ImmutableList.<OptionSpec<?>>builder()
          .addAll(COMMON.list())
          .add(LAMBDA_C, TEMPERATURE, OWN_SHARE, EDGE_THRESHOLD, QUEUE)
          .build();

  /** Checks the ranges. */
  public CoMatchConfig {
    checkArgument(lambdaC >= 0, "lambda_c: expected at least 0, got %s", lambdaC);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
    checkArgument(ownShare >= 0 && ownShare <= 1, "own_share: expected [0, 1], got %s", ownShare);
    checkArgument(
        edgeThreshold >= 0 && edgeThreshold <= 1,
        "edge_threshold: expected [0, 1], got %s",
        edgeThreshold);
    checkArgument(queueSize > 0, "queue: expected at least 1, got %s", queueSize);
  }

  static CoMatchConfig read(AlgorithmOptions options) {
    return new CoMatchConfig(
        COMMON.read(options),
        options.get(LAMBDA_C),
        options.get(TEMPERATURE),
        options.get(OWN_SHARE),
        options.get(EDGE_THRESHOLD),
        Math.toIntExact(options.get(QUEUE)));
  }
}
