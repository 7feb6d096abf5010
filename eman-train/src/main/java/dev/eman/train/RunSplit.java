package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelSplit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Which images have labels, as a run's options say. */
public final class RunSplit {
  private RunSplit() {}

  public static LabelSplit of(RunOptions options, ImageDataset train, DataDirectories directories) {
    if (options.labelsFile == null) {
      return LabelSplit.draw(
          train, options.labels, options.seed, options.validation, options.unlabeled);
    }
    Path file = find(options.labelsFile, directories);
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".txt")) {
      return LabelSplit.fromFileNames(train, file, options.unlabeled);
    }
    return name.endsWith(".csv")
        ? LabelSplit.fromIndexTable(train, file, options.unlabeled)
        : LabelSplit.load(file, train);
  }

  /** A list as it is named, or below one of the data folders. */
  static Path find(Path file, DataDirectories directories) {
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
