package dev.eman.train;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.split.AddedImages;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** The split of a run: images with labels and images used without, as its options specify. */
public final class RunSplit {
  private RunSplit() {}

  /** Draws or reads the split of training images that some may have been held out of. */
  public static LabelSplit of(
      TrainingOptions options,
      DatasetProvider provider,
      ImageDataset train,
      DataDirectories directories) {
    if (train.classNames().isEmpty()) {
      return withAdded(LabelSplit.unlabeled(train), options, provider, directories);
    }
    UnlabeledPool pool = options.data().unlabeled();
    LabelSplit split;
    if (options.data().labelsFile() == null) {
      split =
          LabelSplit.draw(
              train,
              options.data().labels(),
              options.seed(),
              options.data().validation(),
              pool,
              options.data().imbalance().imbalance());
    } else {
      Path file = find(options.data().labelsFile(), directories);
      double validation = options.data().validation();
      split =
          train instanceof SubsetDataset some
              ? LabelFile.splitOfRest(some, file, validation, options.seed(), pool)
              : LabelFile.split(train, file, validation, options.seed(), pool);
      if (LabelFile.isSavedSplit(file)) {
        return withAdded(split, options, provider, directories);
      }
    }
    boolean added = options.data().unlabeledData() != null;
    try (ImageDataset part = pool.openPart(provider, directories, added).orElse(null)) {
      return withAdded(part == null ? split : split.withPart(part), options, provider, directories);
    }
  }

  /** Adds a user's images, if there are any, to a split that has none. */
  private static LabelSplit withAdded(
      LabelSplit split,
      TrainingOptions options,
      DatasetProvider provider,
      DataDirectories directories) {
    Path path = options.data().unlabeledData();
    if (path == null || split.addedSize() > 0) { // A saved split has its own pool and images.
      return split;
    }
    if (!split.pool().usesPart()) {
      throw new UsageException(
          "--unlabeled-data: expected a split that uses images without labels, found one of"
              + " training images alone in "
              + options.data().labelsFile());
    }
    try (ImageDataset added =
        AddedImages.open(path, provider, directories, options.data().added())) {
      return split.withAdded(added);
    }
  }

  /**
   * The images that the options' list names, none of which are held out.
   *
   * @param whole all images
   * @return none if the options have no list, it has all images, or it is a split of a part of them
   */
  static ImmutableIntArray kept(
      TrainingOptions options, ImageDataset whole, DataDirectories directories) {
    Path file = options.data().labelsFile();
    return file == null
        ? ImmutableIntArray.of()
        : LabelFile.kept(whole, find(file, directories), options.seed());
  }

  /**
   * The list itself, or one of that name in a data folder.
   *
   * @throws EmanException if a relative path with a folder leads to none
   */
  public static Path find(Path file, DataDirectories directories) {
    if (Files.exists(file) || file.isAbsolute()) {
      return file;
    }
    Path parent = file.getParent();
    Path name = file.getFileName();
    if (parent == null || name == null) {
      return file;
    }
    return directories
        .find(parent.toString(), folder -> Files.exists(folder.resolve(name)))
        .map(folder -> folder.resolve(name))
        .orElseThrow(
            () ->
                new EmanException(
                    "expected the list of labelled images "
                        + file
                        + " here or in the data folder (--data), found none; the 1% and 10% lists"
                        + " of ImageNet are published as imagenet_subsets with SimCLR, or draw"
                        + " labels with --labels and no --labels-file"));
  }
}
