package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.ByteStreams;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Orientation;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Images in one folder for each class, in the order that torchvision's {@code ImageFolder} has:
 * classes by name, in each the files of the folder itself and then those of the folders below it,
 * names by Unicode code point. Files whose names do not end in one of {@link #EXTENSIONS} (in small
 * letters or capitals) are passed over, hidden files and folders, links to nothing, and class
 * folders without images; {@link #notes} counts them. Links are followed.
 *
 * <p>Listing a million files takes long, so the list may be kept in a cache. It is made again when
 * a folder's modification time has changed, as it does when a file or folder is added, removed or
 * renamed in it. <b>A file overwritten in place is not noticed</b>: it is read as it is now, while
 * {@link #fingerprint} still covers its former size; delete the cache's file then. A folder that
 * changed within the last two seconds is not kept.
 *
 * <p>The fingerprint covers classes, file names and sizes in this order, not the files' content.
 */
public final class ImageFolder extends IndexedImages {
  /** The endings of images' names, for messages to the user. */
  public static final String EXTENSIONS = ImageFiles.KINDS;

  private final Path root;
  private final boolean labeled;

  /** With an index of the root. */
  ImageFolder(Path root, String name, ImageIndex index, boolean labeled) {
    this(root, name, index, labeled, Orientation.IGNORE);
  }

  private ImageFolder(
      Path root, String name, ImageIndex index, boolean labeled, Orientation orientation) {
    super(name, index, orientation);
    this.root = root;
    this.labeled = labeled;
  }

  @Override
  public ImageFolder withOrientation(Orientation rule) {
    return new ImageFolder(root, name(), index(), labeled, rule);
  }

  /**
   * Lists the images in a folder.
   *
   * @param root that has a folder for each class
   * @param name what to call the data set
   * @param cacheDirectory where to keep the list, made if need be; null to list again each time
   * @throws DatasetException if the root is missing, or no folder in it has images
   */
  public static ImageFolder open(Path root, String name, @Nullable Path cacheDirectory) {
    return open(root, name, ImmutableSet.of(), cacheDirectory);
  }

  /**
   * Lists the images in a folder that has other folders too.
   *
   * @param root that has a folder for each class
   * @param name what to call the data set
   * @param others folders in the root that are no classes
   * @param cacheDirectory where to keep the list, made if need be; null to list again each time
   * @throws DatasetException if the root is missing, or no other folder in it has images
   */
  public static ImageFolder open(
      Path root, String name, ImmutableSet<String> others, @Nullable Path cacheDirectory) {
    requireFolder(root, name, "a folder of images for each class");
    return open(root, name, cacheDirectory, null, others);
  }

  /**
   * Lists the images in a folder and below it, whatever the folders are called, in the order of
   * {@link #list}. They have no labels, and the data set has no classes.
   *
   * @param root that has images in it or in folders below it
   * @param name what to call the data set
   * @param cacheDirectory where to keep the list, made if need be; null to list again each time
   * @throws DatasetException if the root is missing or has no images
   */
  public static ImageFolder openUnlabeled(Path root, String name, @Nullable Path cacheDirectory) {
    return openUnlabeled(root, name, ImmutableSet.of(), cacheDirectory);
  }

  /**
   * As {@link #openUnlabeled(Path, String, Path)}, without some folders.
   *
   * @param others folders in the root whose images are left out
   */
  public static ImageFolder openUnlabeled(
      Path root, String name, ImmutableSet<String> others, @Nullable Path cacheDirectory) {
    requireFolder(root, name, "images");
    String about = "unlabelled images in " + root.toAbsolutePath().normalize() + without(others);
    ImageIndex index =
        IndexCache.open(
            cacheDirectory, "unlabeled", about, () -> FolderScan.unlabeled(root, about, others));
    return new ImageFolder(root, name, index, false);
  }

  private static void requireFolder(Path root, String name, String content) {
    if (!Files.isDirectory(root)) {
      throw new DatasetException(
          name
              + ": expected the folder "
              + root
              + " with "
              + content
              + ", found "
              + (Files.exists(root) ? "a file" : "nothing")
              + "; check the path");
    }
  }

  /** Whether a file is an image by its name, or that of a path with {@code /}. */
  public static boolean isImage(String name) {
    return ImageFiles.isImage(name);
  }

  /** Whether a folder, or one below it, has at least one image; looks no further. */
  public static boolean hasImages(Path folder) {
    return FolderScan.hasImages(folder, Integer.MAX_VALUE);
  }

  /** Whether a folder itself has at least one image, whatever is in the folders below it. */
  public static boolean hasOwnImages(Path folder) {
    return FolderScan.hasImages(folder, 1);
  }

  /** The folders in a folder, without those that programs leave behind; names by code point. */
  public static ImmutableList<String> folders(Path folder) {
    return FolderScan.classNames(folder);
  }

  /**
   * The image files in a folder and below it, whatever the folders are called: its own first, then
   * those of the folders in it, names by code point. Links are followed.
   *
   * @throws DatasetException if a folder cannot be listed, or a link leads back to a folder that it
   *     lies in
   */
  public static ImmutableList<Path> list(Path folder) {
    return list(folder, ImmutableSet.of(), note -> {});
  }

  /**
   * As {@link #list(Path)}.
   *
   * @param notes takes a line on files and folders that were passed over, if there are any
   */
  public static ImmutableList<Path> list(Path folder, Consumer<String> notes) {
    return list(folder, ImmutableSet.of(), notes);
  }

  /**
   * As {@link #list(Path)}.
   *
   * @param own files of the caller that are no images, on which no line is wanted
   * @param notes takes a line on other files and folders that were passed over, if there are any
   */
  public static ImmutableList<Path> list(Path folder, Set<Path> own, Consumer<String> notes) {
    return FolderScan.images(folder, own, notes);
  }

  /** Labels by the given classes instead of those found, which must be among them. */
  static ImageFolder open(
      Path root,
      String name,
      @Nullable Path cacheDirectory,
      @Nullable ImmutableList<String> classes) {
    return open(root, name, cacheDirectory, classes, ImmutableSet.of());
  }

  private static ImageFolder open(
      Path root,
      String name,
      @Nullable Path cacheDirectory,
      @Nullable ImmutableList<String> classes,
      ImmutableSet<String> others) {
    String about = "class folders in " + root.toAbsolutePath().normalize();
    if (classes != null) {
      about += " labelled by " + String.join("/", classes);
    }
    String described = about + without(others);
    ImageIndex index =
        IndexCache.open(
            cacheDirectory,
            "folder",
            described,
            () -> FolderScan.classFolders(root, described, classes, others));
    return new ImageFolder(root, name, index, true);
  }

  private static String without(ImmutableSet<String> others) {
    return others.isEmpty() ? "" : " without " + String.join("/", others);
  }

  @Override
  public ImmutableList<String> classNames() {
    return labeled ? super.classNames() : ImmutableList.of();
  }

  @Override
  public int label(int i) {
    int label = super.label(i);
    return labeled ? label : UNLABELED;
  }

  /**
   * {@inheritDoc}
   *
   * @throws CorruptImageException also if the file is gone or may not be read
   */
  @Override
  public void read(int i, DecodePlan plan, Image into) {
    String path = file(i).toString();
    int length;
    try (FileInputStream in = new FileInputStream(path)) {
      // Not a channel: interrupting the thread would close it.
      length = readAll(in, index().bytes(i));
    } catch (IOException e) {
      throw new CorruptImageException(
          name()
              + ": cannot read "
              + path
              + ", which was there when the folder was listed: "
              + IoFailures.reason(e),
          e);
    }
    if (length == 0) {
      throw new CorruptImageException("cannot decode " + path + ": the file is empty");
    }
    ImageDecoder.local().decode(ImageFiles.buffer(length), length, path, orientation(), plan, into);
  }

  @Override
  void readFile(int i, long offset, byte[] into) throws IOException {
    try (FileInputStream in = new FileInputStream(file(i).toString())) {
      in.skipNBytes(offset);
      ByteStreams.readFully(in, into);
    }
  }

  /** An image's file. */
  public Path file(int i) {
    return root.resolve(index().fileName(i));
  }

  @Override
  public String toString() {
    return name() + " (" + size() + " images in " + root + ")";
  }

  /** Reads to the end, as the file may have grown; returns how much it was. */
  private static int readAll(FileInputStream in, int expected) throws IOException {
    byte[] buffer = ImageFiles.buffer(expected + 1);
    int length = 0;
    while (true) {
      int read = in.read(buffer, length, buffer.length - length);
      if (read < 0) {
        return length;
      }
      length += read;
      if (length == buffer.length) {
        buffer = ImageFiles.buffer(length + 1);
      }
    }
  }
}
