package dev.eman.datasets.image;

/**
 * Decodes BMP files of all depths, with any masks for red, green and blue, with palettes and in
 * runs. OpenCV's decoder takes every file of 32 bits for one with blue first, whatever its masks,
 * and makes pixels of 16 bits too dark.
 */
final class BmpDecoder {
  private BmpDecoder() {}

  /**
   * Decodes an image.
   *
   * @param into overwritten, with 3 channels
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static void decode(byte[] data, int length, Image into) {
    BmpHeader header = BmpHeader.read(data, length);
    byte[] palette = header.depth() <= 8 ? header.palette(data, length) : new byte[0];
    int[] masks = header.depth() <= 8 ? new int[0] : header.masks(data, length);
    into.reset(header.width(), header.height(), 3);
    if (header.runs()) {
      byte[] indices = into.spare(header.width() * header.height());
      new BmpRuns(data, length, header, indices).decode();
      for (int y = 0; y < header.height(); y++) {
        int to = row(header, y);
        for (int x = 0; x < header.width(); x++, to += 3) {
          int color = 3 * (indices[y * header.width() + x] & 0xff);
          System.arraycopy(palette, color, into.pixels(), to, 3);
        }
      }
      return;
    }
    int stride = Math.toIntExact(((long) header.width() * header.depth() + 31) / 32 * 4);
    for (int y = 0; y < header.height(); y++) {
      int from = header.pixelsAt() + y * stride;
      if (header.depth() <= 8) {
        readIndices(header, palette, data, from, into.pixels(), row(header, y));
      } else {
        readColors(header, masks, data, from, into.pixels(), row(header, y));
      }
    }
  }

  /** Where the y-th row of the file begins in the image. */
  private static int row(BmpHeader header, int y) {
    return (header.topDown() ? y : header.height() - 1 - y) * header.width() * 3;
  }

  private static void readIndices(
      BmpHeader header, byte[] palette, byte[] data, int from, byte[] pixels, int row) {
    int depth = header.depth();
    int to = row;
    for (int x = 0; x < header.width(); x++, to += 3) {
      int bit = x * depth;
      int index = (data[from + bit / 8] >> (8 - depth - bit % 8)) & ((1 << depth) - 1);
      System.arraycopy(palette, 3 * index, pixels, to, 3);
    }
  }

  private static void readColors(
      BmpHeader header, int[] masks, byte[] data, int from, byte[] pixels, int row) {
    int bytes = header.depth() / 8;
    int to = row;
    for (int x = 0; x < header.width(); x++) {
      int at = from + x * bytes;
      int pixel = 0;
      for (int b = bytes - 1; b >= 0; b--) {
        pixel = (pixel << 8) | (data[at + b] & 0xff);
      }
      for (int mask : masks) {
        int shift = Integer.numberOfTrailingZeros(mask);
        long most = (mask >>> shift) & 0xffffffffL;
        long value = ((pixel & mask) >>> shift) & 0xffffffffL;
        pixels[to++] = (byte) (most == 255 ? value : value * 255 / most);
      }
    }
  }
}
