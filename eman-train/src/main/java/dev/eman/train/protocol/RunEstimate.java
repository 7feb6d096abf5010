package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.model.Teacher;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The time and memory that a training run takes, estimated from steps on a few random images.
 *
 * @param parameters learned parameters of the student
 * @param checkpointBytes size of a checkpoint
 * @param deviceBytes memory on each device: weights, gradient, optimiser, activations of one part
 *     of a batch, and the algorithm's own state
 * @param batchBytes memory of the batches that the pipeline holds
 * @param measuredBatch labelled images per measured step (images, for an algorithm without labels)
 * @param measuredSeconds time of the measured step: the minimum of a few
 * @param stepSeconds time of a step of the run, scaled in proportion, without data loading
 * @param seconds time of all steps, without data loading and evaluations
 */
public record RunEstimate(
    long parameters,
    long checkpointBytes,
    double deviceBytes,
    double batchBytes,
    int measuredBatch,
    double measuredSeconds,
    double stepSeconds,
    double seconds) {
  private static final long FLOAT = Float.BYTES;

  /** Batches that the pipeline holds: one in use, two prepared. */
  private static final int BATCHES = 3;

  private static final int TRIES = 3;
  private static final double LEARNING_RATE = 1e-6;

  /**
   * The workload of a run.
   *
   * @param steps number of steps, at least 1
   * @param batchSize labelled images per step, at least 1
   * @param labels whether the algorithm uses labelled images
   * @param views views per unlabelled image; 0 if the algorithm uses none
   * @param mu unlabelled images per labelled image, at least 1
   * @param accumulate parts into which a batch is split, processed one after the other, at least 1
   * @param devices among which a batch is divided, at least 1
   * @param channels C of the images {@code [N, C, H, W]}, at least 1
   * @param imageSize H and W in pixels, at least 1
   */
  public record Workload(
      long steps,
      int batchSize,
      boolean labels,
      int views,
      int mu,
      int accumulate,
      int devices,
      int channels,
      int imageSize) {
    /** Checks the ranges. */
    public Workload {
      checkArgument(steps >= 1, "steps: expected at least 1, got %s", steps);
      checkArgument(batchSize >= 1, "batch: expected at least 1, got %s", batchSize);
      checkArgument(views >= 0, "views: expected at least 0, got %s", views);
      checkArgument(labels || views > 0, "expected labelled images or views of unlabelled ones");
      checkArgument(mu >= 1, "mu: expected at least 1, got %s", mu);
      checkArgument(accumulate >= 1, "accumulate: expected at least 1, got %s", accumulate);
      checkArgument(devices >= 1, "devices: expected at least 1, got %s", devices);
      checkArgument(channels >= 1, "channels: expected at least 1, got %s", channels);
      checkArgument(imageSize >= 1, "image size: expected at least 1, got %s", imageSize);
    }

    /**
     * Starts from labelled images only, one channel, one part and one device; steps, batch size and
     * image size must be set.
     */
    public static Builder builder() {
      return new Builder();
    }

    /** Random pixels: labelled images and the unlabelled ones that belong to them. */
    private Batch random(int labeled) {
      INDArray[] unlabeled = new INDArray[views];
      for (int i = 0; i < views; i++) {
        unlabeled[i] = images((long) labeled * mu);
      }
      Batch batch =
          labels
              ? Batch.of(images(labeled), new int[labeled], unlabeled)
              : Batch.unlabeled(unlabeled);
      // Algorithms that remember images take the same one each time, whatever the pools' sizes.
      return batch.withIndices(first(labels ? labeled : 0), first(views > 0 ? labeled * mu : 0));
    }

    private static ImmutableIntArray first(int times) {
      return ImmutableIntArray.copyOf(new int[times]);
    }

    private INDArray images(long n) {
      return Nd4j.rand(DataType.FLOAT, n, channels, imageSize, imageSize);
    }

    /** Builds a workload. */
    public static final class Builder {
      private long steps;
      private int batchSize;
      private boolean labels = true;
      private int views;
      private int mu = 1;
      private int accumulate = 1;
      private int devices = 1;
      private int channels = 1;
      private int imageSize;

      private Builder() {}

      public Builder steps(long value) {
        steps = value;
        return this;
      }

      public Builder batchSize(int value) {
        batchSize = value;
        return this;
      }

      public Builder labels(boolean value) {
        labels = value;
        return this;
      }

      public Builder views(int value) {
        views = value;
        return this;
      }

      public Builder mu(int value) {
        mu = value;
        return this;
      }

      public Builder accumulate(int value) {
        accumulate = value;
        return this;
      }

      public Builder devices(int value) {
        devices = value;
        return this;
      }

      public Builder channels(int value) {
        channels = value;
        return this;
      }

      public Builder imageSize(int value) {
        imageSize = value;
        return this;
      }

      public Workload build() {
        return new Workload(
            steps, batchSize, labels, views, mu, accumulate, devices, channels, imageSize);
      }
    }
  }

  /**
   * Times a few steps.
   *
   * @param algorithm a new one; its state and weights change
   */
  public static RunEstimate measure(StudentTeacherAlgorithm algorithm, Workload work) {
    return measure(algorithm, work, images -> true);
  }

  /**
   * Times a few steps of an algorithm that does not take any batch.
   *
   * @param algorithm a new one; its state and weights change
   * @param takes whether it takes so many unlabelled images (images, for one that uses none) in a
   *     part of a batch; true of the run's own parts
   */
  public static RunEstimate measure(
      StudentTeacherAlgorithm algorithm, Workload work, IntPredicate takes) {
    Teacher teacher = algorithm.teacher();
    long weights = algorithm.student().parameters().vector().length();
    long networks = teacher == null ? 1 : 2;
    int perPart = Math.max(1, work.batchSize() / (work.accumulate() * work.devices()));
    int least = least(work, perPart, takes);
    boolean twice = 2 * least <= perPart || least <= 2; // No more memory than the run's own.
    int many = twice && takes.test(2 * least * work.mu()) ? 2 * least : least;
    algorithm.step(work.random(least), LEARNING_RATE);
    long bytesOfLeast = algorithm.student().pooledBytes();
    double measured = shortestStep(algorithm, work.random(many));
    long more = Math.max(0, algorithm.student().pooledBytes() - bytesOfLeast) / least;
    // Weights, their gradient, the optimiser's state, the teacher; activations of one part; the
    // algorithm's own state, such as MoCo's queue.
    double device =
        (networks + 2) * weights * FLOAT
            + bytesOfLeast
            + more * (double) (perPart - least)
            + algorithm.savedState().values().stream()
                .mapToDouble(state -> state.length() * (double) state.dataType().width())
                .sum();
    long seen = work.batchSize() * ((work.labels() ? 1L : 0) + (long) work.views() * work.mu());
    double pixels = (double) BATCHES * seen * work.imageSize() * work.imageSize();
    double step = work.accumulate() * measured * perPart / many;
    return new RunEstimate(
        algorithm.student().parameters().learnedCount(),
        (networks + 1) * weights * FLOAT,
        device,
        pixels * work.channels() * FLOAT,
        many,
        measured,
        step,
        step * work.steps());
  }

  /** A small batch, so that large networks are measured, too, wherever the algorithm takes one. */
  private static int least(Workload work, int perPart, IntPredicate takes) {
    // A normalisation of heads, or of maps of one pixel, needs two.
    int least = work.labels() && work.views() > 0 ? 1 : 2;
    while (least < perPart && !takes.test(least * work.mu())) {
      least = Math.min(2 * least, perPart);
    }
    return least;
  }

  /** Seconds of the fastest of a few steps, because other programs may use the machine too. */
  private static double shortestStep(StudentTeacherAlgorithm algorithm, Batch batch) {
    double shortest = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= TRIES; i++) {
      long start = System.nanoTime();
      algorithm.step(batch, LEARNING_RATE);
      if (i > 0) { // The first step includes one-time setup.
        shortest = Math.min(shortest, (System.nanoTime() - start) / 1e9);
      }
    }
    return shortest;
  }
}
