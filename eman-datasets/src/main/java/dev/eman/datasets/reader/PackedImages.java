package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.IoFailures;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.packed.PackFiles;
import java.io.IOException;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Images of one part of a packed set, read where they lie in its archives, in the order of {@link
 * ImageFolder}. The checksum of each is compared when it is read.
 *
 * <p>The fingerprint covers classes, names and sizes: it is that of a table of the same images.
 */
public final class PackedImages extends IndexedImages {
  private final PackFiles files;
  private final PackedSet set;

  /** Takes the files over. */
  PackedImages(PackFiles files, PackedSet set, String name, ImageIndex index) {
    this(files, set, name, index, Orientation.IGNORE);
  }

  private PackedImages(
      PackFiles files, PackedSet set, String name, ImageIndex index, Orientation orientation) {
    super(name, index, orientation);
    this.files = files;
    this.set = set;
  }

  @Override
  public PackedImages withOrientation(Orientation rule) {
    return new PackedImages(files, set, name(), index(), rule);
  }

  @Override
  public int label(int i) {
    return set.isLabeled(index()) ? super.label(i) : UNLABELED;
  }

  @Override
  public ImmutableList<String> classNames() {
    return set.isLabeled(index()) ? super.classNames() : ImmutableList.of();
  }

  /**
   * {@inheritDoc}
   *
   * @throws CorruptImageException also if the archive holds other bytes than were packed
   * @throws DatasetException if the archive cannot be read
   */
  @Override
  public void read(int i, DecodePlan plan, Image into) {
    int row = (int) index().position(i);
    int length = index().bytes(i);
    String path = path(i);
    byte[] buffer = ImageFiles.buffer(length);
    try {
      files.read(set.file(row), set.position(row), buffer, length);
    } catch (IOException e) {
      throw cannotRead(i, e);
    }
    Checksum checksum = new CRC32C();
    checksum.update(buffer, 0, length);
    if ((int) checksum.getValue() != set.crc32c(row)) {
      throw new CorruptImageException(
          path
              + ": expected the bytes that were packed, found others in "
              + set.file(row)
              + "; pack the images again");
    }
    if (length == 0) {
      throw new CorruptImageException("cannot decode " + path + ": the file is empty");
    }
    ImageDecoder.local().decode(buffer, length, path, orientation(), plan, into);
  }

  private String path(int i) {
    return files.place() + ": " + index().fileName(i);
  }

  private DatasetException cannotRead(int i, IOException e) {
    return new DatasetException("cannot read " + path(i) + ": " + IoFailures.reason(e), e);
  }

  @Override
  void readFile(int i, long offset, byte[] into) {
    int row = (int) index().position(i);
    try {
      files.read(set.file(row), set.position(row) + offset, into, into.length);
    } catch (IOException e) { // Of the archive, not of this image.
      throw cannotRead(i, e);
    }
  }

  @Override
  public void close() {
    files.close();
  }

  @Override
  public String toString() {
    return name() + " (" + size() + " images in " + files.place() + ")";
  }
}
