package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.AlgorithmProvider;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.RenormalizedProvider;
import dev.eman.datasets.split.HoldOut;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.options.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Opens the parts of a data set, and holds images out of one without test images. */
final class DataOpening {
  private final TrainingOptions options;
  private final AlgorithmProvider algorithm;
  private final DatasetProvider provider;
  private final DataDirectories directories;
  private final OpenResources open;
  private final ImmutableList.Builder<String> notes = ImmutableList.builder();

  DataOpening(TrainingOptions options, OpenResources open) {
    this.options = options;
    this.open = open;
    algorithm = options.provider();
    directories = options.data().directories();
    provider = DataParts.provider(options.data(), directories);
  }

  DataParts open(@Nullable Path holdOutFile, @Nullable ClassList given) {
    return open(given, (train, classes) -> measured(train, classes, holdOutFile));
  }

  /**
   * Holds nothing out: what is measured with them would be of images that were trained on.
   *
   * @param note for the user
   */
  DataParts openAll(@Nullable ClassList given, String note) {
    notes.add(note);
    return open(given, (train, classes) -> parts(train, classes, null, null));
  }

  private DataParts open(
      @Nullable ClassList given, BiFunction<ImageDataset, ClassList, DataParts> withoutTestSet) {
    notes.addAll(provider.notes());
    ImageDataset train = open.add(openTrain(), ImageDataset::close);
    notes.addAll(train.notes());
    ClassList classes = given != null ? given : classes(train);
    train = classes.names().isEmpty() ? train : classes.label(train);
    if (provider.parts().contains(Part.TEST)) {
      return withTestSet(train, classes);
    }
    return withoutTestSet.apply(train, classes);
  }

  private DataParts measured(ImageDataset train, ClassList classes, @Nullable Path holdOutFile) {
    double part = options.data().holdoutPart();
    if (classes.names().size() < 2 || part == 0) {
      checkClasses(train, classes); // Nothing is held out of one class, whatever --holdout says.
      checkMeasurable(train);
      return parts(train, classes, null, null);
    }
    HoldOut held = holdOut(holdOutFile, train, part);
    notes.add(
        String.format(
            Locale.ROOT, "%s has no test set: %s; accuracies are of these", provider.name(), held));
    ImageDataset test = held.test(train);
    notes.addAll(missing(classes, test));
    return parts(held.train(train), classes, test, held);
  }

  private HoldOut holdOut(@Nullable Path file, ImageDataset train, double part) {
    if (file != null && Files.exists(file)) { // A resumed run keeps its own.
      return HoldOut.load(file, train);
    }
    // Images that the initial weights have been trained on are none to measure on.
    InitialRun initial = InitialRun.of(options);
    Optional<HoldOut> known = initial == null ? Optional.empty() : initial.holdOut(train);
    boolean chosen = options.data().holdout() != null || options.data().labelsFile() != null;
    if (known.isPresent() && !chosen) {
      return known.get();
    }
    HoldOut drawn =
        HoldOut.draw(train, part, options.seed(), RunSplit.kept(options, train, directories));
    if (initial != null) {
      initial.note(train, drawn.positions(), "held out").ifPresent(notes::add);
    }
    return drawn;
  }

  /** Methods without labels do without classes. */
  private ImageDataset openTrain() {
    boolean unlabeled =
        !algorithm.usesLabels()
            && !provider.parts().contains(Part.TRAIN)
            && provider.parts().contains(Part.UNLABELED);
    return DataParts.part(provider, unlabeled ? Part.UNLABELED : Part.TRAIN, directories);
  }

  private ClassList classes(ImageDataset train) {
    Path file = options.data().classes();
    if (file != null && !train.classNames().isEmpty()) {
      return ClassList.read(file);
    }
    ClassList classes = ClassList.of(train);
    ImmutableList<String> missing = classes.missing(train);
    if (!missing.isEmpty()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected images of every class, found none of %s; add some, or remove the class",
              train.name(),
              ClassList.list(missing)));
    }
    return classes;
  }

  private void checkClasses(ImageDataset train, ClassList classes) {
    if (algorithm.classifies() && classes.names().size() < 2) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected at least two classes to tell apart, found %s; give the images of each a"
                  + " folder of its name (train/cat, train/dog), or rows in a table",
              train.name(),
              classes.names().isEmpty() ? "none" : "only " + classes.names().get(0)));
    }
  }

  private DataParts withTestSet(ImageDataset train, ClassList classes) {
    if (options.data().holdout() != null && options.data().holdout() > 0) {
      throw new UsageException(
          "--holdout: expected a data set without test images, found "
              + provider.name()
              + " with some; omit --holdout, or move them away");
    }
    if (classes.names().isEmpty()) {
      notes.add(withoutAccuracies(train, "its images have no labels"));
      return parts(train, classes, null, null);
    }
    ImageDataset test =
        open.add(DataParts.openTest(provider, directories, classes), ImageDataset::close);
    notes.addAll(DataParts.notes(classes, test));
    return parts(train, classes, test, null);
  }

  /** Of held-out images, without what is known of all images already. */
  private static ImmutableList<String> missing(ClassList classes, ImageDataset test) {
    ImmutableList<String> all = DataParts.notes(classes, test);
    return all.subList(test.notes().size(), all.size());
  }

  private void checkMeasurable(ImageDataset train) {
    if (options.data().validation() > 0) {
      return; // On these images, then.
    }
    if (algorithm.classifies()) {
      throw new UsageException(
          "--holdout: expected above 0, or --validation above 0, because "
              + provider.name()
              + " has no test set");
    }
    notes.add(
        withoutAccuracies(
            train,
            train.classNames().size() < 2
                ? "its images are not of several classes"
                : "it has no test images, and none are held out"));
  }

  private static String withoutAccuracies(ImageDataset train, String why) {
    return train.name() + ": no accuracies of nearest neighbours, because " + why;
  }

  private DataParts parts(
      ImageDataset train,
      ClassList classes,
      @Nullable ImageDataset test,
      @Nullable HoldOut holdOut) {
    checkClasses(train, classes);
    DatasetProvider normalized = normalized();
    return new DataParts(normalized, directories, classes, train, test, holdOut, notes.build());
  }

  /** Published weights expect images that are normalised as those that they were trained on. */
  private DatasetProvider normalized() {
    if (!(options.initial().source() instanceof WeightSource.Published published)) {
      return provider;
    }
    ChannelStatistics own = provider.statistics();
    ChannelStatistics expected = published.weights().input().statistics();
    if (own.channels() != expected.channels()) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected images of %d channels, found %d in %s",
              published,
              expected.channels(),
              own.channels(),
              provider.name()));
    }
    if (own.equals(expected)) {
      return provider;
    }
    notes.add(
        String.format(
            Locale.ROOT,
            "images are normalised as %s expects them, by mean %s and deviation %s, not by those of"
                + " %s, %s and %s",
            published,
            expected.mean(),
            expected.deviation(),
            provider.name(),
            own.mean(),
            own.deviation()));
    return new RenormalizedProvider(provider, expected);
  }
}
