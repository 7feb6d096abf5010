package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.eval.KnnEvaluator;
import dev.eman.core.eval.NearestNeighbors;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * Evaluates features by their nearest neighbours: the k training images with the largest cosine
 * similarity vote for an image's class, each with weight 1 (plain) or exp(similarity / temperature)
 * (weighted). Wu et al. 2018, <a href="https://arxiv.org/abs/1805.01978">arXiv 1805.01978</a>.
 *
 * @param ks numbers of neighbours, at least one, each at least 1
 * @param temperature of the weighted vote, above 0
 */
public record KnnProtocol(ImmutableList<Integer> ks, double temperature) {
  /** 20 and 200 neighbours, temperature 0.07. */
  public static final KnnProtocol DEFAULT =
      new KnnProtocol(ImmutableList.of(20, 200), KnnEvaluator.TEMPERATURE);

  /** Checks the ranges. */
  public KnnProtocol {
    checkArgument(
        !ks.isEmpty() && Collections.min(ks) >= 1,
        "k: expected one or more numbers of at least 1, got %s",
        ks);
    checkArgument(temperature > 0, "temperature: expected above 0, got %s", temperature);
  }

  /**
   * The result.
   *
   * @param bankSize number of training images that voted
   * @param images number of test images that were classified
   * @param scores one per k, in order
   */
  public record Result(long bankSize, int images, ImmutableList<Score> scores) {}

  /**
   * Accuracies for one k.
   *
   * @param k neighbours that voted
   * @param plain top-1 with equal votes, 0 to 1
   * @param weighted top-1 with votes weighted by similarity, 0 to 1
   * @param balancedAccuracy with weighted votes, 0 to 1
   * @param macroF1 with weighted votes, 0 to 1
   */
  public record Score(
      int k, double plain, double weighted, double balancedAccuracy, double macroF1) {}

  /**
   * The protocol for a bank of this many images, at least 1: a k above it becomes it, and equal
   * ones become one.
   */
  public KnnProtocol within(int bankSize) {
    return new KnnProtocol(
        ks.stream().map(k -> Math.min(k, bankSize)).distinct().collect(toImmutableList()),
        temperature);
  }

  /** The minimum number of images in the bank. */
  public int largestK() {
    return Collections.max(ks);
  }

  /**
   * Runs the evaluation. The sources are opened one after the other, and closed.
   *
   * @param extractor of the features {@code [N, F]}
   * @param classes K; labels are 0 to K - 1
   * @param bank training images with labels, each once; at least {@link #largestK} images
   * @param test images with labels, each once
   * @throws IllegalArgumentException if the bank has fewer images than the largest k
   */
  public Result evaluate(
      ImageEncoder extractor,
      int classes,
      Supplier<? extends BatchSource> bank,
      Supplier<? extends BatchSource> test) {
    ImmutableList<Features> queries;
    try (BatchSource source = test.get()) {
      queries = Features.of(source, List.of(extractor));
    }
    NearestNeighbors search;
    try (BatchSource source = bank.get()) {
      search = KnnEvaluator.search(source, List.of(extractor), queries, largestK()).get(0);
    }
    checkArgument(
        largestK() <= search.bankSize(),
        "k: expected at most the %s images that vote, got %s",
        search.bankSize(),
        largestK());
    int[] truth = queries.get(0).labels().toArray();
    return new Result(
        search.bankSize(),
        truth.length,
        ks.stream().map(k -> score(search, k, classes, truth)).collect(toImmutableList()));
  }

  private Score score(NearestNeighbors search, int k, int classes, int[] truth) {
    Evaluation weighted = search.evaluate(k, temperature, classes, truth);
    return new Score(
        k,
        search.evaluate(k, Double.POSITIVE_INFINITY, classes, truth).top1(),
        weighted.top1(),
        weighted.balancedAccuracy(),
        weighted.macroF1());
  }
}
