package dev.eman.report;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.eval.Features;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.pipeline.BatchPipeline;
import dev.eman.train.RunImages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes feature maps of labelled images. */
public final class Maps {
  private Maps() {}

  /**
   * Computes the map of evenly spaced images of a data set.
   *
   * @param most maximum number of images
   * @param of whose features, in words
   * @return null if there is nothing to draw
   */
  public static @Nullable FeatureMap of(
      ImageEncoder extractor, RunImages images, ImageDataset data, int most, String of) {
    ImmutableIntArray some = spread(data, most);
    if (some.isEmpty()) {
      return null;
    }
    try (BatchPipeline source = images.inOrder(data, some)) {
      return FeatureMap.of(Features.of(source, List.of(extractor)).get(0), of);
    }
  }

  private static ImmutableIntArray spread(ImageDataset data, int most) {
    int count = Math.min(most, data.size());
    ImmutableIntArray.Builder some = ImmutableIntArray.builder();
    for (int i = 0; i < count; i++) {
      int position = (int) ((long) i * data.size() / count);
      if (data.label(position) >= 0) {
        some.add(position);
      }
    }
    return some.build();
  }
}
