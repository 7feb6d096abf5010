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
      description = "Draw labelled images: a part such as 1%%, or a number such as 40/class.")
  private @Nullable LabelAmount labels;

  @Option(
      names = "--labels-file",
      paramLabel = "FILE",
      description =
          "Take labelled images from a list of file names (.txt), a table with a column Index"
              + " (.csv), or a saved split.")
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
          "Part of the labelled images to set aside, 0 to below 1 (default: ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--unlabeled",
      paramLabel = "POOL",
      defaultValue = "all",
      description =
          "Images that serve without labels, as for eman train: all, rest, train, own (default:"
              + " ${DEFAULT-VALUE}).")
  private UnlabeledPool pool = UnlabeledPool.ALL;

  /** The split that was asked for, if any. */
  Optional<LabelSplit> split(
      ImageDataset train, DatasetProvider provider, DataDirectories directories) {
    String name = String.valueOf(file).toLowerCase(Locale.ROOT);
    LabelSplit split;
    if (file != null && name.endsWith(".txt")) {
      split = LabelSplit.fromFileNames(train, file, pool);
    } else if (file != null && name.endsWith(".csv")) {
      split = LabelSplit.fromIndexTable(train, file, pool);
    } else if (file != null) {
      return Optional.of(LabelSplit.load(file, train)); // With its own pool.
    } else if (labels != null) {
      split = LabelSplit.draw(train, labels, seed, validation, pool);
    } else {
      return Optional.empty();
    }
    try (ImageDataset own = pool.openOwn(provider, directories).orElse(null)) {
      return Optional.of(own == null ? split : split.withOwn(own));
    }
  }
}
