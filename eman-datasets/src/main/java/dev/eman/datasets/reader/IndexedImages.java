package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import java.util.Optional;

/** Images in color that an index lists. */
abstract class IndexedImages implements ImageDataset {
  private final String name;
  private final ImageIndex index;
  private final Orientation orientation;

  IndexedImages(String name, ImageIndex index, Orientation orientation) {
    this.name = name;
    this.index = index;
    this.orientation = orientation;
  }

  /** The same images, turned as their files say or not; they share their files. */
  public abstract IndexedImages withOrientation(Orientation rule);

  /**
   * Reads bytes of an image's file.
   *
   * @param into filled
   * @throws IOException if the file cannot be read, or has fewer bytes
   * @throws DatasetException if an archive that it is in cannot be read
   */
  abstract void readFile(int i, long offset, byte[] into) throws IOException;

  @Override
  public final Optional<ByteSource> encoded(int i) {
    return Optional.of(new EncodedImage(this, i));
  }

  final Orientation orientation() {
    return orientation;
  }

  final ImageIndex index() {
    return index;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int size() {
    return index.size();
  }

  @Override
  public ImmutableList<String> classNames() {
    return index.classNames();
  }

  @Override
  public final int channels() {
    return 3;
  }

  @Override
  public int label(int i) {
    return index.label(i);
  }

  @Override
  public final String imageName(int i) {
    return index.fileName(i);
  }

  @Override
  public final ImmutableList<String> notes() {
    return index.notes().stream()
        .map(note -> name + ": " + note)
        .collect(ImmutableList.toImmutableList());
  }

  @Override
  public final String fingerprint() {
    return index.fingerprint();
  }
}
