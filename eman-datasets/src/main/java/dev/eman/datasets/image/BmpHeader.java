package dev.eman.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * What a BMP file says of itself before its pixels.
 *
 * @param width in pixels
 * @param height in pixels
 * @param topDown whether the uppermost row comes first
 * @param depth bits of a pixel
 * @param compression its number
 * @param pixelsAt where the pixels begin
 */
record BmpHeader(int width, int height, boolean topDown, int depth, int compression, int pixelsAt) {
  /** Header size of the oldest kind, which keeps sizes in two bytes. */
  private static final int OLD = 12;

  /** Where the header begins that has the size, and where masks follow. */
  private static final int HEADER = 14;

  private static final int MASKS = 54;
  private static final int SHORTEST = 26;

  private static final int PLAIN = 0;
  private static final int RUNS_8 = 1;
  private static final int RUNS_4 = 2;
  private static final int BIT_FIELDS = 3;
  private static final int ALPHA_BIT_FIELDS = 6;

  /** Two bytes of a run make up to 255 pixels. */
  private static final int PIXELS_BY_BYTE = 128;

  private static final int[] USUAL = {0xff0000, 0xff00, 0xff};
  private static final int[] USUAL_16 = {0x7c00, 0x3e0, 0x1f};

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
    boolean old = length >= SHORTEST && file.getInt(HEADER) == OLD;
    if (length < (old ? SHORTEST : MASKS)) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    int width = old ? file.getShort(18) & 0xffff : file.getInt(18);
    int signed = old ? file.getShort(20) & 0xffff : file.getInt(22);
    int height = Math.abs(signed); // What has no opposite is refused with its size.
    ImageSize.check(width, height);
    int depth = file.getShort(old ? 24 : 28) & 0xffff;
    int compression = old ? PLAIN : file.getInt(30);
    checkKind(depth, compression);
    long pixelsAt = file.getInt(10) & 0xffffffffL;
    long needed =
        compression == RUNS_8 || compression == RUNS_4
            ? (long) width * height / PIXELS_BY_BYTE
            : ((long) width * depth + 31) / 32 * 4 * height;
    if (needed > length - pixelsAt) {
      throw ImageSize.tooFewBytes(width, height, Math.max(0, length - pixelsAt));
    }
    return new BmpHeader(width, height, signed < 0, depth, compression, (int) pixelsAt);
  }

  /** Whether the pixels are compressed by runs. */
  boolean runs() {
    return compression == RUNS_8 || compression == RUNS_4;
  }

  private static void checkKind(int depth, int compression) {
    boolean known =
        switch (compression) {
          case PLAIN ->
              depth == 1 || depth == 4 || depth == 8 || depth == 16 || depth == 24 || depth == 32;
          case RUNS_8 -> depth == 8;
          case RUNS_4 -> depth == 4;
          case BIT_FIELDS, ALPHA_BIT_FIELDS -> depth == 16 || depth == 24 || depth == 32;
          default -> false;
        };
    if (!known) {
      throw new IllegalArgumentException(
          "expected a BMP of 1, 4, 8, 16, 24 or 32 bits, plain or in runs, found "
              + depth
              + " bits with compression "
              + compression
              + "; convert it to PNG");
    }
  }

  /**
   * Red, green and blue of each index; black where the file has fewer colors than there could be.
   *
   * @throws IllegalArgumentException if the header is damaged
   */
  byte[] palette(byte[] data, int length) {
    ByteBuffer file = ByteBuffer.wrap(data, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    boolean old = file.getInt(HEADER) == OLD;
    int colors = 1 << depth;
    int at = HEADER + file.getInt(HEADER);
    int bytes = old ? 3 : 4;
    if (at < HEADER || at > pixelsAt) {
      throw new IllegalArgumentException("the size of its header is wrong");
    }
    int used = old ? 0 : file.getInt(46);
    int count = Math.min(used > 0 && used < colors ? used : colors, (pixelsAt - at) / bytes);
    byte[] palette = new byte[3 * colors];
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < 3; c++) { // Blue comes first.
        palette[3 * i + c] = file.get(at + i * bytes + 2 - c);
      }
    }
    return palette;
  }

  /**
   * The bits of red, green and blue in a pixel.
   *
   * @throws IllegalArgumentException if they overlap, are apart, or there are none of a color
   */
  int[] masks(byte[] data, int length) {
    ByteBuffer file = ByteBuffer.wrap(data, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    int[] masks = depth == 16 ? USUAL_16 : USUAL;
    if (compression == PLAIN) {
      return masks;
    }
    if (file.limit() < MASKS + 12) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    int[] found = {file.getInt(MASKS), file.getInt(MASKS + 4), file.getInt(MASKS + 8)};
    if ((found[0] | found[1] | found[2]) == 0) {
      return masks;
    }
    for (int c = 0; c < 3; c++) {
      int filled = found[c] >>> Math.min(31, Integer.numberOfTrailingZeros(found[c]));
      if (filled == 0 || (filled & (filled + 1)) != 0 || (found[c] & found[(c + 1) % 3]) != 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "expected masks of red, green and blue, found %08x, %08x and %08x;"
                    + " convert it to PNG",
                found[0],
                found[1],
                found[2]));
      }
    }
    return found;
  }
}
