package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.LabeledByTable;
import dev.eman.train.options.DataOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The images to train on and those to measure on, all labelled by one list of classes. Every
 * training, evaluation and comparison opens its data here.
 *
 * @param provider of the data set
 * @param directories where it was looked for
 * @param classes of all labels
 * @param train images to learn from
 * @param test images to measure on
 * @param notes what a user should know of the images, one line each; often none
 */
public record DataParts(
    DatasetProvider provider,
    DataDirectories directories,
    ClassList classes,
    ImageDataset train,
    ImageDataset test,
    ImmutableList<String> notes)
    implements AutoCloseable {
  /**
   * Opens both parts or none.
   *
   * @throws DatasetException if one is missing or has no images, or the test images are of classes
   *     that the training images lack
   */
  public static DataParts open(DataOptions options) {
    DataDirectories directories = options.directories();
    DatasetProvider provider = provider(options, directories);
    OpenResources open = new OpenResources();
    try {
      ImageDataset train = open.add(part(provider, Part.TRAIN, directories), ImageDataset::close);
      ClassList classes = ClassList.of(train);
      ImageDataset test = open.add(openTest(provider, directories, classes), ImageDataset::close);
      List<String> notes = new ArrayList<>(provider.notes());
      notes.addAll(train.notes());
      notes.addAll(notes(classes, test));
      return new DataParts(
          provider, directories, classes, train, test, ImmutableList.copyOf(notes));
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
   * Opens the test images of a data set, labelled by the classes of a network that may have been
   * trained on other data.
   *
   * @throws DatasetException if there are none, or some are of a class that the list lacks
   */
  public static ImageDataset openTest(
      DatasetProvider provider, DataDirectories directories, ClassList classes) {
    ImageDataset test = part(provider, Part.TEST, directories);
    try {
      return classes.label(test);
    } catch (RuntimeException e) {
      test.close();
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
              "%s has no images of %s; accuracies are of the other classes",
              test.name(), ClassList.list(missing)));
    }
    return notes.build();
  }

  private static ImageDataset part(
      DatasetProvider provider, Part part, DataDirectories directories) {
    ImageDataset images = provider.open(part, directories);
    if (images.size() == 0) {
      images.close();
      throw new DatasetException(images.name() + ": expected at least one image, found none");
    }
    return images;
  }

  /** Closes both, the second even if closing the first one fails. */
  @Override
  public void close() {
    try {
      train.close();
    } finally {
      test.close();
    }
  }
}
