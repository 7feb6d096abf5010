package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.io.Closeable;
import java.util.Locale;
import java.util.Optional;

/**
 * A fixed list of images with labels, read at random. Safe for use by several threads at once, each
 * with an {@link Image} of its own.
 */
public interface ImageDataset extends Closeable {
  /** The label of an image whose class is not known. */
  int UNLABELED = -1;

  /** What the data set is called, such as {@code cifar10/train}. */
  String name();

  /** How many images there are. */
  int size();

  /**
   * The classes' names; a label is a position in this list. May be empty where no image has one.
   */
  ImmutableList<String> classNames();

  /** How many values a pixel has: 1 for gray, 3 for red, green and blue. */
  int channels();

  /**
   * The label of one image; asked for often, so to be known without reading the image.
   *
   * @param index of the image, from 0
   * @return its class, from 0, a position in {@link #classNames}, or {@link #UNLABELED}
   */
  int label(int index);

  /**
   * The label of an image that must have one.
   *
   * @param index of the image, from 0
   * @return its class, from 0
   * @throws DatasetException if the image has no label, or one of no class
   */
  default int requireLabel(int index) {
    int label = label(index);
    if (label == UNLABELED) {
      throw new DatasetException(
          name()
              + ": expected a label of "
              + imageName(index)
              + ", found an unlabelled image; take images of the part train");
    }
    int classes = classNames().size();
    if (label < 0 || label >= classes) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: expected a label of one of its %d classNames, from 0, for image %d (%s), found"
                  + " %d",
              name(),
              classes,
              index,
              imageName(index),
              label));
    }
    return label;
  }

  /**
   * What to call one image in messages and lists: its path below the data set's folder, or the data
   * set's name and the index.
   */
  String imageName(int index);

  /**
   * Decodes one image.
   *
   * @param index of the image, from 0
   * @param plan what part of it is needed, at which scale; a reader is free to decode more
   * @param into overwritten: unsigned bytes {@code [H, W, C]}
   * @throws CorruptImageException if the image cannot be read or decoded
   */
  void read(int index, DecodePlan plan, Image into);

  /**
   * The file of one image as it is stored, to find copies by: nothing of it is read before it is
   * asked for, and its size is known without looking. Empty where images are no files of their own,
   * such as rows of an array.
   *
   * @param index of the image, from 0
   */
  default Optional<ByteSource> encoded(int index) {
    return Optional.empty();
  }

  /** Decodes one whole image into {@code into}, which is overwritten. */
  default void read(int index, Image into) {
    read(index, DecodePlan.WHOLE, into);
  }

  /** Decodes one whole image into a new buffer. */
  default Image image(int index) {
    Image image = new Image();
    read(index, image);
    return image;
  }

  /**
   * Tells this data from other data: equal for equal content, whatever folder it lies in. Splits
   * and checkpoints carry it. Each reader says what its fingerprint covers.
   */
  String fingerprint();

  /**
   * What a user should know of how the images were found, such as files that were passed over:
   * whole sentences without a full stop, for lines of their own. Often none.
   */
  default ImmutableList<String> notes() {
    return ImmutableList.of();
  }

  /** Releases files; the images cannot be read afterwards. */
  @Override
  default void close() {}
}
