package dev.eman.train;

import dev.eman.datasets.image.Image;

/** Image files for tests of other packages. */
public final class TestImage {
  private TestImage() {}

  /** An image as a PNG file. */
  public static byte[] png(Image image) {
    return Png.encode(image);
  }
}
