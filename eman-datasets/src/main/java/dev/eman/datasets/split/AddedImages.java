package dev.eman.datasets.split;

import dev.eman.datasets.ConcatDataset;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FolderProvider;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.reader.ImageFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
   *     images are left out
   * @param data the data set that they are added to
   * @param directories where indexes are kept
   * @param orientation whether photos are turned as their files say
   * @return the images, to be closed by the caller
   * @throws DatasetException if there are none, or some are the data set's own
   */
  public static ImageDataset open(
      Path path, DatasetProvider data, DataDirectories directories, Orientation orientation) {
    if (Files.isRegularFile(path)) {
      return ofFile(path, directories, orientation);
    }
    if (data instanceof FolderProvider folder) {
      Optional<Path> shared = folder.folderShared(path);
      if (shared.isPresent()) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s: expected other images than the data set's own, found those of %s among them;"
                    + " name a folder that holds neither training nor test images",
                path,
                shared.get()));
      }
    }
    return ImageFolder.openUnlabeled(path, path.toString(), directories.indexes())
        .withOrientation(orientation);
  }

  private static ImageDataset ofFile(
      Path file, DataDirectories directories, Orientation orientation) {
    DatasetProvider listed =
        Datasets.named(file.toAbsolutePath().toString()).withOrientation(orientation);
    List<Part> parts =
        List.of(Part.TRAIN, Part.UNLABELED).stream().filter(listed.parts()::contains).toList();
    if (parts.isEmpty()) {
      throw new DatasetException(file + ": expected images to train on, found none");
    }
    ImageDataset first = listed.open(parts.get(0), directories);
    return parts.size() == 1
        ? first
        : ConcatDataset.of(first, listed.open(parts.get(1), directories));
  }
}
