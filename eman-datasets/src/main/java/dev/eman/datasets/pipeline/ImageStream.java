package dev.eman.datasets.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.augment.Transform;
import java.util.Locale;

/**
 * Images to make batches of, and how.
 *
 * @param data where they are read from; not closed by the pipeline
 * @param indices which of them, at least one
 * @param batchSize how many a batch has, in all shards together
 * @param views what is made of each image, at least one; each view of an image has chance of its
 *     own
 * @param epochEnd what happens at the end of an epoch
 * @param taught positions in the data of images whose labels are trained with: drawn as unlabelled
 *     ones they have no hidden label, since accuracies of pseudo labels would flatter
 */
public record ImageStream(
    ImageDataset data,
    ImmutableIntArray indices,
    int batchSize,
    ImmutableList<Transform> views,
    EpochEnd epochEnd,
    ImmutableSet<Integer> taught) {

  /**
   * Checks that there are images, enough for a batch, and that their labels are classes.
   *
   * @throws IllegalArgumentException if an index is none of the data's
   * @throws DatasetException if there are too few images, or a label is of no class
   */
  public ImageStream {
    checkArgument(batchSize > 0, "batch size: expected at least 1, got %s", batchSize);
    checkArgument(!views.isEmpty(), "views: expected at least one, got none");
    if (indices.isEmpty()) {
      throw new DatasetException(data.name() + ": expected images for a batch, found none");
    }
    if (epochEnd == EpochEnd.DROP_LAST && indices.length() < batchSize) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected at least %d images, as many as a batch has, found %d; take smaller"
                  + " batches, or let them continue with the next epoch",
              data.name(),
              batchSize,
              indices.length()));
    }
    check(data, indices);
  }

  private static void check(ImageDataset data, ImmutableIntArray indices) {
    int size = data.size();
    int classes = data.classNames().size(); // Once: a data set may make its list anew.
    for (int i = 0; i < indices.length(); i++) {
      int image = indices.get(i);
      checkArgument(
          image >= 0 && image < size,
          "indices of %s: expected from 0 to below its %s images, got %s",
          data.name(),
          size,
          image);
      int label = data.label(image);
      if (label != ImageDataset.UNLABELED && (label < 0 || label >= classes)) {
        data.requireLabel(image); // Names it.
      }
    }
  }

  /** Images none of whose labels are trained with elsewhere. */
  public ImageStream(
      ImageDataset data,
      ImmutableIntArray indices,
      int batchSize,
      ImmutableList<Transform> views,
      EpochEnd epochEnd) {
    this(data, indices, batchSize, views, epochEnd, ImmutableSet.of());
  }

  /**
   * The same images, some of which are labelled ones too.
   *
   * @param labeled positions of those in the data
   */
  public ImageStream withTaught(ImmutableIntArray labeled) {
    return new ImageStream(
        data, indices, batchSize, views, epochEnd, ImmutableSet.copyOf(labeled.asList()));
  }

  /** Labelled images: few, so no epoch leaves one out ({@link EpochEnd#CONTINUE}). */
  public static ImageStream labeled(
      ImageDataset data, ImmutableIntArray indices, int batchSize, Transform view) {
    return new ImageStream(data, indices, batchSize, ImmutableList.of(view), EpochEnd.CONTINUE);
  }

  /**
   * Unlabelled images, each at most once an epoch ({@link EpochEnd#DROP_LAST}); fewer images than a
   * batch has are drawn again within it ({@link EpochEnd#CONTINUE}), one as often as another.
   */
  public static ImageStream unlabeled(
      ImageDataset data, ImmutableIntArray indices, int batchSize, Transform... views) {
    return new ImageStream(
        data,
        indices,
        batchSize,
        ImmutableList.copyOf(views),
        indices.length() < batchSize ? EpochEnd.CONTINUE : EpochEnd.DROP_LAST);
  }

  /** All images once, in order. */
  public static ImageStream inOrder(ImageDataset data, int batchSize, Transform view) {
    return inOrder(data, all(data), batchSize, view);
  }

  /** Some images once, in the given order. */
  public static ImageStream inOrder(
      ImageDataset data, ImmutableIntArray indices, int batchSize, Transform view) {
    return new ImageStream(data, indices, batchSize, ImmutableList.of(view), EpochEnd.STOP);
  }

  /** How many batches an epoch has, the last one of {@link EpochEnd#STOP} included. */
  public long batchesPerEpoch() {
    return epochEnd == EpochEnd.DROP_LAST
        ? indices.length() / batchSize
        : ((long) indices.length() + batchSize - 1) / batchSize;
  }

  /** Whether any image has a known label. */
  boolean hasLabels() {
    return indices.stream().anyMatch(i -> label(i) != ImageDataset.UNLABELED);
  }

  /** The label of the image at a position in the data, if it is to be told. */
  int label(int image) {
    return taught.contains(image) ? ImageDataset.UNLABELED : data.label(image);
  }

  private static ImmutableIntArray all(ImageDataset data) {
    ImmutableIntArray.Builder all = ImmutableIntArray.builder(data.size());
    for (int i = 0; i < data.size(); i++) {
      all.add(i);
    }
    return all.build();
  }
}
