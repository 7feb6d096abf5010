package dev.eman.benchmarks.study;

import static java.util.Objects.requireNonNull;

import com.google.common.base.CharMatcher;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.report.Csv;
import dev.eman.train.Png;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a folder of images with some wrong labels, and measures how many of them were found. */
@Command(
    name = "flips",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes images of a data set into a folder for each class, with a share of the labels"
          + " flipped to another class, drawn evenly: DIR/photos, to train on and to search with"
          + " eman errors, and DIR/flipped.csv with the truth.",
      "With --found, writes nothing and measures a table of eman errors against flipped.csv."
    })
final class FlipsCommand implements Runnable {
  private static final CharMatcher UNFIT = CharMatcher.anyOf("/\\:*?\"<>|");

  @Parameters(paramLabel = "DIR", description = "Folder to make, or made before.")
  private Path folder = Path.of(".");

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      defaultValue = "fashion-mnist-mini",
      description = "Data set to take training images of (default: ${DEFAULT-VALUE}).")
  private String dataset = "";

  @Option(names = "--data", paramLabel = "DIR", description = "Folder to search for data first.")
  private @Nullable Path data;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of images, drawn evenly (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--share",
      paramLabel = "FRACTION",
      defaultValue = "0.05",
      description = "Share of the labels to flip (default: ${DEFAULT-VALUE}).")
  private double share;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the images and of the flips (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--idx",
      description =
          "Write the training files of an IDX data set instead (DIR/NAME, for --data DIR), for"
              + " networks of gray images; --dataset is the name of one then, not a folder.")
  private boolean idx;

  @Option(
      names = "--found",
      paramLabel = "FILE",
      description = "The errors.csv to measure against the flips in DIR.")
  private @Nullable Path found;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    if (images < 1 || !(share > 0 && share < 1)) {
      throw new ParameterException(
          command.commandLine(),
          "expected --images of at least 1 and --share above 0 and below 1, got "
              + images
              + " and "
              + share);
    }
    PrintWriter out = command.commandLine().getOut();
    if (found == null) {
      make(out);
    } else {
      measure(out, found);
    }
    out.flush();
  }

  private Path truth() {
    return folder.resolve("flipped.csv");
  }

  private void make(PrintWriter out) {
    if (Files.exists(folder)) {
      throw new UsageException("expected a folder that is not there yet, found " + folder);
    }
    DatasetProvider provider = Datasets.named(dataset);
    if (idx && !Datasets.all().containsKey(dataset)) { // A path may lead out of DIR.
      throw new UsageException(
          "--idx: expected a data set's name, which --data DIR finds the files by, found --dataset "
              + dataset
              + "; omit --idx");
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("image", "label", "truth"));
    List<Flip> flips;
    try (ImageDataset train = provider.open(Part.TRAIN, DataDirectories.of(data))) {
      flips = draw(train);
      if (idx) {
        IdxFiles.write(folder.resolve(dataset), train, flips);
      } else {
        flips.forEach(flip -> write(train, flip));
      }
      for (int i = 0; i < flips.size(); i++) {
        Flip flip = flips.get(i);
        if (flip.given() != flip.truth()) {
          rows.add(
              List.of(
                  idx ? "train#" + i : fileName(flip),
                  folderName(train, flip.given()),
                  folderName(train, flip.truth())));
        }
      }
    }
    AtomicFiles.saveString(truth(), Csv.table(rows));
    out.printf(
        Locale.ROOT,
        "%,d images in %s, %,d labels flipped: %s%n",
        flips.size(),
        folder.resolve(idx ? dataset : "photos"),
        rows.size() - 1,
        truth());
  }

  /** An image and its label, which is flipped if it is not the truth. */
  record Flip(int image, int given, int truth) {}

  private List<Flip> draw(ImageDataset train) {
    if (images > train.size()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--images: expected at most the %,d of %s, got %,d",
              train.size(),
              train.name(),
              images));
    }
    int classes = train.classNames().size();
    if (classes < 2) {
      throw new UsageException(
          "--dataset: expected at least two classes, to flip labels from one to another, found "
              + (classes == 0 ? "none" : "only " + train.classNames().get(0))
              + " in "
              + train.name()
              + "; name another data set");
    }
    Random random = new Random(seed);
    int[] chosen = random.ints(0, train.size()).distinct().limit(images).sorted().toArray();
    Set<Integer> flipped = new HashSet<>();
    random
        .ints(0, chosen.length)
        .distinct()
        .limit(Math.round(share * chosen.length))
        .forEach(flipped::add);
    List<Flip> flips = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      int truth = train.requireLabel(chosen[i]);
      int given = flipped.contains(i) ? (truth + 1 + random.nextInt(classes - 1)) % classes : truth;
      flips.add(new Flip(chosen[i], given, truth));
    }
    return flips;
  }

  private static String fileName(Flip flip) {
    return String.format(Locale.ROOT, "%06d.png", flip.image());
  }

  private static String folderName(ImageDataset train, int label) {
    return UNFIT.replaceFrom(train.classNames().get(label), '-');
  }

  private void write(ImageDataset train, Flip flip) {
    Path path =
        folder
            .resolve("photos")
            .resolve("train")
            .resolve(folderName(train, flip.given()))
            .resolve(fileName(flip));
    try {
      Files.createDirectories(path.getParent());
      Files.write(path, Png.encode(train.image(flip.image())));
    } catch (IOException e) {
      throw new EmanException("cannot write " + path + ": " + IoFailures.reason(e), e);
    }
  }

  private void measure(PrintWriter out, Path table) {
    Set<String> flipped = new HashSet<>();
    List<List<String>> truth = FoundErrors.rows(truth());
    truth.subList(1, truth.size()).forEach(row -> flipped.add(row.get(0)));
    FoundErrors.Score score = FoundErrors.score(FoundErrors.labels(table), flipped);
    out.printf(
        Locale.ROOT,
        "%,d labels flipped, %,d named, %,d of them flipped: precision %.3f, recall %.3f, F1"
            + " %.3f%n",
        flipped.size(),
        score.named(),
        score.right(),
        score.precision(),
        score.recall(),
        score.f1());
    int first = Math.min(flipped.size(), score.named());
    out.printf(
        Locale.ROOT,
        "of the first %,d named %.1f%% are flipped%n",
        first,
        100 * FoundErrors.precisionAt(FoundErrors.labels(table), flipped, first));
  }
}
