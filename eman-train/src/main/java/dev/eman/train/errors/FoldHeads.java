package dev.eman.train.errors;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.LinearLayer;
import dev.eman.train.encoder.PixelFeatures;
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
  /** For each image that is learned from. */
  private static final double RIDGE = 1e-3;

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
   * The probabilities: scores of ridge regression onto the labels, times one factor that makes the
   * labels likeliest, through a softmax. Ridge regression forgets single labels, which is what is
   * asked for here: with wrong ones among them a classifier that fits better finds fewer.
   *
   * @param blocks features of several encoders, each {@code [N, D]}, float32, finite, which are
   *     scaled to weigh the same; read
   * @param labels {@code [N]}, 0 to K - 1
   * @param classes K
   * @param fold of each image, as {@link #assign} gives it
   * @return {@code [N, K]}, float32, a new array
   */
  public static INDArray probabilities(
      List<INDArray> blocks, ImmutableIntArray labels, int classes, ImmutableIntArray fold) {
    checkArgument(
        blocks.stream().allMatch(block -> block.size(0) == labels.length()),
        "features: expected [%s, D], got %s",
        labels.length(),
        blocks.stream().map(INDArray::shapeInfoToString).toList());
    INDArray features = PixelFeatures.joined(blocks);
    int n = labels.length();
    INDArray scores = Nd4j.zeros(DataType.FLOAT, n, classes);
    int folds = fold.stream().max().orElse(0) + 1;
    for (int f = 0; f < folds; f++) {
      INDArray others = others(fold, f);
      double count = others.sumNumber().doubleValue();
      INDArray shares = counts(labels, classes, fold, f).divi(Math.max(1, count));
      INDArray weights =
          RidgeRegression.weights(
              features,
              (from, to) ->
                  targets(labels.subArray((int) from, (int) to), classes)
                      .subi(shares)
                      .muli(rows(others, from, to)),
              others,
              RIDGE * Math.max(1, count));
      LinearLayer layer = new LinearLayer(weights, shares);
      for (long from = 0; from < n; from += RidgeRegression.ROWS) {
        long to = Math.min(n, from + RidgeRegression.ROWS);
        INDArray found = layer.logits(rows(features, from, to));
        INDArray block = rows(scores, from, to);
        block.addi(found.subi(block).muli(rows(others, from, to).rsub(1)));
      }
    }
    Temperature.softmaxInPlace(scores, labels);
    return scores;
  }

  /** 1 for images of other folds, {@code [N, 1]}. */
  private static INDArray others(ImmutableIntArray fold, int of) {
    float[] others = new float[fold.length()];
    for (int i = 0; i < others.length; i++) {
      others[i] = fold.get(i) == of ? 0 : 1;
    }
    return Nd4j.createFromArray(others).reshape(others.length, 1);
  }

  /** How many images of other folds have each label, {@code [1, K]}. */
  private static INDArray counts(
      ImmutableIntArray labels, int classes, ImmutableIntArray fold, int of) {
    float[] counts = new float[classes];
    for (int i = 0; i < labels.length(); i++) {
      counts[labels.get(i)] += fold.get(i) == of ? 0 : 1;
    }
    return Nd4j.createFromArray(counts).reshape(1, classes);
  }

  /** 1 at each image's label, {@code [N, K]}. */
  private static INDArray targets(ImmutableIntArray labels, int classes) {
    float[] targets = new float[labels.length() * classes];
    for (int i = 0; i < labels.length(); i++) {
      targets[i * classes + labels.get(i)] = 1;
    }
    return Nd4j.createFromArray(targets).reshape(labels.length(), classes);
  }

  private static INDArray rows(INDArray matrix, long from, long to) {
    return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }
}
