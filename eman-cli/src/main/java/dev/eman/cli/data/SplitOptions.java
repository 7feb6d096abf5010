package dev.eman.cli.data;

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
          "Whether all images serve without labels too, or only the rest: all, rest (default:"
              + " ${DEFAULT-VALUE}).")
  private UnlabeledPool pool = UnlabeledPool.ALL;

  /** The split that was asked for, if any. */
  Optional<LabelSplit> split(ImageDataset data) {
    if (file != null) {
      return Optional.of(read(data, file));
    }
    return Optional.ofNullable(labels)
        .map(amount -> LabelSplit.draw(data, amount, seed, validation, pool));
  }

  private LabelSplit read(ImageDataset data, Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".txt")) {
      return LabelSplit.fromFileNames(data, path, pool);
    }
    return name.endsWith(".csv")
        ? LabelSplit.fromIndexTable(data, path, pool)
        : LabelSplit.load(path, data);
  }
}
