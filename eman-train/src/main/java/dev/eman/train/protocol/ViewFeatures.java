package dev.eman.train.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.data.Batch;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.datasets.augment.AugmentationPreset;
import dev.eman.datasets.pipeline.BatchPipeline;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The features of several weak and several strong views of each image, computed once.
 *
 * @param weak {@code [V * N, D]}, float32: the first weak view of all images, then the second, and
 *     so on
 * @param strong {@code [V * N, D]}, float32, in the same order
 * @param images N
 * @param replaced images that could not be decoded, and were skipped: their rows hold the features
 *     of another image
 */
public record ViewFeatures(INDArray weak, INDArray strong, int images, ImmutableIntArray replaced) {
  /** Checks the shapes. */
  public ViewFeatures {
    checkArgument(
        images > 0
            && weak.rank() == 2
            && weak.dataType() == DataType.FLOAT
            && strong.dataType() == DataType.FLOAT
            && Arrays.equals(weak.shape(), strong.shape())
            && weak.size(0) > 0
            && weak.size(0) % images == 0,
        "features of views: expected [V * %s, D] of FLOAT twice, got %s of %s and %s of %s",
        images,
        Arrays.toString(weak.shape()),
        weak.dataType(),
        Arrays.toString(strong.shape()),
        strong.dataType());
  }

  /** Of images that were all decoded. */
  public ViewFeatures(INDArray weak, INDArray strong, int images) {
    this(weak, strong, images, ImmutableIntArray.of());
  }

  /**
   * The views to make of each image, in the order that {@link #of} takes them in. The first ones
   * are the same however many there are.
   *
   * @param views V, at least 1
   */
  public static ImmutableList<AugmentationPreset> presets(
      int views, AugmentationPreset weak, AugmentationPreset strong) {
    checkArgument(views > 0, "views: expected at least 1, got %s", views);
    ImmutableList.Builder<AugmentationPreset> presets = ImmutableList.builder();
    for (int v = 0; v < views; v++) {
      presets.add(weak, strong);
    }
    return presets.build();
  }

  /**
   * Computes the features of all images of a source.
   *
   * @param source unlabelled images, each once and in order, with views by turns weak and strong;
   *     read to its end, not closed
   */
  public static ViewFeatures of(BatchPipeline source, ImageEncoder encoder) {
    List<List<INDArray>> parts = new ArrayList<>();
    ImmutableIntArray.Builder replaced = ImmutableIntArray.builder();
    int images = 0;
    while (source.hasNext()) {
      Batch batch = source.next();
      List<INDArray> views = batch.views();
      checkArgument(
          !views.isEmpty() && views.size() % 2 == 0,
          "views: expected weak and strong ones by turns, got %s",
          views.size());
      for (int image : source.unlabeledImages()) {
        if (image != images) {
          replaced.add(images);
        }
        images++;
      }
      for (int v = 0; v < views.size(); v++) {
        if (parts.size() <= v) {
          parts.add(new ArrayList<>());
        }
        parts.get(v).add(encoder.features(views.get(v)).castTo(DataType.FLOAT).dup('c'));
      }
    }
    checkArgument(images > 0, "views: expected a source of images, got an empty one");
    return new ViewFeatures(table(parts, 0), table(parts, 1), images, replaced.build());
  }

  /** Every second view, from the given one on. */
  private static INDArray table(List<List<INDArray>> parts, int first) {
    List<INDArray> rows = new ArrayList<>();
    for (int v = first; v < parts.size(); v += 2) {
      rows.addAll(parts.get(v));
    }
    return Nd4j.concat(0, rows.toArray(new INDArray[0]));
  }

  /** V, the number of weak views of an image, and of strong ones. */
  public int views() {
    return (int) (weak.size(0) / images);
  }

  /** D, the number of features. */
  public int width() {
    return (int) weak.size(1);
  }
}
