package dev.eman.datasets;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import dev.eman.datasets.image.Colors;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import java.util.Locale;
import java.util.Optional;

/**
 * A data set of colour images as a gray one: each pixel is its luma (ITU-R 601-2), as in Pillow's
 * mode L. Everything else is the data set's, its fingerprint too.
 *
 * @param color with 3 channels
 */
public record GrayDataset(ImageDataset color) implements ImageDataset {
  /**
   * Images with a number of channels: as they are, or gray where they have colours.
   *
   * @param images closed by what is returned
   * @param of what has that many channels, for the message
   * @throws DatasetException for gray images where colours are expected
   */
  public static ImageDataset matching(ImageDataset images, int channels, String of) {
    if (images.channels() == channels) {
      return images;
    }
    if (channels == 1 && images.channels() == 3) {
      return new GrayDataset(images);
    }
    throw new DatasetException(
        String.format(
            Locale.ROOT,
            "%s: expected %d channels, as %s has, found %d; convert the images",
            images.name(),
            channels,
            of,
            images.channels()));
  }

  @Override
  public String name() {
    return color.name();
  }

  @Override
  public int size() {
    return color.size();
  }

  @Override
  public ImmutableList<String> classNames() {
    return color.classNames();
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public int label(int index) {
    return color.label(index);
  }

  @Override
  public String imageName(int index) {
    return color.imageName(index);
  }

  @Override
  public void read(int index, DecodePlan plan, Image into) {
    color.read(index, plan, into);
    Colors.toGrayInPlace(into);
  }

  @Override
  public Optional<ByteSource> encoded(int index) {
    return color.encoded(index);
  }

  @Override
  public String fingerprint() {
    return color.fingerprint();
  }

  @Override
  public ImmutableList<String> notes() {
    return color.notes();
  }

  @Override
  public void close() {
    color.close();
  }
}
