package dev.eman.datasets.image;

/** Looks for the orientation in EXIF data: the first directory of a TIFF file, and no further. */
final class ExifReader {
  /** Before the TIFF data in a JPEG, with two zeros. */
  private static final String PREFIX = "Exif\0\0";

  private ExifReader() {}

  /** The orientation in a segment of a JPEG for applications, which may be of another one. */
  static ExifOrientation jpeg(byte[] data, int from, int to) {
    return isPrefixed(data, from, to)
        ? tiff(data, from + PREFIX.length(), to)
        : ExifOrientation.UPRIGHT;
  }

  /** The orientation in a PNG's or WebP's chunk, with a JPEG's prefix or without. */
  static ExifOrientation chunk(byte[] data, int from, int to) {
    return tiff(data, isPrefixed(data, from, to) ? from + PREFIX.length() : from, to);
  }

  /** The orientation in TIFF data; upright if they are damaged or say nothing of it. */
  static ExifOrientation tiff(byte[] data, int from, int to) {
    try {
      TiffDirectory directory = TiffDirectory.open(data, from, to);
      return directory.count(TiffDirectory.ORIENTATION) == 1
          ? ExifOrientation.of(directory.require(TiffDirectory.ORIENTATION, 0))
          : ExifOrientation.UPRIGHT;
    } catch (IllegalArgumentException e) {
      return ExifOrientation.UPRIGHT;
    }
  }

  private static boolean isPrefixed(byte[] data, int from, int to) {
    if (to - from <= PREFIX.length()) {
      return false;
    }
    for (int i = 0; i < PREFIX.length() - 1; i++) { // The last byte fills up.
      if (data[from + i] != PREFIX.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
