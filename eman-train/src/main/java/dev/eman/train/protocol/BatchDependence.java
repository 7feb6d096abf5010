package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.Evaluator;
import dev.eman.datasets.ImageDataset;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Measures how a teacher's accuracy depends on the batch around an image, if it normalises with
 * averaged statistics (EMAN) and with batch statistics (EMA): over batch sizes, for batches of
 * mixed classes and for images sorted by class. The paper's first argument for EMAN.
 *
 * @param batchSizes at least one, each at least 1
 * @param images maximum number of images to evaluate; at least the largest batch size
 */
public record BatchDependence(ImmutableList<Integer> batchSizes, int images) {
  private static final ImmutableList<Integer> BATCH_SIZES =
      ImmutableList.of(2, 4, 8, 16, 32, 64, 128, 256);

  /** Checks the ranges. */
  public BatchDependence {
    checkArgument(
        !batchSizes.isEmpty() && Collections.min(batchSizes) >= 1,
        "batch sizes: expected one or more of at least 1, got %s for %s images",
        batchSizes,
        images);
    checkArgument(
        images >= Collections.max(batchSizes),
        "images: expected at least the largest batch of %s, got %s",
        Collections.max(batchSizes),
        images);
  }

  /**
   * The batch sizes 2, 4, 8 to 256 that do not exceed a number of images.
   *
   * @param images maximum number of images to evaluate, at least 2
   */
  public static BatchDependence upTo(int images) {
    return new BatchDependence(
        BATCH_SIZES.stream().filter(size -> size <= images).collect(toImmutableList()), images);
  }

  /**
   * The result.
   *
   * @param scores one per batch size that the images fill, in order
   */
  public record Result(ImmutableList<Score> scores) {}

  /**
   * Top-1 of both networks, 0 to 1, on full batches of one size.
   *
   * @param batchSize images in a batch
   * @param averaged averaged statistics, mixed classes
   * @param ofBatch batch statistics, mixed classes
   * @param averagedSorted averaged statistics, images sorted by class
   * @param ofBatchSorted batch statistics, images sorted by class
   */
  public record Score(
      int batchSize,
      double averaged,
      double ofBatch,
      double averagedSorted,
      double ofBatchSorted) {}

  /**
   * Runs the measurement.
   *
   * @param teachers measured with their current weights
   * @param test the test images with labels; batch sizes larger than their number are left out
   * @param inOrder opens some of the test images, each once, in the given order
   */
  public Result measure(TeacherPair teachers, ImageDataset test, LabeledBatches inOrder) {
    ImmutableIntArray mixed = Orders.sample(test.size(), Math.min(images, test.size()));
    ImmutableIntArray sorted =
        ImmutableIntArray.copyOf(
            mixed.asList().stream().sorted(Comparator.comparing(test::label)).toList());
    int classes = test.classNames().size();
    return new Result(
        batchSizes.stream()
            .filter(size -> size <= mixed.length())
            .map(
                size -> {
                  List<Evaluation> found = evaluate(teachers, classes, mixed, size, inOrder);
                  List<Evaluation> byClass = evaluate(teachers, classes, sorted, size, inOrder);
                  return new Score(
                      size,
                      found.get(0).top1(),
                      found.get(1).top1(),
                      byClass.get(0).top1(),
                      byClass.get(1).top1());
                })
            .collect(toImmutableList()));
  }

  private static List<Evaluation> evaluate(
      TeacherPair teachers,
      int classes,
      ImmutableIntArray order,
      int batchSize,
      LabeledBatches inOrder) {
    // Only full batches, so that none is smaller than its nominal size.
    ImmutableIntArray whole = order.subArray(0, order.length() / batchSize * batchSize);
    try (BatchSource source = inOrder.open(whole, batchSize)) {
      return Evaluator.evaluate(source, classes, teachers.both());
    }
  }
}
