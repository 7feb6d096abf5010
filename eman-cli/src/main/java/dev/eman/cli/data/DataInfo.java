package dev.eman.cli.data;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.UsageException;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.split.HoldOut;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.DataOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Describes a data set, and optionally a split of it. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = {
      "Describes a data set: images, classes, sizes, mean and deviation of each channel.",
      "With --labels or --labels-file, also the number of images per class that would be labelled."
    })
final class DataInfo implements Runnable {
  /** Larger data sets are sampled: this many evenly spaced images. */
  private static final int LOOKED_AT = 10_000;

  /** More images that cannot be decoded are counted alone. */
  private static final int NAMED = 5;

  @Parameters(
      paramLabel = "NAME",
      description = "A data set's name, a folder of images, or a table.")
  private @Nullable DatasetProvider provider;

  @Mixin private DataOption data = new DataOption();

  @Mixin private ImagesOption tableImages = new ImagesOption();

  @ArgGroup(exclusive = false, heading = "%nA split of the training images:%n")
  private SplitOptions splits = new SplitOptions();

  @Option(
      names = "--save-split",
      paramLabel = "FILE",
      description =
          "Write the split to a file, for --labels-file of a run with the same seed and --holdout;"
              + " with --holdout 0 for runs of any seed.")
  private @Nullable Path save;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    DatasetProvider named = requireNonNull(provider);
    DataOptions.checkTable(tableImages.folder(), named);
    boolean isSplit = splits.check();
    checkSave(isSplit);
    DataDirectories directories = data.directories().withImages(tableImages.folder());
    DatasetProvider source = splits.labeled(named, directories);
    checkParts(source, isSplit);
    splits.checkHoldOut(source);
    out.printf(Locale.ROOT, "%s: %s%n", Printable.escape(source.name()), source.description());
    print(out, source.notes());
    for (Part part : source.parts()) {
      if (!source.isPresent(part, directories) && part != Part.TRAIN) {
        if (isElsewhere(source)) {
          out.printf(Locale.ROOT, "%n%s: not on this machine%n", part.label());
        }
        continue;
      }
      try (ImageDataset images = source.open(part, directories)) {
        if (part != Part.TRAIN) {
          describe(out, part, images);
          continue;
        }
        Optional<HoldOut> held = holdOut(out, images, source, directories);
        ImageDataset rest = held.<ImageDataset>map(some -> some.train(images)).orElse(images);
        Optional<LabelSplit> split = splits.split(rest, source, directories);
        if (save != null) {
          OutputFiles.makeFolder(save); // Before images are looked through.
        }
        describe(out, part, images);
        table(out, images, rest, held, split);
        if (save != null && split.isPresent()) {
          Optional<LabelSplit> ofAll =
              held.isPresent() ? splits.splitOfList(images, source, directories) : Optional.empty();
          ofAll.orElse(split.get()).save(save);
          String runs = "";
          if (held.isPresent() && ofAll.isEmpty()) {
            runs = ", for runs with " + splits.ofTraining(source);
          } else if (held.isEmpty() && splits.holdsOut(images, source)) {
            runs = ", for runs with --holdout 0";
          }
          out.printf(Locale.ROOT, "%n  written to %s%s%n", save, runs);
        }
      }
    }
    out.flush();
  }

  /** Whether what is not here may be somewhere; a folder's or table's is nowhere. */
  private static boolean isElsewhere(DatasetProvider source) {
    return !source.files().isEmpty() || source.howToObtain().isPresent();
  }

  private void checkSave(boolean isSplit) {
    if (save != null && !isSplit) {
      throw new UsageException("--save-split: expected --labels or --labels-file beside it");
    }
  }

  private static void checkParts(DatasetProvider source, boolean isSplit) {
    if (isSplit && !source.parts().contains(Part.TRAIN)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected training images with labels, to split them, found %s only; label some"
                  + " by a table: --labels-file FILE.csv",
              Printable.escape(source.name()),
              source.parts().stream().map(Part::label).collect(Collectors.joining(", "))));
    }
  }

  /** As in training, which stops where this only says so. */
  private Optional<HoldOut> holdOut(
      PrintWriter out, ImageDataset images, DatasetProvider source, DataDirectories directories) {
    ImmutableIntArray kept = splits.kept(images, source, directories);
    try {
      return splits.holdOut(images, source, kept);
    } catch (DatasetException e) {
      print(out, List.of("nothing can be held out to measure on: " + e.getMessage()));
      return Optional.empty();
    }
  }

  private static void describe(PrintWriter out, Part part, ImageDataset images) {
    out.printf(
        Locale.ROOT,
        "%n%s: %,d %s, %d %s, fingerprint %s%n",
        part.label(),
        images.size(),
        images.size() == 1 ? "image" : "images",
        images.classNames().size(),
        images.classNames().size() == 1 ? "class" : "classes",
        images.fingerprint());
    print(out, images.notes());
    int step = Math.max(1, images.size() / LOOKED_AT);
    ChannelSums sums = new ChannelSums(images.channels());
    List<String> corrupt = new ArrayList<>();
    Image image = new Image();
    int seen = 0;
    for (int i = 0; i < images.size(); i += step) {
      try {
        images.read(i, image);
        sums.add(image);
        seen++;
      } catch (CorruptImageException e) {
        corrupt.add(images.imageName(i));
      }
    }
    if (!corrupt.isEmpty()) {
      print(out, List.of(describe(corrupt, step == 1 ? 0 : seen + corrupt.size())));
    }
    if (seen > 0) {
      out.printf(
          Locale.ROOT,
          "  %s%s%n  %s%n",
          sums.sizes(),
          step == 1 ? "" : String.format(Locale.ROOT, " (from a sample of %,d)", seen),
          sums.statistics());
    }
  }

  /** The second number is that of the images looked at, 0 for all. */
  private static String describe(List<String> corrupt, int sample) {
    return String.format(
        Locale.ROOT,
        "%,d %s%s cannot be decoded: %s%s; eman data check says why",
        corrupt.size(),
        corrupt.size() == 1 ? "image" : "images",
        sample == 0 ? "" : String.format(Locale.ROOT, " of a sample of %,d", sample),
        String.join(", ", corrupt.subList(0, Math.min(NAMED, corrupt.size()))),
        corrupt.size() > NAMED ? ", ..." : "");
  }

  private static void print(PrintWriter out, List<String> notes) {
    notes.forEach(note -> out.println("  note: " + Printable.escape(note)));
  }

  /** Positions of the split count in the images that are left if some are held out. */
  private static void table(
      PrintWriter out,
      ImageDataset images,
      ImageDataset rest,
      Optional<HoldOut> held,
      Optional<LabelSplit> split) {
    int[] all = counts(images, IntStream.range(0, images.size()));
    int[] heldOut = counts(images, held.map(HoldOut::positions));
    int[] labeled = counts(rest, split.map(LabelSplit::labeled));
    int[] kept = counts(rest, split.map(LabelSplit::validation));
    boolean thinned = split.isPresent() && !split.get().leftOut().isEmpty();
    int[] unlabeled = counts(rest, split.map(DataInfo::ofTraining));
    held.ifPresent(some -> out.printf("  no test set: %s%n", some));
    split.ifPresent(
        s ->
            out.printf(
                Locale.ROOT,
                "  split: %s%n  %,d images are used without labels, %,d of them the data set's"
                    + " own unlabelled ones%s; hash %s%n",
                s,
                s.unlabeled().length(),
                s.partSize(),
                s.addedSize() == 0
                    ? ""
                    : String.format(Locale.ROOT, ", %,d of --unlabeled-data", s.addedSize()),
                s.hash()));
    out.printf(
        Locale.ROOT,
        "%n  %-24s %10s%s%n",
        "class",
        "images",
        (held.isPresent() ? "   held out" : "")
            + (split.isPresent() ? "   labelled validation" : "")
            + (thinned ? " unlabelled" : ""));
    for (int c = 0; c < all.length; c++) {
      String chosen = held.isPresent() ? String.format(Locale.ROOT, " %,10d", heldOut[c]) : "";
      chosen +=
          split.isPresent() ? String.format(Locale.ROOT, " %,10d %,10d", labeled[c], kept[c]) : "";
      chosen += thinned ? String.format(Locale.ROOT, " %,10d", unlabeled[c]) : "";
      String name = Printable.escape(images.classNames().get(c));
      out.printf(Locale.ROOT, "  %-24s %,10d%s%n", name, all[c], chosen);
    }
  }

  /** The training images that are used without labels; those of other places come behind them. */
  private static ImmutableIntArray ofTraining(LabelSplit split) {
    ImmutableIntArray all = split.unlabeled();
    return all.subArray(0, all.length() - split.partSize() - split.addedSize());
  }

  private static int[] counts(ImageDataset images, Optional<ImmutableIntArray> indices) {
    return counts(images, indices.orElse(ImmutableIntArray.of()).stream());
  }

  private static int[] counts(ImageDataset images, IntStream indices) {
    int[] counts = new int[images.classNames().size()];
    indices.map(images::label).filter(label -> label >= 0).forEach(label -> counts[label]++);
    return counts;
  }
}
