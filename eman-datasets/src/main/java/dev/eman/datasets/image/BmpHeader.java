package dev.eman.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a BMP file says of itself before its pixels. */
record BmpHeader(int width, int height) {
  /** Header size of the oldest kind, which keeps sizes in two bytes. */
  private static final int OLD = 12;

  private static final int SHORTEST = 26;
  private static final int SHORTEST_NEW = 54;

  /** Compression by runs, of which two bytes make up to 255 pixels. */
  private static final int RUNS_8 = 1;

  private static final int RUNS_4 = 2;
  private static final int PIXELS_BY_BYTE = 128;

  static boolean isBmp(byte[] data, int length) {
    return length >= 2 && data[0] == 'B' && data[1] == 'M';
  }

  /**
   * Reads the header, and sees that the file can hold the pixels.
   *
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static BmpHeader read(byte[] data, int length) {
    ByteBuffer file = ByteBuffer.wrap(data, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    boolean old = length >= SHORTEST && file.getInt(14) == OLD;
    if (length < (old ? SHORTEST : SHORTEST_NEW)) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    int width = old ? file.getShort(18) & 0xffff : file.getInt(18);
    // From the top down if it is negative. What has no opposite is refused with it.
    int height = old ? file.getShort(20) & 0xffff : Math.abs(file.getInt(22));
    ImageSize.check(width, height);
    int depth = file.getShort(old ? 24 : 28) & 0xffff;
    int compression = old ? 0 : file.getInt(30);
    long available = length - (file.getInt(10) & 0xffffffffL);
    boolean inRuns = compression == RUNS_8 || compression == RUNS_4;
    long needed =
        inRuns
            ? (long) width * height / PIXELS_BY_BYTE
            : ((long) width * depth + 31) / 32 * 4 * height;
    if (needed > available) {
      throw ImageSize.tooFewBytes(width, height, Math.max(0, available));
    }
    return new BmpHeader(width, height);
  }
}
