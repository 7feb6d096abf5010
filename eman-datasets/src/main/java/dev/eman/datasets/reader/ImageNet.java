package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ImageNet (ILSVRC2012) in any of the forms that it is kept in. Looked for are, in this order:
 *
 * <ul>
 *   <li>to train on: {@code train/<wnid>/*.JPEG}, then {@code ILSVRC2012_img_train.tar};
 *   <li>to test on: {@code val/<wnid>/*.JPEG}, then {@code val/*.JPEG}, then {@code
 *       ILSVRC2012_img_val.tar}.
 * </ul>
 *
 * <p>Where the validation images lie all together, their classes are needed too, in {@code
 * ILSVRC2012_devkit_t12/data} or in the root:
 *
 * <ul>
 *   <li>{@code ILSVRC2012_validation_ground_truth.txt}, whose line k is the ILSVRC2012_ID of image
 *       k, with one of {@code meta.txt}, whose line k begins with the wnid that has ID k (as the
 *       devkit's {@code meta.mat} has them, which is not in alphabetical order), and {@code
 *       map_clsloc.txt}, with lines {@code wnid ID name};
 *   <li>or Kaggle's {@code LOC_val_solution.csv}.
 * </ul>
 *
 * <p>The classes are wnids in alphabetical order. If images to train on are there, theirs are the
 * classes of both parts, so that labels agree in a subset as well. All forms of a part give the
 * same images in the same order, by class and then by name, with the same fingerprint.
 */
public final class ImageNet {
  private static final String TRAIN = "train";
  private static final String TRAIN_ARCHIVE = "ILSVRC2012_img_train.tar";
  private static final String VAL = "val";
  private static final String VAL_ARCHIVE = "ILSVRC2012_img_val.tar";

  /** This many of a folder's files are named in a message. */
  private static final int LISTED = 10;

  private enum Layout {
    NOTHING,
    FOLDERS,
    FLAT
  }

  private ImageNet() {}

  /**
   * Opens a part.
   *
   * @param root as described above
   * @param part {@link Part#TRAIN}, or {@link Part#TEST} for the validation images
   * @param cacheDirectory where to keep the list of images, made if need be; null to list again
   *     each time. See {@link ImageFolder} and {@link ImageArchive} for when it is made again
   * @throws DatasetException if nothing of this is there, or it is damaged or incomplete
   */
  public static ImageDataset open(Path root, Part part, @Nullable Path cacheDirectory) {
    return open(root, part, Orientation.IGNORE, cacheDirectory);
  }

  /**
   * Opens a part whose photos are turned as their files say, or not; see {@link #open(Path, Part,
   * Path)}.
   */
  public static ImageDataset open(
      Path root, Part part, Orientation orientation, @Nullable Path cacheDirectory) {
    return openStored(root, part, cacheDirectory).withOrientation(orientation);
  }

  private static IndexedImages openStored(Path root, Part part, @Nullable Path cacheDirectory) {
    String name = "imagenet/" + part.label();
    return switch (part) {
      case TRAIN -> openTrain(root, name, cacheDirectory);
      case TEST -> openVal(root, name, cacheDirectory);
      case UNLABELED ->
          throw new DatasetException(
              "imagenet: expected part train or test, got unlabeled; ImageNet has labels throughout,"
                  + " take train with a split");
    };
  }

  private static IndexedImages openTrain(Path root, String name, @Nullable Path cacheDirectory) {
    Path folder = root.resolve(TRAIN);
    if (layout(folder) == Layout.FOLDERS) {
      // Named, so that a class without images does not shift those of the validation images.
      return ImageFolder.open(folder, name, cacheDirectory, FolderScan.classNames(folder));
    }
    Path archive = root.resolve(TRAIN_ARCHIVE);
    if (Files.isRegularFile(archive)) {
      return ImageArchive.open(archive, name, cacheDirectory);
    }
    throw missing(root, "images to train on", "train/<wnid>/*.JPEG, " + TRAIN_ARCHIVE);
  }

  private static IndexedImages openVal(Path root, String name, @Nullable Path cacheDirectory) {
    Path folder = root.resolve(VAL);
    Layout layout = layout(folder);
    Path archive = root.resolve(VAL_ARCHIVE);
    if (layout == Layout.NOTHING && !Files.isRegularFile(archive)) {
      throw missing(root, "validation images", "val/<wnid>/*.JPEG, val/*.JPEG, " + VAL_ARCHIVE);
    }
    ImmutableList<String> classes = trainClasses(root);
    if (layout == Layout.FOLDERS) {
      return ImageFolder.open(folder, name, cacheDirectory, classes);
    }
    ImmutableList<Path> truth = GroundTruth.find(root);
    String suffix =
        " with the classes in "
            + truth
            + (classes == null ? "" : " labelled by " + String.join("/", classes));
    if (layout == Layout.FLAT) {
      String about = "images in " + folder.toAbsolutePath().normalize() + suffix;
      ImageIndex index =
          IndexCache.open(
              cacheDirectory,
              "imagenet-val",
              about,
              () -> FlatScan.folder(folder, about, truth, classes));
      return new ImageFolder(folder, name, index, true);
    }
    String about = "images in the archive " + archive.toAbsolutePath().normalize() + suffix;
    PositionalFile file = ImageArchive.openFile(archive);
    return ImageArchive.open(
        file,
        name,
        () ->
            IndexCache.open(
                cacheDirectory,
                "imagenet-val",
                about,
                () -> FlatScan.archive(file, about, truth, classes)));
  }

  /** The classes to label by, if there are images to train on; reads little. */
  private static @Nullable ImmutableList<String> trainClasses(Path root) {
    Path folder = root.resolve(TRAIN);
    if (layout(folder) == Layout.FOLDERS) {
      return FolderScan.classNames(folder);
    }
    Path archive = root.resolve(TRAIN_ARCHIVE);
    if (!Files.isRegularFile(archive)) {
      return null;
    }
    try (PositionalFile file = ImageArchive.openFile(archive)) {
      return TarScan.classNames(file, TarScan.entries(file));
    } catch (IOException e) {
      throw new DatasetException("cannot read " + archive + ": " + e, e);
    }
  }

  private static Layout layout(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Layout.NOTHING;
    }
    Layout layout = Layout.NOTHING;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = ImageFiles.text(entry.getFileName());
        Layout here =
            ImageFiles.isImage(name) // First, as it needs no look at the file.
                ? Layout.FLAT
                : !ImageFiles.isLeftover(name) && Files.isDirectory(entry)
                    ? Layout.FOLDERS
                    : layout;
        if (layout != Layout.NOTHING && here != layout) {
          throw new DatasetException(
              folder
                  + ": expected either images or folders of images, found both, such as "
                  + entry.getFileName()
                  + "; move the one or the other away");
        }
        layout = here;
      }
    } catch (IOException e) {
      throw new DatasetException("cannot list the folder " + folder + ": " + e, e);
    }
    return layout;
  }

  private static DatasetException missing(Path root, String what, String forms) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        if (found.size() == LISTED) {
          found.add("and more");
          break;
        }
        found.add(entry.getFileName().toString());
      }
    } catch (IOException e) {
      found.add("no such folder");
    }
    return new DatasetException(
        "expected ImageNet's "
            + what
            + " in "
            + root
            + ", as one of: "
            + forms
            + "; found "
            + (found.isEmpty() ? "an empty folder" : String.join(", ", found))
            + "; check the path");
  }
}
