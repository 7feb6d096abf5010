package dev.eman.datasets.image;

/** Sizes that a header claims, checked before memory is allocated for them. */
final class ImageSize {
  /** Pillow's limit too, and so torchvision's. */
  private static final int MOST_PIXELS = 178_956_970;

  private ImageSize() {}

  /**
   * Sees that it is an image's size.
   *
   * @throws IllegalArgumentException if not
   */
  static void check(int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "expected a size of 1 to "
              + MOST_PIXELS
              + " pixels, found "
              + width
              + "x"
              + height
              + "; the file is damaged, or make the image smaller");
    }
  }

  /** Says that what the file holds can never become as many pixels. */
  static IllegalArgumentException tooFewBytes(int width, int height, long bytes) {
    return new IllegalArgumentException(
        "the file is truncated or damaged: "
            + bytes
            + " bytes are too few for "
            + width
            + "x"
            + height
            + " pixels");
  }
}
