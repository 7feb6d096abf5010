package dev.eman.datasets.image;

/** What a JPEG file says of itself before its pixels. */
record JpegHeader(
    int width, int height, int components, boolean baseline, ExifOrientation orientation) {
  private static final int PROGRESSIVE = 0xc2;

  private static final int EXIF = 0xe1;

  /** Huffman coded, each 8x8 block takes a bit at least; this leaves room for any subsampling. */
  private static final int PIXELS_BY_BYTE = 1024;

  static boolean isJpeg(byte[] data, int length) {
    return length > 3
        && (data[0] & 0xff) == 0xff
        && (data[1] & 0xff) == 0xd8
        && (data[2] & 0xff) == 0xff;
  }

  /**
   * Reads up to the frame header.
   *
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static JpegHeader read(byte[] data, int length) {
    ExifOrientation orientation = ExifOrientation.UPRIGHT;
    JpegSegments segments = new JpegSegments(data, length);
    while (segments.advance()) {
      int body = segments.body;
      if (segments.isFrame()) {
        return frame(segments, length, orientation);
      }
      if (segments.marker == JpegSegments.START_OF_SCAN) {
        break;
      }
      if (segments.marker == EXIF && orientation == ExifOrientation.UPRIGHT) {
        orientation = ExifReader.jpeg(data, body, segments.next);
      }
    }
    throw new IllegalArgumentException("no frame header before the pixels");
  }

  private static JpegHeader frame(JpegSegments segments, int length, ExifOrientation orientation) {
    int body = segments.body;
    if (segments.next - body < 6) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    int width = segments.unsignedShort(body + 3);
    int height = segments.unsignedShort(body + 1);
    ImageSize.check(width, height);
    if (segments.marker <= PROGRESSIVE && (long) width * height / PIXELS_BY_BYTE > length) {
      throw ImageSize.tooFewBytes(width, height, length);
    }
    boolean baseline = segments.marker <= 0xc1 && segments.unsignedByte(body) == 8;
    return new JpegHeader(width, height, segments.unsignedByte(body + 5), baseline, orientation);
  }

  /** Whether the file has its last marker. */
  static boolean isComplete(byte[] data, int length) {
    JpegSegments segments = new JpegSegments(data, length);
    while (segments.advance()) {
      if (segments.marker == JpegSegments.START_OF_SCAN) {
        // From the back, as it is near: other programs may have written something after it. What
        // is in the header, such as a thumbnail, has one of its own.
        for (int i = length - 2; i >= segments.next; i--) {
          if (isEnd(data, i)) {
            return true;
          }
        }
        return false;
      }
    }
    return true; // It is all that there is: decoding tells.
  }

  private static boolean isEnd(byte[] data, int at) {
    return (data[at] & 0xff) == 0xff && (data[at + 1] & 0xff) == JpegSegments.END_OF_IMAGE;
  }
}
