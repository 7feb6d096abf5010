package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.LinearProbe;
import dev.eman.core.loss.Softmax;
import dev.eman.core.train.LearningRateSchedule;
import java.util.Arrays;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Linear classifiers on cached features, each trained on some of the images to classify all of
 * them: seconds, where training a network takes minutes. Features are standardised over all images,
 * labelled or not, so that one learning rate and one weight decay serve for any network.
 *
 * <p>One thread at a time.
 */
public final class LinearHeads {
  private static final int BATCH = 512;
  private static final int FEWEST_STEPS = 300;
  private static final int EPOCHS = 20;
  private static final int BLOCK = 8192;
  private static final double LEARNING_RATE = 1;

  /** Divided by the number of images: as much as one image in each of them. */
  private static final double WEIGHT_DECAY = 1;

  private final INDArray features;
  private final int classes;

  /**
   * Classifiers of some images.
   *
   * @param features {@code [N, D]}, float32, finite; copied
   * @param classes K, at least 1
   */
  public LinearHeads(INDArray features, int classes) {
    checkArgument(
        features.rank() == 2 && features.dataType() == DataType.FLOAT && features.size(0) > 0,
        "features: expected [N, D] of FLOAT, got %s of %s",
        Arrays.toString(features.shape()),
        features.dataType());
    checkArgument(classes > 0, "classes: expected at least 1, got %s", classes);
    this.classes = classes;
    INDArray deviation = features.std(false, 0).reshape(1, features.size(1));
    // Columns that do not vary say nothing; the others together give rows of length 1 or so.
    double width = Math.sqrt((double) features.size(1));
    INDArray scale = deviation.dup();
    for (long d = 0; d < scale.length(); d++) {
      double found = scale.getDouble(d);
      scale.putScalar(d, found > 1e-12 ? 1 / (found * width) : 0);
    }
    INDArray mean = features.mean(0).reshape(1, features.size(1));
    this.features = features.sub(mean).muli(scale);
  }

  /**
   * Trains a classifier and classifies all images.
   *
   * @param images to train on, at least one, in any order
   * @param labels theirs, {@code [images]}, 0 to K - 1
   * @param seed of the order of the images
   * @return probabilities {@code [N, K]}, float32, a new array
   * @throws dev.eman.core.NonFiniteException if the features are not finite
   */
  public INDArray probabilities(ImmutableIntArray images, ImmutableIntArray labels, long seed) {
    int n = images.length();
    checkArgument(n > 0, "images: expected at least one to train on, got none");
    checkArgument(n == labels.length(), "labels: expected [%s], got [%s]", n, labels.length());
    labels.forEach(
        label ->
            checkArgument(
                label >= 0 && label < classes,
                "label: expected 0 to %s, got %s",
                classes - 1,
                label));
    LinearProbe probe =
        new LinearProbe((int) features.size(1), classes, WEIGHT_DECAY / n / features.size(1));
    int batch = Math.min(n, BATCH);
    int perEpoch = (n + batch - 1) / batch;
    int steps = Math.max(FEWEST_STEPS, EPOCHS * perEpoch);
    LearningRateSchedule schedule = LearningRateSchedule.cosine(LEARNING_RATE, steps, 0);
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    Random random = new Random(seed);
    INDArray rows = batch == n ? rows(images.toArray()) : null; // All at every step.
    for (int step = 0; step < steps; step++) {
      if (rows != null) {
        probe.step(rows, labels.toArray(), schedule.at(step));
        continue;
      }
      int at = step % perEpoch * batch;
      if (at == 0) {
        shuffle(order, random);
      }
      int[] chosen = Arrays.copyOfRange(order, at, Math.min(n, at + batch));
      probe.step(
          rows(Arrays.stream(chosen).map(images::get).toArray()),
          Arrays.stream(chosen).map(labels::get).toArray(),
          schedule.at(step));
    }
    return classify(probe);
  }

  private INDArray rows(int[] images) {
    return Features.rows(features, images);
  }

  private static void shuffle(int[] order, Random random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int held = order[i];
      order[i] = order[other];
      order[other] = held;
    }
  }

  private INDArray classify(LinearProbe probe) {
    long n = features.size(0);
    INDArray all = Nd4j.createUninitialized(DataType.FLOAT, n, classes);
    for (long at = 0; at < n; at += BLOCK) {
      long end = Math.min(n, at + BLOCK);
      INDArray rows = features.get(NDArrayIndex.interval(at, end), NDArrayIndex.all());
      all.get(NDArrayIndex.interval(at, end), NDArrayIndex.all())
          .assign(Softmax.of(probe.logits(rows)));
    }
    return all;
  }
}
