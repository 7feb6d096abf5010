package dev.eman.datasets.split;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.Printable;
import dev.eman.datasets.ConcatDataset;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.ImageFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A user's images without labels beside any data set, for {@link LabelSplit#withAdded}: those in a
 * folder and in all folders below it, whose names mean nothing, or those that a file lists.
 */
public final class AddedImages {
  private AddedImages() {}

  /**
   * Opens the images.
   *
   * @param path a folder, or a file that is a data set, such as a table, whose labels and test
   *     images are left out, and whose images are in its own folder or in {@link
   *     DataDirectories#images}
   * @param data the data set that they are added to
   * @param directories where indexes are kept
   * @param orientation whether photos are turned as their files say
   * @return the images, to be closed by the caller
   * @throws DatasetException if there are none, or some are the data set's own: files in its
   *     folders, or named by its table, links followed
   */
  public static ImageDataset open(
      Path path, DatasetProvider data, DataDirectories directories, Orientation orientation) {
    OwnImages own = new OwnImages(data.places(directories));
    if (Files.isRegularFile(path)) {
      return ofFile(path, own, directories, orientation);
    }
    Optional<Path> shared = own.inFolder(path);
    if (shared.isPresent()) {
      refuseOwn(
          path,
          shared,
          isUnlabeledAlone(shared.get(), data, directories)
              ? "they are used without labels already: omit --unlabeled-data"
              : "name a folder that holds neither training nor test images");
    }
    return ImageFolder.openUnlabeled(path, path.toString(), directories.indexes())
        .withOrientation(orientation);
  }

  /** Whether images of the part unlabeled lie in a place of the data set's, and no others. */
  private static boolean isUnlabeledAlone(
      Path place, DatasetProvider data, DataDirectories directories) {
    OwnImages there = new OwnImages(ImmutableList.of(place));
    boolean unlabeled = false;
    for (Part part : data.parts()) {
      if (!data.isPresent(part, directories)) {
        continue;
      }
      try (ImageDataset images = data.open(part, directories)) {
        if (!(images instanceof ImageFolder)
            || there.amongFiles(files(images, place)).isPresent()) {
          if (part != Part.UNLABELED) {
            return false;
          }
          unlabeled = images instanceof ImageFolder;
        }
      }
    }
    return unlabeled;
  }

  private static ImageDataset ofFile(
      Path file, OwnImages own, DataDirectories directories, Orientation orientation) {
    DatasetProvider listed =
        Datasets.named(file.toAbsolutePath().toString()).withOrientation(orientation);
    List<Part> parts =
        List.of(Part.TRAIN, Part.UNLABELED).stream().filter(listed.parts()::contains).toList();
    if (parts.isEmpty()) {
      throw new DatasetException(file + ": expected images to train on, found none");
    }
    List<ImageDataset> images = openParts(listed, parts, directories);
    try {
      for (ImageDataset some : images) {
        refuseOwn(file, own.amongFiles(files(some, file)), "remove them from the list");
      }
      return images.size() == 1 ? images.get(0) : ConcatDataset.of(images.get(0), images.get(1));
    } catch (RuntimeException | Error e) {
      images.forEach(ImageDataset::close);
      throw e;
    }
  }

  /** The folder of the data set's images is not meant for this table, but may be that of both. */
  private static List<ImageDataset> openParts(
      DatasetProvider listed, List<Part> parts, DataDirectories directories) {
    try {
      return openAll(listed, parts, directories.withImages(null));
    } catch (DatasetException e) {
      if (directories.images().isEmpty()) {
        throw e;
      }
      try {
        return openAll(listed, parts, directories);
      } catch (DatasetException other) {
        e.addSuppressed(other);
        throw e;
      }
    }
  }

  private static List<ImageDataset> openAll(
      DatasetProvider listed, List<Part> parts, DataDirectories directories) {
    List<ImageDataset> images = new ArrayList<>();
    try {
      for (Part part : parts) {
        images.add(listed.open(part, directories));
      }
      return images;
    } catch (RuntimeException | Error e) {
      images.forEach(ImageDataset::close);
      throw e;
    }
  }

  /** The images' files, or the one that has them all. */
  private static Stream<Path> files(ImageDataset images, Path whole) {
    return images instanceof ImageFolder folder
        ? IntStream.range(0, folder.size()).mapToObj(folder::file)
        : Stream.of(whole);
  }

  private static void refuseOwn(Path added, Optional<Path> shared, String advice) {
    if (shared.isPresent()) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected other images than the data set's own, found those of %s among them; %s",
              added,
              Printable.escape(shared.get().toString()),
              advice));
    }
  }
}
