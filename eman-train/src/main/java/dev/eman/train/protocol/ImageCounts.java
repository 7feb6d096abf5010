package dev.eman.train.protocol;

import com.google.common.collect.ImmutableMap;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The number of images that a run trains on.
 *
 * @param images number of images used without their labels
 * @param labeled number of images with labels
 * @param classes K
 * @param found whether the images were counted; else the published sizes are used
 */
public record ImageCounts(int images, int labeled, int classes, boolean found) {
  private record Published(int images, int classes) {}

  private static final ImmutableMap<String, Published> PUBLISHED =
      ImmutableMap.of(
          "imagenet", new Published(1_281_167, 1000),
          "cifar10", new Published(50_000, 10),
          "fashion-mnist", new Published(60_000, 10));

  /** Counts the images of a split. */
  public static ImageCounts of(ImageDataset train, LabelSplit split) {
    return new ImageCounts(
        split.unlabeled().length(), split.labeled().length(), train.classNames().size(), true);
  }

  /**
   * The counts of a data set that is not on this machine.
   *
   * @param dataset its name
   * @param labelsFile a list of labelled images, its name saying {@code 1percent} or {@code
   *     10percent}; null or another name to use {@code labels}
   * @param labels how many images have labels
   * @return empty for a data set of unknown size
   */
  public static Optional<ImageCounts> published(
      String dataset, @Nullable Path labelsFile, LabelAmount labels) {
    return Optional.ofNullable(PUBLISHED.get(dataset))
        .map(
            size -> {
              String file = String.valueOf(labelsFile);
              double part = file.contains("10percent") ? 0.1 : file.contains("1percent") ? 0.01 : 0;
              int labeled =
                  part > 0
                      ? Math.toIntExact(Math.round(size.images() * part))
                      : labels.total(size.images(), size.classes());
              return new ImageCounts(size.images(), labeled, size.classes(), false);
            });
  }
}
