package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Images in a tar archive, which is read where it lies and never unpacked. Its index may be kept in
 * a cache, which is made again when the archive's size or modification time has changed.
 *
 * <p>The images come by class, then by name, as they do when unpacked; the fingerprint covers
 * classes, file names and sizes, and equals that of an {@link ImageFolder} of the same files.
 */
public final class ImageArchive extends IndexedImages {
  private final PositionalFile file;

  /** Takes the file over. */
  ImageArchive(PositionalFile file, String name, ImageIndex index) {
    this(file, name, index, Orientation.IGNORE);
  }

  private ImageArchive(
      PositionalFile file, String name, ImageIndex index, Orientation orientation) {
    super(name, index, orientation);
    this.file = file;
  }

  @Override
  public ImageArchive withOrientation(Orientation rule) {
    return new ImageArchive(file, name(), index(), rule);
  }

  /**
   * Opens an archive of archives, one for each class and named after it, such as {@code
   * ILSVRC2012_img_train.tar}.
   *
   * @param archive a tar archive without compression
   * @param name what to call the data set
   * @param cacheDirectory where to keep the index, made if need be; null to index again each time
   * @throws DatasetException if the archive is missing, truncated or of another kind
   */
  public static ImageArchive open(Path archive, String name, @Nullable Path cacheDirectory) {
    String about = "images by class in the archive " + archive.toAbsolutePath().normalize();
    PositionalFile file = openFile(archive);
    return open(
        file,
        name,
        () ->
            IndexCache.open(
                cacheDirectory,
                "archive",
                about,
                () -> {
                  Stamp stamp = new Stamp(about, ImmutableList.of(FolderScan.entry(archive)));
                  return new IndexCache.Stamped(TarScan.nested(file), stamp);
                }));
  }

  /** Opens an archive, whose index is made from the file or comes from a cache. */
  static ImageArchive open(PositionalFile file, String name, Supplier<ImageIndex> index) {
    boolean opened = false;
    try {
      ImageArchive archive = new ImageArchive(file, name, index.get());
      opened = true;
      return archive;
    } finally {
      if (!opened) {
        close(file);
      }
    }
  }

  /** Opens an archive's file. */
  static PositionalFile openFile(Path archive) {
    try {
      return new PositionalFile(archive);
    } catch (IOException e) {
      throw new DatasetException("cannot open the archive " + archive + ": " + e, e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatasetException if the archive cannot be read
   */
  @Override
  public void read(int i, DecodePlan plan, Image into) {
    String path = path(i);
    int length = index().bytes(i);
    byte[] buffer = ImageFiles.buffer(length);
    try {
      file.readFully(buffer, length, index().position(i));
    } catch (IOException e) {
      throw cannotRead(i, e);
    }
    ImageDecoder.local().decode(buffer, length, path, orientation(), plan, into);
  }

  private String path(int i) {
    return file.path() + ":" + index().fileName(i);
  }

  private DatasetException cannotRead(int i, IOException e) {
    return new DatasetException(name() + ": cannot read " + path(i) + ": " + e, e);
  }

  @Override
  void readFile(int i, long offset, byte[] into) {
    try {
      file.readFully(into, into.length, index().position(i) + offset);
    } catch (IOException e) { // Of the archive, not of this image.
      throw cannotRead(i, e);
    }
  }

  @Override
  public void close() {
    close(file);
  }

  @Override
  public String toString() {
    return name() + " (" + size() + " images in " + file.path() + ")";
  }

  private static void close(PositionalFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + file.path(), e);
    }
  }
}
