package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A data set in which an image that cannot be read is black, and the reason is kept. */
final class ReadableImages implements ImageDataset {
  private final ImageDataset images;
  private final int blankSize;
  private final Map<Integer, CorruptImageException> failures = new ConcurrentHashMap<>();

  /**
   * Wraps a data set.
   *
   * @param blankSize height and width of the black images
   */
  ReadableImages(ImageDataset images, int blankSize) {
    this.images = images;
    this.blankSize = blankSize;
  }

  /** Why an image could not be read; null if it could, or has not been read yet. */
  @Nullable CorruptImageException failure(int index) {
    return failures.get(index);
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    try {
      images.read(index, plan, into);
    } catch (CorruptImageException e) {
      failures.put(index, e);
      into.reset(blankSize, blankSize, channels());
    }
  }

  @Override
  public String name() {
    return images.name();
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public ImmutableList<String> classNames() {
    return images.classNames();
  }

  @Override
  public int channels() {
    return images.channels();
  }

  @Override
  public int label(int index) {
    return images.label(index);
  }

  @Override
  public String imageName(int index) {
    return images.imageName(index);
  }

  @Override
  public String fingerprint() {
    return images.fingerprint();
  }

  @Override
  public void close() {
    images.close();
  }
}
