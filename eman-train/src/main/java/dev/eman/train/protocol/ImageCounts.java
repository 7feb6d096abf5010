package dev.eman.train.protocol;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.Imbalance;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
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
  /**
   * Sizes of a published data set.
   *
   * @param train number of training images, which are divided evenly among the classes, or nearly
   * @param part number of images that come without labels
   */
  private record Published(int train, int part, int classes) {
    int labeled(@Nullable Path labelsFile, LabelAmount labels) {
      String file = String.valueOf(labelsFile);
      double share = file.contains("10percent") ? 0.1 : file.contains("1percent") ? 0.01 : 0;
      return share > 0 ? Math.toIntExact(Math.round(train * share)) : labels.total(train, classes);
    }
  }

  private static final ImmutableMap<String, Published> PUBLISHED =
      ImmutableMap.of(
          "imagenet", new Published(1_281_167, 0, 1000),
          "cifar10", new Published(50_000, 0, 10),
          "cifar100", new Published(50_000, 0, 100),
          "stl10", new Published(5_000, 100_000, 10),
          "svhn", new Published(73_257, 531_131, 10),
          "fashion-mnist", new Published(60_000, 0, 10));

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
   * @param imbalance of the classes
   * @param pool which images serve without labels
   * @return empty for a data set of unknown size
   * @throws dev.eman.datasets.DatasetException if it is too small for the imbalance
   */
  public static Optional<ImageCounts> published(
      String dataset,
      @Nullable Path labelsFile,
      LabelAmount labels,
      Imbalance imbalance,
      UnlabeledPool pool) {
    Published size = PUBLISHED.get(dataset);
    if (size == null) {
      return Optional.empty();
    }
    int classes = size.classes();
    ImmutableIntArray each = same(size.train() / classes, classes);
    ImmutableList<String> names =
        IntStream.range(0, classes).mapToObj(c -> "class " + c).collect(toImmutableList());
    int labeled = size.labeled(labelsFile, labels);
    ImmutableIntArray chosen = same(labeled / classes, classes);
    if (imbalance.ofLabeled()) {
      chosen = imbalance.labeled(labels, each, names);
      labeled = chosen.stream().sum();
    }
    int images = pool.usesPart() ? size.part() : 0;
    if (pool.usesTrain()) {
      images += pool == UnlabeledPool.REST ? 0 : labeled;
      images +=
          imbalance.ofUnlabeled()
              ? imbalance.unlabeled(less(each, chosen), names).stream().sum()
              : size.train() - labeled;
    }
    return Optional.of(new ImageCounts(images, labeled, classes, false));
  }

  private static ImmutableIntArray same(int count, int classes) {
    return ImmutableIntArray.copyOf(IntStream.generate(() -> count).limit(classes));
  }

  private static ImmutableIntArray less(ImmutableIntArray all, ImmutableIntArray some) {
    return ImmutableIntArray.copyOf(
        IntStream.range(0, all.length()).map(c -> all.get(c) - some.get(c)));
  }
}
