package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.GrayDataset;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;
import java.util.Optional;

/**
 * The images that a run's final accuracies are of, labelled by the classes that it was trained on.
 *
 * @param images to measure on
 * @param kind what they are
 * @param notes what a user should know of them, one line each; often none
 * @param closing closes them
 */
public record TestData(
    ImageDataset images, TestImages kind, ImmutableList<String> notes, Runnable closing)
    implements AutoCloseable {
  /**
   * Opens them, or those of another data set: its test set, or all labelled images if it has none.
   * Colour images become gray for a network of gray ones.
   *
   * @param given options of the images, which override the run's: another data set, or another
   *     place of the run's own
   * @throws EmanException if they are missing, of classes that the run does not know, gray where
   *     its images had colours, or, of the run's own data set, given or not, other ones than the
   *     run left out
   */
  public static TestData open(RunCheckpoint checkpoint, OptionTexts given) {
    TestData test = asStored(checkpoint, given);
    try {
      ImageDataset images =
          GrayDataset.matching(
              test.images(), checkpoint.statistics().channels(), checkpoint.file().toString());
      return new TestData(images, test.kind(), test.notes(), test.closing());
    } catch (RuntimeException e) {
      test.close();
      throw e;
    }
  }

  private static TestData asStored(RunCheckpoint checkpoint, OptionTexts given) {
    OptionTexts texts = checkpoint.optionTexts(given);
    String where = checkpoint.file().toString();
    DataOptions images = texts.only(DataOptions.ALL).resolve(where).data(); // Of any algorithm.
    DataDirectories directories = images.directories();
    if (given.has(DataOptions.IMAGES)) {
      DataOptions.checkTable(images.images(), images.provider());
    }
    DatasetProvider provider = DataParts.provider(images, directories);
    ClassList classes =
        checkpoint
            .classes()
            .orElseThrow(() -> new UsageException("expected a run on labelled images"));
    boolean others = given.has(DataOptions.DATASET);
    boolean tested = provider.parts().contains(Part.TEST);
    // A run's own table of labels is of its own images alone.
    if (tested && !(others && images.labelsFile() != null)) {
      TestData test = whole(provider, Part.TEST, directories, classes);
      boolean own =
          !others
              || given
                  .text(DataOptions.DATASET)
                  .equals(checkpoint.optionTexts().text(DataOptions.DATASET));
      return own ? test.with(changes(checkpoint, test, provider, directories, classes)) : test;
    }
    TrainingOptions options = texts.resolve(where);
    try {
      return own(checkpoint, tested, options);
    } catch (EmanException e) { // Not the images that the run was made of.
      if (!others || (!tested && dataset(options).equals(dataset(checkpoint.options())))) {
        throw e; // They were once: some of them have been trained on.
      }
      DatasetProvider alone = images.provider();
      return alone.parts().contains(Part.TEST)
          ? whole(alone, Part.TEST, directories, classes)
          : all(alone, directories, classes);
    }
  }

  /**
   * What has become of the images that a run was made of. The test images say whether any matter:
   * while they are the same, none was trained on.
   */
  private static ImmutableList<String> changes(
      RunCheckpoint run,
      TestData test,
      DatasetProvider provider,
      DataDirectories directories,
      ClassList classes) {
    Optional<String> measured = run.testFingerprint();
    if (measured.filter(test.images().fingerprint()::equals).isPresent()) {
      return ImmutableList.of();
    }
    if (hasOtherTrainingImages(run, provider, directories, classes)) {
      return ImmutableList.of(
          provider.name()
              + ": the training images are not those that the run was trained on: if it was trained"
              + " on some that are test images now, accuracies are too high");
    }
    return measured.isEmpty()
        ? ImmutableList.of()
        : ImmutableList.of(
            test.images().name()
                + ": not the images that the run was measured on: accuracies are not comparable"
                + " with the run's");
  }

  private static boolean hasOtherTrainingImages(
      RunCheckpoint run, DatasetProvider provider, DataDirectories directories, ClassList classes) {
    if (!provider.isPresent(Part.TRAIN, directories)) {
      return false; // Nothing is known of them.
    }
    try (ImageDataset train = DataParts.labeled(provider, Part.TRAIN, directories, classes)) {
      return !train.fingerprint().equals(run.dataFingerprint());
    } catch (EmanException e) { // Of other classes, or none any more.
      return true;
    }
  }

  private TestData with(ImmutableList<String> more) {
    return new TestData(
        images, kind, ImmutableList.<String>builder().addAll(more).addAll(notes).build(), closing);
  }

  private static Optional<String> dataset(TrainingOptions options) {
    return OptionTexts.of(options).text(DataOptions.DATASET);
  }

  private static TestData all(
      DatasetProvider provider, DataDirectories directories, ClassList classes) {
    TestData all = whole(provider, Part.TRAIN, directories, classes);
    String note =
        String.format(
            Locale.ROOT,
            "%s has no test set and is not what the run was made of: accuracies are of all its"
                + " labelled images; they say nothing if the run has seen some of these",
            provider.name());
    return new TestData(
        all.images(),
        TestImages.LABELED,
        ImmutableList.<String>builder().add(note).addAll(all.notes()).build(),
        all.closing());
  }

  private static TestData whole(
      DatasetProvider provider, Part part, DataDirectories directories, ClassList classes) {
    ImageDataset test = DataParts.labeled(provider, part, directories, classes);
    return new TestData(test, TestImages.TEST_SET, DataParts.notes(classes, test), test::close);
  }

  /**
   * The images that the run did not learn from.
   *
   * @param tested whether these are a part of its data set
   */
  private static TestData own(RunCheckpoint checkpoint, boolean tested, TrainingOptions options) {
    DataParts parts = DataParts.ofRun(checkpoint, options);
    try {
      TestImages left = parts.holdOut() == null ? TestImages.VALIDATION : TestImages.HELD_OUT;
      return new TestData(
          parts.requireTest(), tested ? TestImages.TEST_SET : left, parts.notes(), parts::close);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  @Override
  public void close() {
    closing.run();
  }
}
