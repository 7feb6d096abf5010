package dev.eman.cli.data;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.datasets.split.UnlabeledPool;
import java.nio.file.Path;
import java.util.Locale;
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
          "File that names the labelled images: a list of file names (.txt), a table with a"
              + " column Index (.csv), or a saved split.")
  private @Nullable Path file;

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the draw (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--validation",
      paramLabel = "PART",
      defaultValue = "0",
      description =
          "Fraction of the labelled images to hold out, at least 0 and below 1 (default:"
              + " ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--unlabeled",
      paramLabel = "POOL",
      defaultValue = "all",
      description =
          "Images to use without labels, as for eman train: all, rest, part, train"
              + " (default: ${DEFAULT-VALUE}).")
  private UnlabeledPool pool = UnlabeledPool.ALL;

  /** The requested split, if any. */
  Optional<LabelSplit> split(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    String name = String.valueOf(file).toLowerCase(Locale.ROOT);
    LabelSplit split;
    if (file != null && name.endsWith(".txt")) {
      split = LabelSplit.fromFileNames(train, file, pool);
    } else if (file != null && name.endsWith(".csv")) {
      split = LabelSplit.fromIndexTable(train, file, pool);
    } else if (file != null) {
      return Optional.of(LabelSplit.load(file, train)); // Includes its pool.
    } else if (labels != null) {
      split = LabelSplit.draw(train, labels, seed, validation, pool);
    } else {
      return Optional.empty();
    }
    try (ImageDataset part = pool.openPart(provider, directories, false).orElse(null)) {
      return Optional.of(part == null ? split : split.withPart(part));
    }
  }
}
