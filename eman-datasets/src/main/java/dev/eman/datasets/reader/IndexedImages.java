package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.Orientation;

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
