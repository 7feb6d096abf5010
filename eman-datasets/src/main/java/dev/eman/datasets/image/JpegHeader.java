package dev.eman.datasets.image;

/** What a JPEG file says of itself before its pixels. */
record JpegHeader(int width, int height, int components, boolean baseline) {
  private static final int PROGRESSIVE = 0xc2;

  /** Huffman coded, each 8x8 block takes a bit at least; this leaves room for any subsampling. */
  private static final int PIXELS_BY_BYTE = 1024;

  static boolean isJpeg(byte[] data, int length) {
    return length > 3
        && (data[0] & 0xff) == 0xff
        && (data[1] & 0xff) == 0xd8
        && (data[2] & 0xff) == 0xff;
  }

  /**
   * Reads the frame header.
   *
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static JpegHeader read(byte[] data, int length) {
    int at = 2;
    while (at + 4 <= length) {
      if ((data[at] & 0xff) != 0xff) {
        throw new IllegalArgumentException("expected a marker at byte " + at);
      }
      int marker = data[at + 1] & 0xff;
      if (marker == 0xff) {
        at++; // Fill bytes may come before a marker.
        continue;
      }
      if (JpegSegments.isFrame(marker)) {
        if (at + 10 > length) {
          break;
        }
        int width = unsignedShort(data, at + 7);
        int height = unsignedShort(data, at + 5);
        ImageSize.check(width, height);
        if (marker <= PROGRESSIVE && (long) width * height / PIXELS_BY_BYTE > length) {
          throw ImageSize.tooFewBytes(width, height, length);
        }
        return new JpegHeader(
            width, height, data[at + 9] & 0xff, marker <= 0xc1 && data[at + 4] == 8);
      }
      if (marker == JpegSegments.START_OF_SCAN || marker == JpegSegments.END_OF_IMAGE) {
        throw new IllegalArgumentException("no frame header before the pixels");
      }
      at +=
          marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)
              ? 2
              : 2 + unsignedShort(data, at + 2);
    }
    throw new IllegalArgumentException("the file ends within its header");
  }

  /** Whether the file has its last marker. */
  static boolean isComplete(byte[] data, int length) {
    // From the back: other programs may have written something after it. A thumbnail in the header
    // has one too, so at least the end must not be far.
    for (int i = length - 2; i >= Math.max(2, length / 2); i--) {
      if ((data[i] & 0xff) == 0xff && (data[i + 1] & 0xff) == JpegSegments.END_OF_IMAGE) {
        return true;
      }
    }
    return false;
  }

  private static int unsignedShort(byte[] data, int at) {
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }
}
