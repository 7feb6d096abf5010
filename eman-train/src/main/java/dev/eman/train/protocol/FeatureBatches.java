package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.algorithm.AlgorithmProvider.View;
import dev.eman.core.data.Batch;
import dev.eman.core.data.BatchSource;
import dev.eman.core.eval.Features;
import dev.eman.datasets.augment.ViewRandom;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Endless batches of cached features in place of images, {@code [N, D, 1, 1]}: in each epoch every
 * image once, in a new order, and a view of it that is drawn among those in the cache. Several
 * views of one kind are different ones as far as there are so many.
 */
final class FeatureBatches implements BatchSource {
  private static final int LABELED = 0;
  private static final int UNLABELED = 1;
  private static final int ORDER = 0;
  private static final int CHOICE = 1;

  private final ViewFeatures features;
  private final ImmutableIntArray labels;
  private final Pool labeled;
  private final Pool unlabeled;
  private final ImmutableList<View> views;
  private final long seed;
  private final ViewRandom random = new ViewRandom();
  private long position;

  /**
   * Batches from the first one on.
   *
   * @param labels of all images of the features, {@code [N]}, {@link Batch#UNKNOWN} where unknown
   * @param labeled positions of the images with labels, at least one
   * @param batchSize labelled images a batch
   * @param unlabeledRatio unlabelled images for each labelled one; they are all images
   * @param views of an unlabelled image; none for batches of labelled ones alone
   */
  FeatureBatches(
      ViewFeatures features,
      ImmutableIntArray labels,
      ImmutableIntArray labeled,
      int batchSize,
      int unlabeledRatio,
      List<View> views,
      long seed) {
    checkArgument(
        labels.length() == features.images(),
        "labels: expected [%s], got [%s]",
        features.images(),
        labels.length());
    this.features = features;
    this.labels = labels;
    this.labeled = new Pool(LABELED, labeled.toArray(), batchSize);
    int[] all = new int[features.images()];
    Arrays.setAll(all, i -> i);
    this.unlabeled = new Pool(UNLABELED, all, Math.multiplyExact(batchSize, unlabeledRatio));
    this.views = ImmutableList.copyOf(views);
    this.seed = seed;
  }

  /** The images of a stream, and the order of the epoch that was drawn from last. */
  private final class Pool {
    private final int stream;
    private final int[] images;
    private final int batch;
    private final int[] order;
    private long epoch = -1;

    Pool(int stream, int[] images, int batch) {
      checkArgument(images.length > 0 && batch > 0, "images: expected at least one, got none");
      this.stream = stream;
      this.images = images;
      this.batch = batch;
      this.order = new int[images.length];
    }

    /** The positions in this pool of a batch's images. */
    int[] draw(long number) {
      int[] drawn = new int[batch];
      for (int i = 0; i < batch; i++) {
        long at = number * batch + i;
        begin(at / images.length);
        drawn[i] = order[(int) (at % images.length)];
      }
      return drawn;
    }

    private void begin(long next) {
      if (epoch == next) {
        return;
      }
      epoch = next;
      Arrays.setAll(order, i -> i);
      random.seed(seed, epoch, stream, ORDER);
      for (int i = order.length - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int held = order[i];
        order[i] = order[other];
        order[other] = held;
      }
    }

    /** The drawn images' positions among all. */
    int[] images(int... drawn) {
      return Arrays.stream(drawn).map(i -> images[i]).toArray();
    }

    /** For each image of a batch the first view of a kind, drawn. */
    int[] firstViews(long number, boolean strong) {
      random.seed(seed, number, stream, CHOICE + (strong ? 1 : 0));
      int[] first = new int[batch];
      for (int i = 0; i < batch; i++) {
        first[i] = random.nextInt(features.views());
      }
      return first;
    }
  }

  @Override
  public boolean hasNext() {
    return true;
  }

  @Override
  public Batch next() {
    long number = position++;
    int[] drawn = labeled.draw(number);
    int[] images = labeled.images(drawn);
    INDArray rows = rows(features.weak(), images, labeled.firstViews(number, false), 0);
    if (views.isEmpty()) {
      return new Batch(rows, labels(images), List.of(), ImmutableIntArray.of())
          .withIndices(ImmutableIntArray.copyOf(drawn), ImmutableIntArray.of());
    }
    int[] others = unlabeled.draw(number);
    int[] weak = unlabeled.firstViews(number, false);
    int[] strong = unlabeled.firstViews(number, true);
    ImmutableList.Builder<INDArray> given = ImmutableList.builder();
    int weakGiven = 0;
    int strongGiven = 0;
    for (View view : views) {
      given.add(
          view == View.WEAK
              ? rows(features.weak(), others, weak, weakGiven++)
              : rows(features.strong(), others, strong, strongGiven++));
    }
    ImmutableIntArray hidden = labels(others);
    boolean known = hidden.stream().anyMatch(label -> label != Batch.UNKNOWN);
    return new Batch(
        rows,
        labels(images),
        given.build(),
        known ? hidden : ImmutableIntArray.of(),
        ImmutableIntArray.copyOf(drawn),
        ImmutableIntArray.copyOf(others));
  }

  private ImmutableIntArray labels(int... images) {
    return ImmutableIntArray.copyOf(Arrays.stream(images).map(labels::get));
  }

  /** The n-th view after each image's first one. */
  private INDArray rows(INDArray table, int[] images, int[] first, int n) {
    int[] rows = new int[images.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (first[i] + n) % features.views() * features.images() + images[i];
    }
    return asImages(Features.rows(table, rows));
  }

  /** Features {@code [N, D]} as images of one pixel. */
  static INDArray asImages(INDArray rows) {
    return rows.reshape('c', rows.size(0), rows.size(1), 1, 1);
  }

  @Override
  public long position() {
    return position;
  }
}
