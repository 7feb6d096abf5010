package dev.eman.benchmarks.study;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Features;
import dev.eman.train.protocol.LinearHeads;
import dev.eman.train.select.SelectionPool;
import dev.eman.train.select.SelectionStrategy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Labels images batch by batch as a user would, whose labels are known already, and measures a
 * linear classifier on the features after each batch.
 */
final class SelectionSimulation {
  private final ImmutableIntArray labels;
  private final ImmutableIntArray testLabels;
  private final LinearHeads deployed;
  private final LinearHeads student;
  private final SelectionPool pool;
  private final ImmutableList<Integer> sizes;

  /**
   * Of one pool.
   *
   * @param pool images to choose from: features of the deployed network, and labels
   * @param ofStudent the student's features of the same images
   * @param test images to measure on: features of the deployed network, and labels
   * @param classes K
   * @param sizes numbers of labels to measure at, ascending; the first are chosen at once
   */
  SelectionSimulation(
      Features pool, INDArray ofStudent, Features test, int classes, List<Integer> sizes) {
    labels = pool.labels();
    testLabels = test.labels();
    deployed = new LinearHeads(Nd4j.concat(0, pool.values(), test.values()), classes);
    student = new LinearHeads(ofStudent, classes);
    this.pool = SelectionPool.of(pool.values());
    this.sizes = ImmutableList.copyOf(sizes);
  }

  /** Accuracies with labels drawn at random. */
  ImmutableList<Double> random(long seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return sizes.stream()
        .map(n -> accuracy(classify(deployed, ImmutableIntArray.copyOf(order.subList(0, n)))))
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * Accuracies with labels of chosen images: at first a spread, then batches by a strategy.
   *
   * @param strategy null to choose all by a spread
   */
  ImmutableList<Double> chosen(@Nullable SelectionStrategy strategy) {
    ImmutableList.Builder<Double> accuracies = ImmutableList.builder();
    ImmutableIntArray done = ImmutableIntArray.of();
    SelectionPool now = pool;
    for (int size : sizes) {
      SelectionStrategy next =
          strategy == null || done.isEmpty() ? SelectionStrategy.SPREAD : strategy;
      ImmutableIntArray picks = next.select(now, size - done.length());
      done = ImmutableIntArray.copyOf(IntStream.concat(done.stream(), picks.stream()));
      INDArray all = classify(deployed, done);
      accuracies.add(accuracy(all));
      now =
          pool.labeled(done)
              .predictions(
                  classify(student, done),
                  all.get(NDArrayIndex.interval(0, labels.length()), NDArrayIndex.all()));
    }
    return accuracies.build();
  }

  private INDArray classify(LinearHeads heads, ImmutableIntArray images) {
    return heads.probabilities(
        images, ImmutableIntArray.copyOf(images.stream().map(labels::get)), 0);
  }

  private double accuracy(INDArray probabilities) {
    int[] likeliest = probabilities.argMax(1).toIntVector();
    int right = 0;
    for (int i = 0; i < testLabels.length(); i++) {
      right += likeliest[labels.length() + i] == testLabels.get(i) ? 1 : 0;
    }
    return (double) right / testLabels.length();
  }

  /**
   * The fewest labels at which a line reaches an accuracy, between the sizes by straight lines.
   *
   * @return NaN if it never does
   */
  static double labelsFor(double accuracy, List<Integer> sizes, List<Double> line) {
    for (int i = 0; i < sizes.size(); i++) {
      if (line.get(i) >= accuracy) {
        if (i == 0) {
          return sizes.get(0);
        }
        double before = line.get(i - 1);
        double part = (accuracy - before) / (line.get(i) - before);
        return sizes.get(i - 1) + part * (sizes.get(i) - sizes.get(i - 1));
      }
    }
    return Double.NaN;
  }
}
