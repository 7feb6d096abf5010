package dev.eman.cli.data;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.builtin.LabeledByTable;
import dev.eman.datasets.split.HoldOut;
import dev.eman.datasets.split.Imbalance;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import dev.eman.train.RunSplit;
import dev.eman.train.options.DataOptions;
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

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      description = "Seed of the draw and of what is held out (default: 0).")
  private @Nullable Long seed;

  @Option(
      names = "--validation",
      paramLabel = "PART",
      description =
          "Fraction of the labelled images to hold out, at least 0 and below 1 (default: 0).")
  private @Nullable Double validation;

  @Option(
      names = "--holdout",
      paramLabel = "PART",
      description =
          "Fraction of each class held out before labels are drawn if there is no test set, as for"
              + " eman train (default: 0.2, or 0 with --validation).")
  private @Nullable Double holdout;

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
    if (holdout != null && !(holdout >= 0 && holdout < 1)) {
      throw new UsageException("--holdout: expected from 0 on, below 1, got " + holdout);
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
    checkSplit("--split-seed", seed);
    checkSplit("--holdout", holdout);
    checkDraw("--validation", validation);
    checkDraw("--unlabeled", unlabeled);
    return file != null || labels != null;
  }

  /**
   * Checks the options of what is held out against the data set.
   *
   * @throws UsageException if some have no effect
   */
  void checkHoldOut(DatasetProvider provider) {
    if (holdout != null && holdout > 0 && provider.parts().contains(Part.TEST)) {
      throw new UsageException(
          "--holdout: expected a data set without test images, found "
              + provider.name()
              + " with some; omit --holdout");
    }
    if (seed == null || file == null || holdOutPart(provider) > 0) {
      return;
    }
    LabelFile.checkDraw("--split-seed", file);
    if (validation == null) {
      throw new UsageException(
          "--split-seed: expected --validation beside it, found "
              + file
              + " alone, of which nothing is drawn; omit --split-seed");
    }
  }

  private double holdOutPart(DatasetProvider provider) {
    return provider.parts().contains(Part.TEST)
        ? 0
        : DataOptions.holdoutPart(holdout, validation == null ? 0 : validation);
  }

  /**
   * The images that a list names, none of which training holds out.
   *
   * @throws DatasetException if the list is not of these images
   */
  ImmutableIntArray kept(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    return file == null || !holdsOut(train, provider)
        ? ImmutableIntArray.of()
        : LabelFile.kept(train, RunSplit.find(file, directories), seed());
  }

  /**
   * What training holds out before the split is drawn, if anything, of options with a split.
   *
   * @param kept of {@link #kept}
   * @throws DatasetException if nothing can be held out, and training would stop
   */
  Optional<HoldOut> holdOut(ImageDataset train, DatasetProvider provider, ImmutableIntArray kept) {
    return holdsOut(train, provider)
        ? Optional.of(HoldOut.draw(train, holdOutPart(provider), seed(), kept))
        : Optional.empty();
  }

  /** Whether training would hold images out. */
  boolean holdsOut(ImageDataset train, DatasetProvider provider) {
    return holdOutPart(provider) > 0
        && train.classNames().size() >= 2
        && (file != null || labels != null);
  }

  /**
   * The split as a list or a saved split has it of all images, which training takes whatever it
   * holds out; empty for a draw, and for a saved split of what a run has left.
   */
  Optional<LabelSplit> splitOfList(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    if (file == null) {
      return Optional.empty();
    }
    try {
      return split(train, provider, directories);
    } catch (DatasetException e) {
      if (!LabelFile.isSavedSplit(file)) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** Options by which training holds the same images out. */
  String ofTraining(DatasetProvider provider) {
    return "--seed " + seed() + " --holdout " + holdOutPart(provider);
  }

  private long seed() {
    return seed == null ? 0 : seed;
  }

  private void checkSplit(String option, @Nullable Object value) {
    if (value != null && file == null && labels == null) {
      throw new UsageException(option + ": expected --labels or --labels-file beside it");
    }
  }

  private void checkDraw(String option, @Nullable Object value) {
    checkSplit(option, value);
    if (value != null && file != null) {
      LabelFile.checkDraw(option, file);
    }
  }

  /**
   * The requested split, if any, of options that were checked.
   *
   * @param train the images that are left if some are held out
   */
  Optional<LabelSplit> split(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    double part = validation == null ? 0 : validation;
    UnlabeledPool pool = unlabeled == null ? UnlabeledPool.ALL : unlabeled;
    LabelSplit split;
    if (file != null) {
      Path found = RunSplit.find(file, directories);
      split =
          train instanceof SubsetDataset rest
              ? LabelFile.splitOfRest(rest, found, part, seed(), pool)
              : LabelFile.split(train, found, part, seed(), pool);
      if (LabelFile.isSavedSplit(file)) {
        return Optional.of(split); // Includes its pool.
      }
    } else if (labels != null) {
      split = LabelSplit.draw(train, labels, seed(), part, pool, imbalance());
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
