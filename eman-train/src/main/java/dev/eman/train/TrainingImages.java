package dev.eman.train;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.pipeline.ReplacedImages.Count;
import dev.eman.datasets.split.Imbalance;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.LabelFile;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How many images a run trains on, and where they come from. */
public final class TrainingImages {
  /**
   * How many images a run was trained on.
   *
   * @param labeled number of images with labels
   * @param unlabeled images used without labels, by source
   * @param unused number of images without labels that were there for an algorithm that uses none
   * @param replaced images that could not be decoded, those of evaluations included, since the run
   *     was last started or resumed; of several workers those of the first; null if there were none
   */
  public record Counts(int labeled, List<Source> unlabeled, int unused, @Nullable Count replaced) {
    public Counts {
      unlabeled = List.copyOf(unlabeled);
    }

    /** Without images that could not be decoded. */
    public Counts(int labeled, List<Source> unlabeled, int unused) {
      this(labeled, unlabeled, unused, null);
    }

    /** In words, such as {@code 40 labelled; 590 without labels: ...}, with how many were drawn. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d labelled", labeled));
      if (!unlabeled.isEmpty()) {
        int all = unlabeled.stream().mapToInt(Source::images).sum();
        text.append(String.format(Locale.ROOT, "; %,d without labels: ", all));
        text.append(unlabeled.stream().map(Source::toString).collect(Collectors.joining(", ")));
      } else if (unused > 0) {
        text.append(String.format(Locale.ROOT, "; %,d without labels not used", unused));
      }
      if (replaced != null) {
        text.append("; ").append(replaced);
      }
      return text.toString();
    }
  }

  /**
   * Images used without labels that come from one place.
   *
   * @param kind {@link #TRAIN}, {@link #PART} or {@link #ADDED}
   * @param name what the images are called
   * @param images number of images to draw from
   * @param drawn number of them that were drawn at least once
   */
  public record Source(String kind, String name, int images, int drawn) {
    /** Training images, whose labels are not used. */
    public static final String TRAIN = "train";

    /** The data set's own unlabelled part. */
    public static final String PART = "part";

    /** The images of {@code --unlabeled-data}. */
    public static final String ADDED = "unlabeled-data";

    private static String words(String kind, String name, int images) {
      return String.format(
          Locale.ROOT, "%,d of %s", images, kind.equals(TRAIN) ? "the training set" : name);
    }

    @Override
    public String toString() {
      return words(kind, name, images)
          + (drawn == images ? " (all drawn)" : String.format(Locale.ROOT, " (%,d drawn)", drawn));
    }
  }

  private final TrainingOptions options;
  private final AlgorithmProvider algorithm;
  private final ImageDataset train;
  private final LabelSplit split;
  private final ImmutableList<RunPool.Source> sources;

  TrainingImages(
      TrainingOptions options,
      AlgorithmProvider algorithm,
      ImageDataset train,
      LabelSplit split,
      ImmutableList<RunPool.Source> sources) {
    this.options = options;
    this.algorithm = algorithm;
    this.train = train;
    this.split = split;
    this.sources = algorithm.views().isEmpty() ? ImmutableList.of() : sources;
    if (!algorithm.views().isEmpty() && sources.isEmpty()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--unlabeled %s: expected images to use without labels, found none, as all training"
                  + " images are labelled or kept for validation; take --unlabeled all, or name a"
                  + " folder of images with --unlabeled-data",
              split.pool().label()));
    }
  }

  private int labeled() {
    return algorithm.usesLabels() ? split.labeled().length() : 0;
  }

  private int unlabeled() {
    return sources.stream().mapToInt(RunPool.Source::count).sum();
  }

  /** The number of images that come without labels, or whose labels the run has not. */
  private int unused() {
    return algorithm.views().isEmpty()
        ? train.size()
            - split.labeled().length()
            - split.validation().length()
            - split.leftOut().length()
            + split.partSize()
            + split.addedSize()
        : 0;
  }

  /**
   * The numbers in words, such as {@code 40 labelled images; 590 without labels: 40 of the training
   * set, 550 of photos/unlabeled}.
   */
  public String summary() {
    StringBuilder text = new StringBuilder();
    if (algorithm.usesLabels()) {
      text.append(images(labeled(), "labelled "));
      if (!split.validation().isEmpty()) {
        text.append(
            String.format(Locale.ROOT, ", %,d for validation", split.validation().length()));
      }
    }
    if (!sources.isEmpty()) {
      text.append(
          algorithm.usesLabels()
              ? String.format(Locale.ROOT, "; %,d without labels: ", unlabeled())
              : images(unlabeled(), "") + " without labels: ");
      text.append(
          sources.stream()
              .map(source -> Source.words(source.kind(), source.name(), source.count()))
              .collect(Collectors.joining(", ")));
    } else if (unused() > 0) {
      text.append(
          String.format(Locale.ROOT, "; %s does not use the ", options.algorithm())
              + images(unused(), "")
              + " without labels");
    }
    Imbalance imbalance = options.data().imbalance().imbalance();
    if (!imbalance.equals(Imbalance.NONE)) {
      text.append("; ").append(imbalance);
    }
    return text.toString();
  }

  private static String images(int count, String which) {
    return String.format(Locale.ROOT, "%,d %simage%s", count, which, count == 1 ? "" : "s");
  }

  /** What is unusual about these numbers, one line each; often none. */
  ImmutableList<String> notes() {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    LabelAmount amount = options.data().labels();
    int classes = train.classNames().size();
    if (algorithm.usesLabels()
        && options.data().labelsFile() == null
        && amount.isBelowOneEach(train.size(), classes)) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s of %s is less than one for each of %,d classes; one of each is labelled: %,d",
              amount,
              images(train.size(), ""),
              classes,
              classes));
    }
    Path list = options.data().labelsFile();
    int leftOut = split.leftOut().length();
    if (list != null && leftOut > 0 && !LabelFile.isSavedSplit(list)) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s: %s to measure on by their part there, test, or validation without a label: not"
                  + " trained on; to measure on them, take --dataset %s --images DIR",
              list,
              images(leftOut, "training "),
              list));
    }
    int perStep = options.batch().unlabeled();
    if (!sources.isEmpty() && perStep > unlabeled()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "a step takes %s without labels, but there are %,d: they are drawn several times in a"
                  + " step; smaller values of --batch or --mu avoid it",
              images(perStep, ""),
              unlabeled()));
    }
    boolean one =
        algorithm.usesLabels()
            ? sources.isEmpty() && options.batch().size() == options.batch().parts()
            : perStep == options.batch().parts();
    if (one) {
      notes.add(
          "each part of a batch is a single image, and batch statistics are that image's; take a"
              + " larger --batch");
    }
    return notes.build();
  }

  /**
   * The numbers for the record of a run.
   *
   * @param drawn positions of the images used without labels that were drawn
   * @param replaced images that were replaced
   */
  Counts record(BitSet drawn, Count replaced) {
    return new Counts(
        labeled(),
        sources.stream()
            .map(
                source ->
                    new Source(
                        source.kind(),
                        source.name(),
                        source.count(),
                        drawn.get(source.first(), source.end()).cardinality()))
            .collect(toImmutableList()),
        unused(),
        replaced.images() == 0 ? null : replaced);
  }
}
