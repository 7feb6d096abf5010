package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.train.protocol.LinearHeads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Out-of-sample probabilities by linear classifiers on cached features: the images are divided into
 * folds, and those of a fold are classified by a classifier that was trained on all others.
 *
 * <p>The features must not know the labels themselves. Those of a network that was trained for long
 * on the very labels that are in doubt agree with wrong ones.
 */
public final class FoldHeads {
  private FoldHeads() {}

  /**
   * Which fold each image is in: of each label about as many in one as in another, drawn at random.
   *
   * @param labels {@code [N]}, at least 0
   * @param folds how many, 2 to N
   * @return {@code [N]}, 0 to folds - 1
   */
  public static ImmutableIntArray assign(ImmutableIntArray labels, int folds, long seed) {
    checkArgument(
        folds >= 2 && folds <= labels.length(),
        "folds: expected 2 to the %s images, got %s",
        labels.length(),
        folds);
    List<Integer> order = new ArrayList<>(IntStream.range(0, labels.length()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    order.sort((a, b) -> Integer.compare(labels.get(a), labels.get(b))); // Stable.
    int[] fold = new int[labels.length()];
    for (int i = 0; i < fold.length; i++) {
      fold[order.get(i)] = i % folds;
    }
    return ImmutableIntArray.copyOf(fold);
  }

  /**
   * The probabilities.
   *
   * @param features {@code [N, D]}, float32, finite; read
   * @param labels {@code [N]}, 0 to K - 1
   * @param classes K
   * @param fold of each image, as {@link #assign} gives it
   * @param seed of the classifiers' batches
   * @return {@code [N, K]}, float32, a new array
   */
  public static INDArray probabilities(
      INDArray features, ImmutableIntArray labels, int classes, ImmutableIntArray fold, long seed) {
    LinearHeads heads = new LinearHeads(features, classes);
    INDArray all = Nd4j.createUninitialized(DataType.FLOAT, labels.length(), classes);
    int folds = fold.stream().max().orElse(0) + 1;
    for (int f = 0; f < folds; f++) {
      int out = f;
      ImmutableIntArray others =
          ImmutableIntArray.copyOf(
              IntStream.range(0, labels.length()).filter(i -> fold.get(i) != out));
      ImmutableIntArray theirs = ImmutableIntArray.copyOf(others.stream().map(labels::get));
      INDArray found = heads.probabilities(others, theirs, seed);
      for (int i = 0; i < labels.length(); i++) {
        if (fold.get(i) == out) {
          all.get(NDArrayIndex.point(i), NDArrayIndex.all())
              .assign(found.get(NDArrayIndex.point(i), NDArrayIndex.all()));
        }
      }
    }
    return all;
  }
}
