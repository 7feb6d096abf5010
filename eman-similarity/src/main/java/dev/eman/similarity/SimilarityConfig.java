package dev.eman.similarity;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.eman.core.algorithm.AlgorithmOptions;
import dev.eman.core.option.OptionSpec;
import java.util.OptionalLong;

/**
 * What the configurations of SimMatch and CoMatch have in common.
 *
 * @param threshold τ in [0, 1]: minimum confidence of a target
 * @param lambdaU λ_u, at least 0: the weight of the classification loss on unlabelled images
 * @param alignmentWindow batches that predictions are aligned over, at least 1
 * @param firstStep from which the memory of embeddings corrects the targets, at least 0; empty for
 *     as soon as it has been filled once
 */
public record SimilarityConfig(
    double threshold, double lambdaU, int alignmentWindow, OptionalLong firstStep) {
  /** Checks the ranges. */
  public SimilarityConfig {
    checkArgument(
        threshold >= 0 && threshold <= 1, "threshold: expected [0, 1], got %s", threshold);
    checkArgument(lambdaU >= 0, "lambda_u: expected at least 0, got %s", lambdaU);
    checkArgument(
        alignmentWindow > 0, "alignment_window: expected at least 1, got %s", alignmentWindow);
    checkArgument(firstStep.orElse(0) >= 0, "first_step: expected at least 0, got %s", firstStep);
  }

  /**
   * Whether the embeddings in memory correct the targets of a step.
   *
   * @param step from 0
   * @param filled whether the memory has been filled once
   */
  public boolean begins(long step, boolean filled) {
    return firstStep.isPresent() ? step >= firstStep.getAsLong() : filled;
  }

  /** The options of the same names. */
  public record Options(
      OptionSpec<Double> threshold,
      OptionSpec<Double> lambdaU,
      OptionSpec<Long> alignmentWindow,
      OptionSpec<Long> firstStep) {
    /**
     * Options with defaults as published for CIFAR, {@code threshold} 0.95 and {@code lambda_u} 1.
     *
     * @param onImageNet what is published for ImageNet, of both
     * @param window default of {@code alignment_window}
     * @param first default of {@code first_step}, in words
     */
    public static Options of(String onImageNet, int window, String first) {
      return new Options(
          OptionSpec.number("threshold", 0.95)
              .between(0, 1)
              .describedAs("minimum confidence of a target; " + onImageNet),
          OptionSpec.number("lambda_u", 1)
              .atLeast(0)
              .describedAs("weight of the unlabelled loss; 10 on ImageNet"),
          OptionSpec.integer("alignment_window", window)
              .between(1, Integer.MAX_VALUE)
              .describedAs("batches whose mean prediction is divided out"),
          OptionSpec.integer("first_step", first)
              .atLeast(0)
              .describedAs("from when on the embeddings in memory correct targets"));
    }

    /** All. */
    public ImmutableList<OptionSpec<?>> list() {
      return ImmutableList.of(threshold, lambdaU, alignmentWindow, firstStep);
    }

    /** What these options ask for. */
    public SimilarityConfig read(AlgorithmOptions options) {
      return new SimilarityConfig(
          options.get(threshold),
          options.get(lambdaU),
          Math.toIntExact(options.get(alignmentWindow)),
          options.find(firstStep).map(OptionalLong::of).orElseGet(OptionalLong::empty));
    }
  }
}
