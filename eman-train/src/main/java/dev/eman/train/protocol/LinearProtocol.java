package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.eval.LinearLayer;
import dev.eman.core.eval.LinearProbe;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates features by training a linear classifier on them, for several amounts of labels. The
 * network is frozen, in inference mode; the classifier is trained by SGD with momentum 0.9 and no
 * decay, as in He et al. 2020 (section 4.1), <a href="https://arxiv.org/abs/1911.05722">arXiv
 * 1911.05722</a>. The learning rate falls to a tenth after 60% and after 80% of the epochs.
 *
 * @param amounts of labelled images, at least one
 * @param epochs passes over the labelled images, at least 1
 * @param batchSize images per step, at least 1
 * @param learningRate the initial one, above 0
 * @param seed seed of the drawn labels and of the order of the images
 */
public record LinearProtocol(
    ImmutableList<LabelAmount> amounts, int epochs, int batchSize, double learningRate, long seed) {

  /** Checks the ranges. */
  public LinearProtocol {
    checkArgument(!amounts.isEmpty(), "labels: expected at least one amount, got none");
    checkArgument(epochs >= 1, "epochs: expected at least 1, got %s", epochs);
    checkArgument(batchSize >= 1, "batch: expected at least 1, got %s", batchSize);
    checkArgument(learningRate > 0, "learning rate: expected above 0, got %s", learningRate);
  }

  /** A protocol with 1%, 10% and 100% of the labels, 100 epochs, batch 256, rate 30, seed 0. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds a protocol. */
  public static final class Builder {
    private ImmutableList<LabelAmount> amounts =
        ImmutableList.of(
            LabelAmount.fraction(0.01), LabelAmount.fraction(0.1), LabelAmount.fraction(1));
    private int epochs = 100;
    private int batchSize = 256;
    private double learningRate = 30;
    private long seed;

    private Builder() {}

    public Builder amounts(Iterable<LabelAmount> values) {
      amounts = ImmutableList.copyOf(values);
      return this;
    }

    public Builder epochs(int value) {
      epochs = value;
      return this;
    }

    public Builder batchSize(int value) {
      batchSize = value;
      return this;
    }

    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public LinearProtocol build() {
      return new LinearProtocol(amounts, epochs, batchSize, learningRate, seed);
    }
  }

  /**
   * Images for training and evaluating the classifier.
   *
   * @param train the training images with labels, from which {@link #amounts} are drawn
   * @param inOrder opens some of the training images, each once, in the given order
   * @param augmented opens some of the training images as endless batches, with new views at every
   *     epoch; null to compute the features of each image once, without augmentation
   * @param test opens the test images, each once
   */
  public record Images(
      ImageDataset train,
      Function<ImmutableIntArray, ? extends BatchSource> inOrder,
      @Nullable LabeledBatches augmented,
      Supplier<? extends BatchSource> test) {}

  /**
   * The result.
   *
   * @param scores one per amount of labels, in order
   */
  public record Result(ImmutableList<Score> scores) {}

  /**
   * Accuracies with one amount of labels.
   *
   * @param amount of labels
   * @param images number of labelled images
   * @param top1 on the test images, 0 to 1
   * @param top5 on the test images, 0 to 1
   * @param balancedAccuracy on the test images, 0 to 1
   * @param macroF1 on the test images, 0 to 1
   */
  public record Score(
      LabelAmount amount,
      int images,
      double top1,
      double top5,
      double balancedAccuracy,
      double macroF1) {
    static Score of(LabelAmount amount, int images, Evaluation found) {
      return new Score(
          amount, images, found.top1(), found.top5(), found.balancedAccuracy(), found.macroF1());
    }
  }

  /**
   * Runs the evaluation. Each source is closed before the next one is opened.
   *
   * @param extractor of the features {@code [N, F]}
   * @param listener receives each score as soon as it is known, and its classifier
   * @throws dev.eman.core.NonFiniteException if the classifier diverges
   */
  public Result evaluate(
      ImageEncoder extractor, Images images, BiConsumer<Score, LinearLayer> listener) {
    Features test;
    try (BatchSource source = images.test().get()) {
      test = Features.of(source, List.of(extractor)).get(0);
    }
    ImmutableList<ImmutableIntArray> labeled =
        amounts.stream()
            .map(amount -> LabelSplit.draw(images.train(), amount, seed).labeled())
            .collect(toImmutableList());
    LabeledBatches augmented = images.augmented();
    Cache cache = augmented == null ? Cache.of(extractor, images.inOrder(), labeled) : null;
    ImmutableList.Builder<Score> scores = ImmutableList.builder();
    for (int i = 0; i < amounts.size(); i++) {
      ImmutableIntArray chosen = labeled.get(i);
      LinearProbe probe =
          new LinearProbe((int) test.values().size(1), images.train().classNames().size());
      if (cache != null) {
        trainOnFeatures(probe, cache.select(chosen));
      } else {
        trainOnViews(probe, extractor, requireNonNull(augmented), chosen);
      }
      Score score = Score.of(amounts.get(i), chosen.length(), probe.evaluate(test));
      listener.accept(score, probe.layer());
      scores.add(score);
    }
    return new Result(scores.build());
  }

  private LearningRateSchedule schedule(long stepsPerEpoch) {
    List<Long> milestones =
        LongStream.of(Math.round(0.6 * epochs), Math.round(0.8 * epochs))
            .filter(epoch -> epoch > 0 && epoch < epochs)
            .distinct() // With few epochs both may coincide.
            .map(epoch -> epoch * stepsPerEpoch)
            .boxed()
            .toList();
    return LearningRateSchedule.stepDecay(learningRate, milestones, 0.1, 0);
  }

  private void trainOnFeatures(LinearProbe probe, Features features) {
    int n = features.labels().length();
    LearningRateSchedule schedule = schedule((n + batchSize - 1L) / batchSize);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    Random random = new Random(seed);
    long step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      Collections.shuffle(order, random);
      for (int from = 0; from < n; from += batchSize) {
        Features rows =
            features.select(
                ImmutableIntArray.copyOf(order.subList(from, Math.min(n, from + batchSize))));
        probe.step(rows.values(), rows.labels().toArray(), schedule.at(step++));
      }
    }
  }

  private void trainOnViews(
      LinearProbe probe,
      ImageEncoder extractor,
      LabeledBatches augmented,
      ImmutableIntArray images) {
    long stepsPerEpoch = Math.max(1, images.length() / batchSize);
    LearningRateSchedule schedule = schedule(stepsPerEpoch);
    try (BatchSource batches = augmented.open(images, Math.min(batchSize, images.length()))) {
      for (long step = 0; step < epochs * stepsPerEpoch; step++) {
        Batch next = batches.next();
        probe.step(
            extractor.features(next.requireLabeled()), next.labels().toArray(), schedule.at(step));
      }
    }
  }

  /** The features of all images in any of the amounts, computed once. */
  private record Cache(Features features, Map<Integer, Integer> rows) {
    static Cache of(
        ImageEncoder extractor,
        Function<ImmutableIntArray, ? extends BatchSource> inOrder,
        List<ImmutableIntArray> sets) {
      TreeSet<Integer> all = new TreeSet<>();
      sets.forEach(set -> all.addAll(set.asList()));
      Map<Integer, Integer> rows = new HashMap<>();
      all.forEach(image -> rows.put(image, rows.size()));
      try (BatchSource source = inOrder.apply(ImmutableIntArray.copyOf(all))) {
        return new Cache(Features.of(source, List.of(extractor)).get(0), rows);
      }
    }

    Features select(ImmutableIntArray images) {
      return features.select(
          ImmutableIntArray.copyOf(images.stream().map(image -> requireNonNull(rows.get(image)))));
    }
  }
}
