package dev.eman.cli.data;

import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.LabeledByTable;
import dev.eman.datasets.split.Imbalance;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.RunSplit;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which images are labelled. */
final class SplitOptions {
  @Option(
      names = "--labels",
      paramLabel = "AMOUNT",
      description =
          "Amount of labelled images to draw: a fraction such as 1%%, or a number"
              + " such as 40/class.")
  private @Nullable LabelAmount labels;

  @Option(
      names = "--labels-file",
      paramLabel = "FILE",
      description =
          "File that names the labelled images: a list of file names (.txt), a table of images"
              + " and labels or with a column Index (.csv, .tsv), or a saved split.")
  private @Nullable Path file;

  @Option(names = "--split-seed", paramLabel = "N", description = "Seed of the draw (default: 0).")
  private @Nullable Long seed;

  @Option(
      names = "--validation",
      paramLabel = "PART",
      description =
          "Fraction of the labelled images to hold out, at least 0 and below 1 (default: 0).")
  private @Nullable Double validation;

  @Option(
      names = "--unlabeled",
      paramLabel = "POOL",
      description =
          "Images to use without labels, as for eman train: all, rest, part, train"
              + " (default: all).")
  private @Nullable UnlabeledPool unlabeled;

  @Option(
      names = "--imbalance",
      paramLabel = "RATIO",
      description =
          "Long-tailed labels, as for eman train: the first class has RATIO times as many"
              + " as the last.")
  private @Nullable Double imbalance;

  @Option(
      names = "--imbalance-unlabeled",
      paramLabel = "RATIO",
      description = "The same for the images used without labels (default: that of --imbalance).")
  private @Nullable Double imbalanceUnlabeled;

  @Option(
      names = "--unlabeled-largest",
      paramLabel = "N",
      description = "Images of the largest class for --imbalance-unlabeled.")
  private @Nullable Integer unlabeledLargest;

  /** The data set; if its images have no labels and the file is a table, with the table's. */
  DatasetProvider labeled(DatasetProvider provider, DataDirectories directories) {
    return labeled(provider, file, directories);
  }

  /** The data set; if its images have no labels and the file is a table, with the table's. */
  static DatasetProvider labeled(
      DatasetProvider provider, @Nullable Path labels, DataDirectories directories) {
    return labels == null || provider.parts().contains(Part.TRAIN)
        ? provider
        : LabeledByTable.over(provider, RunSplit.find(labels, directories));
  }

  /**
   * Checks the options before anything is opened.
   *
   * @return whether a split is requested
   * @throws UsageException if some are out of range, or have no effect beside others
   */
  boolean check() {
    if (validation != null && !(validation >= 0 && validation < 1)) {
      throw new UsageException("--validation: expected from 0 on, below 1, got " + validation);
    }
    if (labels == null && !imbalance().equals(Imbalance.NONE)) {
      throw new UsageException("--imbalance: expected --labels beside it, such as 100/class");
    }
    if (file != null && labels != null) {
      throw new UsageException(
          "--labels: expected no --labels-file beside it, found "
              + file
              + ", which says what is labelled; omit one");
    }
    checkDraw("--split-seed", seed);
    checkDraw("--validation", validation);
    checkDraw("--unlabeled", unlabeled);
    if (seed != null && labels == null && validation == null) {
      throw new UsageException(
          "--split-seed: expected --validation beside it, found "
              + file
              + " alone, of which nothing is drawn; omit --split-seed");
    }
    return file != null || labels != null;
  }

  private void checkDraw(String option, @Nullable Object value) {
    if (value == null) {
      return;
    }
    if (file != null) {
      LabelFile.checkDraw(option, file);
    } else if (labels == null) {
      throw new UsageException(option + ": expected --labels or --labels-file beside it");
    }
  }

  /** The requested split, if any, of options that were checked. */
  Optional<LabelSplit> split(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    long number = seed == null ? 0 : seed;
    double part = validation == null ? 0 : validation;
    UnlabeledPool pool = unlabeled == null ? UnlabeledPool.ALL : unlabeled;
    LabelSplit split;
    if (file != null) {
      Path found = RunSplit.find(file, directories);
      split = LabelFile.split(train, found, part, number, pool);
      if (LabelFile.isSavedSplit(file)) {
        return Optional.of(split); // Includes its pool.
      }
    } else if (labels != null) {
      split = LabelSplit.draw(train, labels, number, part, pool, imbalance());
    } else {
      return Optional.empty();
    }
    try (ImageDataset own = pool.openPart(provider, directories, false).orElse(null)) {
      return Optional.of(own == null ? split : split.withPart(own));
    }
  }

  private Imbalance imbalance() {
    try {
      return Imbalance.of(imbalance, imbalanceUnlabeled, unlabeledLargest);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
  }
}
