package dev.eman.core.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The images of one step. Arrays belong to the loader, which may overwrite them for the next step;
 * algorithms only read them.
 *
 * @param labeled images with labels {@code [B, C, H, W]}, or null for methods without labels
 * @param labels of the labelled images {@code [B]}, from 0; empty without
 * @param views several views of the same unlabelled images, each {@code [M, C, H, W]}: weak and
 *     strong for FixMatch, two augmentations for BYOL
 * @param hiddenLabels true labels of the unlabelled images {@code [M]} where they are known, for
 *     metrics alone, never for a loss; empty where not
 */
public record Batch(
    @Nullable INDArray labeled,
    ImmutableIntArray labels,
    List<INDArray> views,
    ImmutableIntArray hiddenLabels) {

  public Batch {
    views = ImmutableList.copyOf(views);
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
    checkArgument(
        hiddenLabels.isEmpty()
            || (!views.isEmpty() && hiddenLabels.length() == views.get(0).size(0)),
        "hidden labels: expected none or one per unlabelled image, got [%s]",
        hiddenLabels.length());
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

  /** The labelled images. */
  public INDArray requireLabeled() {
    checkArgument(labeled != null, "this algorithm wants labelled images, got a batch without");
    return labeled;
  }

  /** One view of the unlabelled images. */
  public INDArray view(int index) {
    checkArgument(
        index < views.size(),
        "this algorithm wants at least %s views of the unlabelled images, got %s",
        index + 1,
        views.size());
    return views.get(index);
  }
}
