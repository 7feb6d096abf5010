package dev.eman.train;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.EmanException;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.GrayDataset;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.RenormalizedProvider;
import dev.eman.datasets.SubsetDataset;
import dev.eman.datasets.builtin.LabeledByTable;
import dev.eman.datasets.split.HoldOut;
import dev.eman.datasets.split.LabelSplit;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The images to train on and those to measure on, all labelled by one list of classes. Every
 * training, evaluation and comparison opens its data here.
 *
 * @param provider of the data set
 * @param directories where it was looked for
 * @param classes of all labels; none if no image has one
 * @param train images to learn from
 * @param test images to measure on; null if the data set has none and none are held out
 * @param holdOut which images are held out as {@code test}; null if the data set has its own
 * @param notes what a user should know of the images, one line each; often none
 */
public record DataParts(
    DatasetProvider provider,
    DataDirectories directories,
    ClassList classes,
    ImageDataset train,
    @Nullable ImageDataset test,
    @Nullable HoldOut holdOut,
    ImmutableList<String> notes)
    implements AutoCloseable {
  /**
   * Opens both parts or none.
   *
   * @throws DatasetException if one is missing or has no images, or its images are of classes that
   *     the list of classes lacks
   */
  public static DataParts open(TrainingOptions options) {
    return open(options, null, null);
  }

  /**
   * Opens both parts or none.
   *
   * @param holdOutFile which images are held out; drawn if it is null or does not exist
   * @param classes of all labels; null for those that the options name
   */
  static DataParts open(
      TrainingOptions options, @Nullable Path holdOutFile, @Nullable ClassList classes) {
    OpenResources open = new OpenResources();
    try {
      return new DataOpening(options, open).open(holdOutFile, classes);
    } catch (Throwable e) {
      open.closeAfter(e);
      throw e;
    }
  }

  /**
   * The data set; if its images have no labels and the labels file is a table, with the table's.
   *
   * @param directories where that file is looked for
   */
  public static DatasetProvider provider(DataOptions options, DataDirectories directories) {
    DatasetProvider provider = options.provider();
    Path labels = options.labelsFile();
    return labels == null || provider.parts().contains(Part.TRAIN)
        ? provider
        : LabeledByTable.over(provider, RunSplit.find(labels, directories));
  }

  /**
   * Opens images as a run left them: with its classes, and less those that it held out. There may
   * be no images to measure on. Where the run's list of these is not there, they are drawn as it
   * would have, and a note says if it was trained on others.
   *
   * @param options the run's
   */
  public static DataParts asLeft(RunCheckpoint checkpoint, TrainingOptions options) {
    RunFiles run = checkpoint.runFiles().orElse(null);
    DataParts parts = available(options, run, checkpoint.classes().orElse(null));
    boolean drawn = parts.holdOut() != null && (run == null || !Files.exists(run.holdOut()));
    return drawn && !parts.train().fingerprint().equals(checkpoint.dataFingerprint())
        ? parts.withNote(
            String.format(
                Locale.ROOT,
                "%s: the held-out images are drawn anew, and are not those of the run: %s may have"
                    + " been trained on some, and accuracies may be too high; put the run's"
                    + " holdout.split beside it",
                parts.provider().name(),
                checkpoint.file()))
        : parts;
  }

  private DataParts withNote(String note) {
    ImmutableList<String> all = ImmutableList.<String>builder().addAll(notes).add(note).build();
    return new DataParts(provider, directories, classes, train, test, holdOut, all);
  }

  /**
   * Opens images as a run left them, to search through them. Where they are others by now, such as
   * with corrected labels, so that it is not known which ones it held out, all are images to learn
   * from, and a note says so.
   *
   * @param options the run's
   * @throws DatasetException if they are missing, or of classes that the run does not know
   */
  public static DataParts toSearch(RunCheckpoint checkpoint, TrainingOptions options) {
    try {
      return asLeft(checkpoint, options);
    } catch (DatasetException e) {
      Path held = checkpoint.runFiles().map(RunFiles::holdOut).orElse(null);
      if (held != null && Files.exists(held)) {
        HoldOut.read(held); // If it is damaged, that is what to say.
      }
      OpenResources open = new OpenResources();
      try { // Fails as well, and says why, if it is not about what was held out.
        return new DataOpening(options, open)
            .openAll(
                checkpoint.classes().orElse(null),
                "images or labels have changed since the run: it is not known which ones it held"
                    + " out, and all count as training images");
      } catch (Throwable failure) {
        open.closeAfter(failure);
        throw failure;
      }
    }
  }

  /**
   * Opens the images that a run was made of, as it left them, wherever they lie now. There may be
   * no images to measure on.
   *
   * @param options the run's, with the place of the images
   * @throws EmanException if they are not the images that the run was made of
   */
  public static DataParts ofRun(RunCheckpoint checkpoint, TrainingOptions options) {
    DataParts parts = asLeft(checkpoint, options);
    String trained =
        parts.holdOut() == null && parts.train() instanceof SubsetDataset rest
            ? rest.whole().fingerprint() // Less the images for validation.
            : parts.train().fingerprint();
    if (!trained.equals(checkpoint.dataFingerprint())) {
      String name = parts.provider().name();
      parts.close();
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s: expected the images that the run was made of, to measure on those that it left"
                  + " out, found other ones (fingerprint %s, not %s); restore them, or give a"
                  + " folder of test images",
              name,
              trained,
              checkpoint.dataFingerprint()));
    }
    return parts;
  }

  /**
   * Opens both parts as a run left them, for other measurements: where the run's final accuracies
   * are of its validation images, these are the test images and leave the training images. There
   * may be no images to measure on.
   *
   * @param run the run's files; null for none
   * @param classes of all labels; null for those that the options name
   */
  public static DataParts available(
      TrainingOptions options, @Nullable RunFiles run, @Nullable ClassList classes) {
    DataParts parts = open(options, run == null ? null : run.holdOut(), classes);
    try {
      if (parts.test() != null || options.data().validation() == 0) {
        return parts;
      }
      LabelSplit split =
          run != null && Files.exists(run.split())
              ? LabelSplit.load(run.split(), parts.train())
              : RunSplit.of(options, parts.provider(), parts.train(), parts.directories());
      return parts.withValidation(split);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private DataParts withValidation(LabelSplit split) {
    BitSet rest = new BitSet(train.size());
    rest.set(0, train.size());
    split.validation().forEach(rest::clear);
    return new DataParts(
        provider,
        directories,
        classes,
        SubsetDataset.of(train, ImmutableIntArray.copyOf(rest.stream()), train.name()).owning(),
        validation(train, split),
        holdOut,
        notes);
  }

  /**
   * The same images for a network that was trained on others: gray and normalised as those were, if
   * these have colours and those had none.
   *
   * @param trained how the network's images were normalised
   * @param network its name, for the message
   * @throws DatasetException if these are gray, and the network's had colours
   */
  public DataParts matching(ChannelStatistics trained, String network) {
    int channels = trained.channels();
    if (channels == provider.statistics().channels()) {
      return this;
    }
    return new DataParts(
        new RenormalizedProvider(provider, trained),
        directories,
        classes,
        GrayDataset.matching(train, channels, network),
        test == null ? null : GrayDataset.matching(test, channels, network),
        holdOut,
        notes);
  }

  /**
   * The images kept for validation, as images to measure on. Their {@code close} does nothing.
   *
   * @throws DatasetException if there are none
   */
  static ImageDataset validation(ImageDataset train, LabelSplit split) {
    if (split.validation().isEmpty()) {
      throw new DatasetException(
          train.name()
              + ": expected images to measure on, found no test set and none kept for validation ("
              + split.origin()
              + "); hold images out (--holdout 0.2)");
    }
    return SubsetDataset.of(
        train,
        split.validation(),
        split.validation().length() + " validation images of " + train.name());
  }

  /**
   * Opens the test images of a data set, labelled by the classes of a network that may have been
   * trained on other data.
   *
   * @throws DatasetException if there are none, or some are of a class that the list lacks
   */
  public static ImageDataset openTest(
      DatasetProvider provider, DataDirectories directories, ClassList classes) {
    return labeled(provider, Part.TEST, directories, classes);
  }

  /** Opens a part of a data set, labelled by the classes of a network. */
  static ImageDataset labeled(
      DatasetProvider provider, Part part, DataDirectories directories, ClassList classes) {
    ImageDataset images = part(provider, part, directories);
    try {
      return classes.label(images);
    } catch (RuntimeException e) {
      images.close();
      throw e;
    }
  }

  /** What a user should know of images to measure on: among others, which classes they lack. */
  public static ImmutableList<String> notes(ClassList classes, ImageDataset test) {
    ImmutableList.Builder<String> notes = ImmutableList.builder();
    notes.addAll(test.notes());
    ImmutableList<String> missing = classes.missing(test);
    if (!missing.isEmpty()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s: no images of %s; accuracies are of the other classes",
              test.name(),
              ClassList.list(missing)));
    }
    return notes.build();
  }

  static ImageDataset part(DatasetProvider provider, Part part, DataDirectories directories) {
    ImageDataset images = provider.open(part, directories);
    if (images.size() == 0) {
      images.close();
      throw new DatasetException(images.name() + ": expected at least one image, found none");
    }
    return images;
  }

  /**
   * The images to measure on.
   *
   * @throws DatasetException if there are none
   */
  public ImageDataset requireTest() {
    if (test == null) {
      throw new DatasetException(
          provider.name()
              + ": expected images to measure on, found no test set and none held out; add a folder"
              + " test, or hold images out (--holdout 0.2)");
    }
    return test;
  }

  /** Closes both, the second even if closing the first one fails. */
  @Override
  public void close() {
    try {
      if (test != null) {
        test.close();
      }
    } finally {
      train.close();
    }
  }
}
