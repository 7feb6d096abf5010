package dev.eman.core.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The images of one step. Arrays belong to the loader, which may overwrite them for the next step;
 * algorithms only read them. All are of one floating-point type, that of the networks (float32 as a
 * rule), and normalised as the networks expect: no pixels of 0 to 255.
 *
 * @param labeled images with labels {@code [B, C, H, W]}, or null for methods without labels
 * @param labels of the labelled images {@code [B]}, from 0; empty without
 * @param views several views of the same unlabelled images, each {@code [M, C, H, W]}: weak and
 *     strong for FixMatch, two augmentations for BYOL
 * @param hiddenLabels true labels of the unlabelled images {@code [M]}, {@link #UNKNOWN} where one
 *     is not known, for metrics alone, never for a loss; empty where none is known
 * @param labeledIndices position of each labelled image in the pool of labelled images {@code [B]},
 *     from 0 to below the pool's size, so that state per image is an array of that length; empty
 *     where the source does not know
 * @param unlabeledIndices position of each unlabelled image in the pool of unlabelled images {@code
 *     [M]}, from 0 to below that pool's size; empty where the source does not know
 */
public record Batch(
    @Nullable INDArray labeled,
    ImmutableIntArray labels,
    List<INDArray> views,
    ImmutableIntArray hiddenLabels,
    ImmutableIntArray labeledIndices,
    ImmutableIntArray unlabeledIndices) {
  /** The hidden label of an image whose true label is not known. */
  public static final int UNKNOWN = -1;

  /**
   * Checks that all lengths and types agree.
   *
   * @throws IllegalArgumentException if they do not, or images are integers
   */
  public Batch {
    views = ImmutableList.copyOf(views);
    checkTypes(labeled, views);
    checkArgument(
        labels.length() == (labeled == null ? 0 : labeled.size(0)),
        "labels: expected [%s], got [%s]",
        labeled == null ? 0 : labeled.size(0),
        labels.length());
    for (INDArray view : views) {
      checkArgument(
          view.equalShapes(views.get(0)),
          "views: expected all of shape %s, got %s",
          Arrays.toString(views.get(0).shape()),
          Arrays.toString(view.shape()));
    }
    long unlabeled = views.isEmpty() ? 0 : views.get(0).size(0);
    checkArgument(
        hiddenLabels.isEmpty() || hiddenLabels.length() == unlabeled,
        "hidden labels: expected none or one per unlabelled image, got [%s]",
        hiddenLabels.length());
    checkIndices("labelled", labeledIndices, labels.length());
    checkIndices("unlabelled", unlabeledIndices, unlabeled);
  }

  /** A batch of a source that does not know its images' positions in their pools. */
  public Batch(
      @Nullable INDArray labeled,
      ImmutableIntArray labels,
      List<INDArray> views,
      ImmutableIntArray hiddenLabels) {
    this(labeled, labels, views, hiddenLabels, ImmutableIntArray.of(), ImmutableIntArray.of());
  }

  /** Labelled images and views of unlabelled ones. */
  public static Batch of(INDArray labeled, int[] labels, INDArray... views) {
    return new Batch(
        labeled, ImmutableIntArray.copyOf(labels), Arrays.asList(views), ImmutableIntArray.of());
  }

  /** Views of unlabelled images alone. */
  public static Batch unlabeled(INDArray... views) {
    return new Batch(null, ImmutableIntArray.of(), Arrays.asList(views), ImmutableIntArray.of());
  }

  /**
   * This batch with the images' positions in their pools.
   *
   * @param labeledPositions {@code [B]}, or empty for unknown
   * @param unlabeledPositions {@code [M]}, or empty for unknown
   */
  public Batch withIndices(
      ImmutableIntArray labeledPositions, ImmutableIntArray unlabeledPositions) {
    return new Batch(labeled, labels, views, hiddenLabels, labeledPositions, unlabeledPositions);
  }

  /**
   * Equal parts, in order; views of this batch's arrays, or of a copy of those that were cut out of
   * larger ones where ND4J would lose their later images.
   *
   * @param parts at least 1
   * @throws IllegalArgumentException if the labelled or the unlabelled images do not divide into
   *     equal parts
   */
  public List<Batch> split(int parts) {
    checkArgument(parts > 0, "parts: expected at least 1, got %s", parts);
    if (parts == 1) {
      return ImmutableList.of(this);
    }
    long unlabeled = views.isEmpty() ? 0 : views.get(0).size(0);
    checkArgument(
        labels.length() % parts == 0 && unlabeled % parts == 0,
        "batch: expected %s labelled and %s unlabelled images to divide into %s parts",
        labels.length(),
        unlabeled,
        parts);
    INDArray some = labeled == null ? null : divisible(labeled, parts);
    List<INDArray> others = views.stream().map(view -> divisible(view, parts)).toList();
    ImmutableList.Builder<Batch> split = ImmutableList.builder();
    for (int part = 0; part < parts; part++) {
      int index = part;
      split.add(
          new Batch(
              some == null ? null : part(some, part, parts),
              part(labels, part, parts),
              others.stream().map(view -> part(view, index, parts)).toList(),
              part(hiddenLabels, part, parts),
              part(labeledIndices, part, parts),
              part(unlabeledIndices, part, parts)));
    }
    return split.build();
  }

  /** Put behind integers, floating-point images would lose their fractions. */
  private static void checkTypes(@Nullable INDArray labeled, List<INDArray> views) {
    @Nullable DataType first = labeled == null ? null : labeled.dataType();
    for (INDArray images : labeled == null ? views : Iterables.concat(List.of(labeled), views)) {
      DataType type = images.dataType();
      checkArgument(
          type.isFPType(),
          "images: expected normalised ones of a floating-point type, got %s",
          type);
      first = first == null ? type : first;
      checkArgument(type == first, "images: expected all of one type, got %s and %s", first, type);
    }
  }

  private static void checkIndices(String kind, ImmutableIntArray indices, long images) {
    checkArgument(
        indices.isEmpty() || indices.length() == images,
        "%s indices: expected none or one per %s image [%s], got [%s]",
        kind,
        kind,
        images,
        indices.length());
    for (int i = 0; i < indices.length(); i++) {
      checkArgument(
          indices.get(i) >= 0,
          "%s indices: expected positions from 0, got %s",
          kind,
          indices.get(i));
    }
  }

  /** ND4J 1.0.0-M2.1 takes later images of some views for an empty array, the last ones first. */
  private static INDArray divisible(INDArray images, int parts) {
    return part(images, parts - 1, parts).isEmpty() ? images.dup('c') : images;
  }

  private static INDArray part(INDArray images, int part, int parts) {
    long length = images.size(0) / parts;
    INDArrayIndex[] where = new INDArrayIndex[images.rank()];
    Arrays.fill(where, NDArrayIndex.all());
    where[0] = NDArrayIndex.interval(part * length, (part + 1) * length);
    return images.get(where);
  }

  private static ImmutableIntArray part(ImmutableIntArray values, int part, int parts) {
    int length = values.length() / parts;
    return values.subArray(part * length, (part + 1) * length).trimmed();
  }

  /** The labelled images. */
  public INDArray requireLabeled() {
    checkArgument(labeled != null, "this algorithm requires labelled images, got a batch without");
    return labeled;
  }

  /** One view of the unlabelled images. */
  public INDArray view(int index) {
    checkArgument(
        index < views.size(),
        "this algorithm requires at least %s views of the unlabelled images, got %s",
        index + 1,
        views.size());
    return views.get(index);
  }
}
