package dev.eman.train.options;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.PathNames;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.builtin.TableProvider;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.pipeline.CorruptImages;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.datasets.split.UnlabeledPool;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images that a run is trained and evaluated on.
 *
 * @param dataset name of a data set, or a folder or table of images
 * @param folder folder to search for data first; null for the usual places only
 * @param images folder that the paths in a table are relative to; null for the table's own
 * @param labels how many images are labelled
 * @param labelsFile which images are labelled: a list (.txt), a table (.csv, .tsv) or a saved
 *     split; null to draw {@code labels} of them
 * @param imbalance classes of unequal sizes to draw
 * @param validation fraction of the labelled images held out to choose the best checkpoint, at
 *     least 0 and below 1; with 0 it is chosen on the test set
 * @param holdout fraction of each class held out to measure on where there is no test set, at least
 *     0 and below 1; null for the default, which is 0 with {@code validation}
 * @param classes file that names the classes, one a line, in the order of the labels; null for the
 *     training set's own
 * @param unlabeled which images are used without labels
 * @param unlabeledData more images without labels: a folder or table of images; null for none
 * @param size width and height of images in pixels, at most {@link #MOST_SIZE}; null for the data
 *     set's usual size
 * @param orientation what is done about the orientation that photos' files note
 * @param corruptImages what is done about an image that cannot be decoded
 * @param workers threads that load and augment batches; null for half of the processors
 */
public record DataOptions(
    String dataset,
    @Nullable Path folder,
    @Nullable Path images,
    LabelAmount labels,
    @Nullable Path labelsFile,
    ImbalanceOptions imbalance,
    double validation,
    @Nullable Double holdout,
    @Nullable Path classes,
    UnlabeledPool unlabeled,
    @Nullable Path unlabeledData,
    @Nullable Integer size,
    OrientationRule orientation,
    CorruptImages corruptImages,
    @Nullable Integer workers) {
  /** The largest {@link #size}: an image of 16 such squares has fewer bytes than an array may. */
  public static final int MOST_SIZE = 4096;

  private static final double DEFAULT_HOLDOUT = 0.2;
  private static final int TEST_BATCH = 200;
  private static final int TEST_PIXELS = 1_600_000;

  /** See {@link #dataset}. */
  public static final TrainingOption<String> DATASET =
      TrainingOption.of(
              "dataset",
              "NAME",
              "fashion-mnist-mini",
              "A data set's name, a folder of images, or a table of images (.csv, .tsv).",
              text -> text,
              DataOptions::recorded,
              options -> options.data().dataset())
          .place();

  /** See {@link #folder}. */
  public static final TrainingOption<Path> DATA =
      TrainingOption.path(
          "data", "DIR", "Where to look for data first.", options -> options.data().folder());

  /** See {@link #images}. */
  public static final TrainingOption<Path> IMAGES =
      TrainingOption.path(
          "images",
          "DIR",
          "Folder that the paths in a table are relative to (default: the table's own).",
          options -> options.data().images());

  /** See {@link #labels}. */
  public static final TrainingOption<LabelAmount> LABELS =
      TrainingOption.of(
          "labels",
          "AMOUNT",
          LabelAmount.fraction(0.01),
          "Labelled images: a fraction, or N/class.",
          LabelAmount::parse,
          LabelAmount::toString,
          options -> options.data().labels());

  /** See {@link #labelsFile}. */
  public static final TrainingOption<Path> LABELS_FILE =
      TrainingOption.of(
              "labels-file",
              "FILE",
              (Path) null,
              "File that names the labelled images: a list (.txt), a table (.csv, .tsv) or a saved"
                  + " split.",
              PathNames::parse,
              DataOptions::recorded,
              options -> options.data().labelsFile())
          .place();

  /** See {@link #validation}. */
  public static final TrainingOption<Double> VALIDATION =
      TrainingOption.number(
          "validation",
          "PART",
          0.0,
          "Fraction of the labelled images held out to choose the best checkpoint; with 0 it is"
              + " chosen on the test set, and the run says so.",
          options -> options.data().validation());

  /** See {@link #holdout}. */
  public static final TrainingOption<Double> HOLDOUT =
      TrainingOption.number(
          "holdout",
          "PART",
          null,
          "Fraction of each class held out to measure on if there is no test set (default: "
              + DEFAULT_HOLDOUT
              + ", or 0 with --validation).",
          options -> options.data().holdout());

  /** See {@link #classes}. */
  public static final TrainingOption<Path> CLASSES =
      TrainingOption.path(
          "classes",
          "FILE",
          "Text file with the names of the classes, one a line, in the order of the labels"
              + " (default: the training set's, sorted).",
          options -> options.data().classes());

  /** See {@link #unlabeled}. */
  public static final TrainingOption<UnlabeledPool> UNLABELED =
      TrainingOption.of(
          "unlabeled",
          "POOL",
          UnlabeledPool.ALL,
          "Images to use without labels: all there are, rest (all but the labelled ones), part"
              + " (only those that come without labels: the data set's unlabelled part and"
              + " --unlabeled-data), train (only the training images).",
          UnlabeledPool::named,
          UnlabeledPool::label,
          options -> options.data().unlabeled());

  /** See {@link #unlabeledData}. */
  public static final TrainingOption<Path> UNLABELED_DATA =
      TrainingOption.path(
          "unlabeled-data",
          "DIR",
          "More images without labels, beside any data set: a folder, flat or nested, whose names"
              + " mean nothing, or a table, whose labels are not used.",
          options -> options.data().unlabeledData());

  /** See {@link #size}. */
  public static final TrainingOption<Integer> SIZE =
      TrainingOption.count(
          "size",
          "PIXELS",
          null,
          "Width and height of images, at most 4096 (default: the data set's usual size).",
          options -> options.data().size());

  /** See {@link #orientation}. */
  public static final TrainingOption<OrientationRule> ORIENTATION =
      TrainingOption.choice(
          "orientation",
          "RULE",
          OrientationRule.class,
          OrientationRule.AUTO,
          "Orientation that a photo's file notes: exif (photos are turned as it says), ignore (they"
              + " are taken as stored), auto (exif for folders and tables, ignore for data sets"
              + " known by name, as published).",
          options -> options.data().orientation());

  /** See {@link #corruptImages}. */
  public static final TrainingOption<CorruptImages> CORRUPT_IMAGES =
      TrainingOption.choice(
          "corrupt-images",
          "POLICY",
          CorruptImages.class,
          CorruptImages.FAIL,
          "What to do with images that cannot be decoded: fail, or skip and count.",
          options -> options.data().corruptImages());

  /** See {@link #workers}. */
  public static final TrainingOption<Integer> WORKERS =
      TrainingOption.count(
          "workers",
          "N",
          null,
          "Threads that load and augment batches (default: half of the processors).",
          options -> options.data().workers());

  /** All options of the images. */
  public static final ImmutableList<TrainingOption<?>> ALL =
      ImmutableList.<TrainingOption<?>>builder()
          .add(DATASET, DATA, IMAGES, LABELS, LABELS_FILE)
          .addAll(ImbalanceOptions.ALL)
          .add(VALIDATION, HOLDOUT, CLASSES, UNLABELED, UNLABELED_DATA)
          .add(SIZE, ORIENTATION, CORRUPT_IMAGES, WORKERS)
          .build();

  /** Where the images are. */
  public static final ImmutableList<TrainingOption<?>> PLACES =
      ImmutableList.of(DATASET, DATA, IMAGES);

  /** Checks the ranges. */
  public DataOptions {
    Checks.require(!dataset.isBlank(), "dataset: expected a name or a folder, got nothing");
    Checks.part("validation", validation);
    Checks.require(
        unlabeledData == null || unlabeled.usesPart(),
        "unlabeled-data: expected --unlabeled all, rest or part, got %s, which leaves its images"
            + " out",
        unlabeled.label());
    checkImbalance(labelsFile, imbalance, unlabeled);
    Checks.part("holdout", holdout == null ? 0 : holdout);
    Checks.atLeast("size", 1, size);
    Checks.require(
        size == null || size <= MOST_SIZE,
        "size: expected at most %,d pixels, got %,d",
        MOST_SIZE,
        size == null ? 0 : size);
    Checks.atLeast("workers", 1, workers);
  }

  private static void checkImbalance(
      @Nullable Path labelsFile, ImbalanceOptions imbalance, UnlabeledPool unlabeled) {
    Checks.require(
        labelsFile == null || imbalance.equals(ImbalanceOptions.NONE),
        "imbalance: expected none with --labels-file, whose images are labelled as they are; omit"
            + " --labels-file to draw them");
    Checks.require(
        unlabeled.usesTrain() || (imbalance.unlabeled() == null && imbalance.largest() == null),
        "imbalance-unlabeled: expected --unlabeled all, rest or train, got %s, which leaves the"
            + " training images out",
        unlabeled.label());
  }

  /**
   * Checks that the folder which a table's paths are relative to is given for a table.
   *
   * @param images the folder; null if none was given
   * @throws dev.eman.core.UsageException if the data set is no table
   */
  public static void checkTable(@Nullable Path images, DatasetProvider dataset) {
    Checks.require(
        images == null || dataset instanceof TableProvider,
        "--images: expected a table (.csv, .tsv) whose paths are relative to %s, found %s, which is"
            + " none; omit --images",
        String.valueOf(images),
        dataset.name());
  }

  /**
   * Whether both are tables with an image in common, as a table and an earlier copy of it have.
   *
   * @param other whose images may be gone: they are none in common
   */
  public boolean sharesImages(DataOptions other) {
    if (!(provider() instanceof TableProvider && other.provider() instanceof TableProvider)) {
      return false;
    }
    try {
      Set<Path> own = files().collect(toImmutableSet());
      return other.files().anyMatch(own::contains);
    } catch (EmanException e) {
      return false;
    }
  }

  private Stream<Path> files() {
    return provider().places(directories()).stream().map(file -> file.toAbsolutePath().normalize());
  }

  /** Where data is looked for. */
  public DataDirectories directories() {
    return DataDirectories.of(folder).withImages(images);
  }

  /** The part of each class to hold out where there is no test set. */
  public double holdoutPart() {
    return holdoutPart(holdout, validation);
  }

  /**
   * The part of each class to hold out where there is no test set.
   *
   * @param holdout as given; null for the default
   * @param validation the part of the labelled images that is set aside
   */
  public static double holdoutPart(@Nullable Double holdout, double validation) {
    return holdout != null ? holdout : validation > 0 ? 0 : DEFAULT_HOLDOUT;
  }

  /**
   * The data set, with the run's rule for orientations.
   *
   * @throws dev.eman.core.UsageException for an unknown name
   */
  public DatasetProvider provider() {
    DatasetProvider provider = Datasets.named(dataset);
    return provider.withOrientation(orientation.of(provider.orientation()));
  }

  /**
   * What is done about single files that a trained network is given: the same as about the images
   * that it was trained on; if those note none, as with a user's own photos.
   *
   * @param provider of the data set, from {@link #provider}
   */
  public Orientation ofFiles(DatasetProvider provider) {
    return orientationNote(provider).isPresent() ? provider.orientation() : added();
  }

  /** What is done about images from {@link #unlabeledData}, which are a user's own. */
  public Orientation added() {
    return orientation.of(Orientation.EXIF);
  }

  /**
   * What is done about orientations, in words; empty for a data set whose images note none.
   *
   * @param provider of the data set, from {@link #provider}
   */
  public Optional<String> orientationNote(DatasetProvider provider) {
    Orientation rule = provider.orientation();
    Orientation other = rule == Orientation.EXIF ? Orientation.IGNORE : Orientation.EXIF;
    if (provider.withOrientation(other).orientation() == rule) {
      return Optional.empty();
    }
    return Optional.of(
        rule == Orientation.EXIF
            ? "photos are turned as their EXIF orientation says; --orientation ignore takes them as"
                + " stored"
            : "photos are taken as stored, whatever their EXIF orientation says; --orientation exif"
                + " turns them");
  }

  /** A list as absolute if it is there; else it is looked for below the data folders. */
  private static String recorded(Path list) {
    return (Files.exists(list) ? list.toAbsolutePath().normalize() : list).toString();
  }

  /** A path as absolute, so that it means the same from any folder; a name as it is. */
  private static String recorded(String dataset) {
    try {
      Path path = Path.of(dataset);
      boolean named = !Files.exists(path) || Datasets.all().containsKey(dataset);
      return named ? dataset : path.toAbsolutePath().normalize().toString();
    } catch (InvalidPathException e) { // The name of a data set may be anything.
      return dataset;
    }
  }

  /** Width and height of the images in training. */
  public int imageSize(DatasetProvider provider) {
    return size == null ? provider.imageSize() : size;
  }

  /** Batch size of evaluations: smaller for large images. */
  public int testBatch(DatasetProvider provider) {
    return testBatch(imageSize(provider));
  }

  /** Batch size of evaluations of images of the given width and height: smaller for large ones. */
  public static int testBatch(int side) {
    return (int) Math.max(1, Math.min(TEST_BATCH, TEST_PIXELS / ((long) side * side)));
  }
}
