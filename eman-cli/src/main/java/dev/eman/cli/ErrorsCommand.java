package dev.eman.cli;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.cli.data.ImagesOption;
import dev.eman.core.eval.ImageEncoder;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.OutputFiles;
import dev.eman.core.io.Printable;
import dev.eman.datasets.Part;
import dev.eman.datasets.check.CheckListener;
import dev.eman.report.ErrorsPage;
import dev.eman.report.ErrorsTable;
import dev.eman.train.RunFiles;
import dev.eman.train.encoder.PixelFeatures;
import dev.eman.train.errors.DataErrors;
import dev.eman.train.errors.FoldHeads;
import dev.eman.train.errors.LabelIssue;
import dev.eman.train.errors.LabeledImages;
import dev.eman.train.errors.PruningRule;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Finds wrong labels, duplicates and outliers in a data set. */
@Command(
    name = "errors",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = ErrorsCommand.Options.class,
    description = {
      "Finds images whose label is probably wrong, images that are there twice, and images unlike"
          + " all others, among the labelled training and test images. Changes nothing; writes a"
          + " page with pictures and a CSV table, the surest first.",
      "Labels: linear classifiers, each trained on all folds of the images but one, classify the"
          + " fold that is left, and labels that are too improbable are named. Their features are"
          + " those of the network, best one that no label has shaped: a run of moco, byol or"
          + " ressl, or published weights. A network trained for long on the same labels has"
          + " learned the wrong ones too. To them come pixels and gradients, which are enough"
          + " without a network where all images show one thing in the same place:"
          + " eman errors --dataset NAME."
    })
public final class ErrorsCommand implements Runnable {
  private static final int PRINTED = 10;

  /** Of fewer labels than this, percentages would be of one or two. */
  private static final int FEW = 10;

  /** Of pixels; a larger image is scaled to that. */
  private static final int MOST_SIDE = 32;

  /** The options of one network. */
  static final class Options extends SingleNetwork {
    Options() {
      super(
          "--dataset names the images, and pixels and gradients judge them",
          ImmutableMap.of(
              "--dataset",
              "Data set to search (default: the run's own, or fashion-mnist-mini for other"
                  + " networks).",
              "--seed",
              "Seed by which images are divided into folds (default: the run's own, or 0)."));
    }
  }

  /** What labels are judged by. */
  enum FeatureKind {
    NETWORK,
    PIXELS,
    BOTH
  }

  @Mixin private Pretrained pretrained = new Pretrained();

  @Mixin private ImagesOption images = new ImagesOption();

  @Option(
      names = "--parts",
      paramLabel = "PART",
      split = ",",
      defaultValue = "train,test",
      description =
          "Parts to search: train and test, which may be held-out images (default:"
              + " ${DEFAULT-VALUE}).")
  private Set<Part> parts = EnumSet.of(Part.TRAIN, Part.TEST);

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Folds that the images are divided into (default: ${DEFAULT-VALUE}).")
  private int folds;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      defaultValue = "mixture",
      description =
          "Which labels count as wrong: mixture, or one of confident learning, which name more:"
              + " confident-joint, by-class, by-noise-rate, both of the last two (default:"
              + " ${DEFAULT-VALUE}).")
  private PruningRule rule = PruningRule.MIXTURE;

  @Option(
      names = "--features",
      paramLabel = "NAME",
      description =
          "network, pixels (with their gradients) or both (default: both; network for --encoder;"
              + " pixels without a network).")
  private @Nullable FeatureKind features;

  @Option(
      names = "--shown",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most pictures of each kind on the page (default: ${DEFAULT-VALUE}).")
  private int shown;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for errors.html and errors.csv (default: the run's folder, or the current one"
              + " for a file of weights).")
  private @Nullable Path out;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec command = requireNonNull(spec);
    check(command, "--folds", folds, 2);
    check(command, "--shown", shown, 0);
    if (parts.contains(Part.UNLABELED)) {
      throw new ParameterException(
          command.commandLine(), "--parts: expected train, test or both, got unlabeled");
    }
    pretrained.images(images.folder());
    pretrained.measuresNothing();
    if (!pretrained.isGiven() && !pretrained.namesDataset()) {
      throw new ParameterException(
          command.commandLine(),
          "expected a run folder, a checkpoint, a file of weights or --encoder, or --dataset"
              + " alone; got none");
    }
    if (!pretrained.isGiven() && features != null && features != FeatureKind.PIXELS) {
      throw new ParameterException(
          command.commandLine(),
          "--features: expected pixels where there is no network, got "
              + Ascii.toLowerCase(features.name())
              + "; name a run, a file of weights or --encoder, too");
    }
    PrintWriter writer = command.commandLine().getOut();
    pretrained.only(opened -> find(writer, opened));
    writer.flush();
  }

  private List<ImageEncoder> encoders(ImageEncoder network) {
    FeatureKind kind = features;
    if (!pretrained.isGiven()) {
      kind = FeatureKind.PIXELS;
    } else if (kind == null) {
      kind = pretrained.isEncoder() ? FeatureKind.NETWORK : FeatureKind.BOTH;
    }
    return switch (kind) {
      case NETWORK -> List.of(network);
      case PIXELS -> List.of(PixelFeatures.gradients(), PixelFeatures.pixels(MOST_SIDE));
      case BOTH -> List.of(network, PixelFeatures.gradients(), PixelFeatures.pixels(MOST_SIDE));
    };
  }

  private static void check(CommandSpec command, String option, int value, int least) {
    if (value < least) {
      throw new ParameterException(
          command.commandLine(),
          String.format(Locale.ROOT, "%s: expected at least %d, got %d", option, least, value));
    }
  }

  private void find(PrintWriter writer, Pretrained.Opened opened) {
    RunFiles files = new RunFiles(folder());
    OutputFiles.checkWritable(files.errorsTable());
    OutputFiles.checkWritable(files.errorsPage());
    LabeledImages labeled = LabeledImages.of(opened.data(), parts);
    LabeledImages.Rows rows = labeled.features(encoders(opened.extractor()), opened.images());
    ImmutableIntArray labels = DataErrors.labels(labeled, rows);
    long seed = opened.options().seed();
    int most = Math.min(folds, labels.length());
    INDArray probabilities =
        FoldHeads.probabilities(
            rows.values(),
            labels,
            labeled.classNames().size(),
            FoldHeads.assign(labels, most, seed));
    DataErrors errors =
        DataErrors.of(
            labeled,
            rows,
            probabilities,
            rule,
            labeled.duplicates(Runtime.getRuntime().availableProcessors(), CheckListener.NONE));
    print(writer, labeled, errors);
    writer.flush(); // If nothing can be written any more, this is there all the same.
    AtomicFiles.saveString(files.errorsTable(), ErrorsTable.csv(labeled, errors));
    ErrorsPage.write(
        "Probable errors in " + opened.data().provider().name(),
        labeled,
        errors,
        shown,
        String.valueOf(files.errorsTable().getFileName()),
        files.errorsPage());
    writer.printf("written to %s and %s%n", files.errorsPage(), files.errorsTable());
  }

  private Path folder() {
    return out != null ? out : pretrained.runFolder().orElse(Path.of(""));
  }

  private void print(PrintWriter writer, LabeledImages images, DataErrors errors) {
    printFound(writer, images, errors);
    if (rule == PruningRule.MIXTURE && !errors.labels().isEmpty()) {
      if (errors.labels().size() < FEW) {
        writer.println("so few labels say little of how many of them are wrong: look at each one");
        return;
      }
      writer.printf(
          Locale.ROOT,
          "by the same estimate %.0f%% of these labels are wrong, and %.0f%% of the wrong ones are"
              + " among them%n",
          100 * errors.noise().precision(),
          100 * errors.noise().recall());
    }
  }

  private static void printFound(PrintWriter writer, LabeledImages images, DataErrors errors) {
    writer.printf(
        Locale.ROOT,
        "%,d labelled images; classifiers that had not seen them agree with %.1f%% of the labels%n"
            + "probably wrong labels: %,d (estimate: %.1f%% of all); images that are there twice:"
            + " %,d; images unlike all others: %,d%n",
        errors.searched(),
        100 * errors.accuracy(),
        errors.labels().size(),
        100 * errors.noise().share(),
        errors.duplicates().size(),
        errors.outliers().size());
    if (errors.alone() > 0) {
      writer.printf(
          Locale.ROOT,
          "not judged: the labels of %,d image(s) that are the only one of their class%n",
          errors.alone());
    }
    List<LabelIssue> first = errors.labels().stream().limit(PRINTED).toList();
    for (LabelIssue issue : first) {
      writer.printf(
          Locale.ROOT,
          "  %s: labelled %s, probably %s (%.1f%%)%n",
          Printable.escape(images.name(issue.image())),
          Printable.escape(images.classNames().get(issue.given())),
          Printable.escape(images.classNames().get(issue.suggested())),
          100 * issue.suggestedProbability());
    }
    if (errors.labels().size() > first.size()) {
      writer.printf("  ...%n");
    }
  }
}
