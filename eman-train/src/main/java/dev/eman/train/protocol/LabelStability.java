package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Evaluator.Classifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures how many pseudo labels change from one training step to the next, if the teacher
 * normalises with averaged statistics (EMAN) and with batch statistics (EMA). After each step the
 * same images are labelled, in different batches. The paper's second argument for EMAN.
 *
 * @param steps training steps, at least 1
 * @param images maximum number of images to label, at least {@code batchSize}; only full batches
 *     are labelled
 * @param batchSize images per labelling batch, at least 1; all of them if there are fewer
 */
public record LabelStability(int steps, int images, int batchSize) {
  /** Checks the ranges. */
  public LabelStability {
    checkArgument(steps >= 1, "steps: expected at least 1, got %s", steps);
    checkArgument(batchSize >= 1, "batch: expected at least 1, got %s", batchSize);
    checkArgument(
        images >= batchSize, "images: expected at least a batch of %s, got %s", batchSize, images);
  }

  /**
   * The result.
   *
   * @param images number of images labelled after each step
   * @param changes one per step, in order
   */
  public record Result(int images, ImmutableList<Change> changes) {}

  /**
   * Numbers of pseudo labels that differ from those before the step.
   *
   * @param step counted from 1
   * @param averaged number with averaged statistics
   * @param ofBatch number with batch statistics
   */
  public record Change(int step, int averaged, int ofBatch) {}

  /**
   * Trains for a few steps and measures after each.
   *
   * @param algorithm trained further; its state changes
   * @param learningRate of all steps
   * @param teachers pair of the algorithm's teacher
   * @param training training batches, at least one per step; not closed
   * @param probes number of images available for labelling, at least 1
   * @param inOrder opens some of these images, each once, in the given order
   */
  public Result measure(
      StudentTeacherAlgorithm algorithm,
      double learningRate,
      TeacherPair teachers,
      BatchSource training,
      int probes,
      LabeledBatches inOrder) {
    checkArgument(probes > 0, "images: expected at least 1 to label, found none");
    int size = Math.min(batchSize, probes);
    int count = Math.min(images, probes) / size * size;
    ImmutableIntArray probe = Orders.sample(probes, count);
    ImmutableList.Builder<Change> changes = ImmutableList.builder();
    int[][] before = new int[0][];
    for (int step = 0; step <= steps; step++) {
      if (step > 0) {
        algorithm.step(training.next(), learningRate);
      }
      teachers.refresh();
      int[][] now = labels(teachers.both(), probe, Orders.shuffled(count, step), size, inOrder);
      if (step > 0) {
        changes.add(new Change(step, changed(before[0], now[0]), changed(before[1], now[1])));
      }
      before = now;
    }
    return new Result(count, changes.build());
  }

  /** Each network's class for each probe image, independent of their order. */
  private int[][] labels(
      List<Classifier> networks,
      ImmutableIntArray probe,
      int[] order,
      int size,
      LabeledBatches inOrder) {
    ImmutableIntArray shown = ImmutableIntArray.copyOf(Arrays.stream(order).map(probe::get));
    int[][] labels = new int[networks.size()][probe.length()];
    try (BatchSource source = inOrder.open(shown, size)) {
      for (int at = 0; source.hasNext(); at += size) {
        INDArray batch = source.next().requireLabeled();
        for (int n = 0; n < labels.length; n++) {
          int[] found = networks.get(n).logits(batch).argMax(1).toIntVector();
          for (int i = 0; i < found.length; i++) {
            labels[n][order[at + i]] = found[i];
          }
        }
      }
    }
    return labels;
  }

  private static int changed(int[] before, int[] now) {
    return (int) IntStream.range(0, now.length).filter(i -> before[i] != now[i]).count();
  }
}
