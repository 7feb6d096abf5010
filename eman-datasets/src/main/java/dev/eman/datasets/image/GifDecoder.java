package dev.eman.datasets.image;

import java.util.Arrays;

/**
 * Decodes the first frame of a GIF (GIF89a) on a canvas of the image's size. As in Pillow,
 * transparency is dropped: what is transparent has the color that its index names.
 */
final class GifDecoder {
  private static final int HEADER = 6;
  private static final int FRAME = 0x2c;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xf9;
  private static final int HAS_PALETTE = 0x80;
  private static final int INTERLACED = 0x40;

  /** How much larger than its first frame an image may be. */
  private static final int MOST_AROUND = 1000;

  private static final int[] FIRST_ROW = {0, 4, 2, 1};
  private static final int[] ROW_STEP = {8, 8, 4, 2};

  private final byte[] data;
  private final int length;
  private int at = HEADER;

  private GifDecoder(byte[] data, int length) {
    this.data = data;
    this.length = length;
  }

  /**
   * Decodes an image.
   *
   * @param into overwritten, with 3 channels
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static void decode(byte[] data, int length, Image into) {
    new GifDecoder(data, length).decode(into);
  }

  private void decode(Image into) {
    int width = nextShort();
    int height = nextShort();
    int flags = next();
    at += 2;
    byte[] palette = palette(flags);
    int transparent = 0;
    for (int block = next(); block != FRAME; block = next()) {
      if (block != EXTENSION) {
        throw new IllegalArgumentException("expected a frame, found none");
      }
      boolean control = next() == GRAPHIC_CONTROL && at + 5 <= length && data[at] == 4;
      if (control && (data[at + 1] & 1) != 0) {
        transparent = data[at + 4] & 0xff;
      }
      skipBlocks();
    }
    int left = nextShort();
    int top = nextShort();
    int across = nextShort();
    int down = nextShort();
    int frameFlags = next();
    if ((frameFlags & HAS_PALETTE) != 0) {
      palette = palette(frameFlags);
    }
    width = Math.max(width, left + across); // As in Pillow, what leads over the edge moves it.
    height = Math.max(height, top + down);
    ImageSize.check(width, height);
    if (across < 1 || down < 1 || (long) width * height / MOST_AROUND > (long) across * down) {
      throw new IllegalArgumentException("its first frame is damaged");
    }
    byte[] frame = frame(across * down);
    byte[] indices = into.spare(width * height);
    Arrays.fill(indices, 0, width * height, (byte) transparent);
    copyRows(frame, indices, top * width + left, width, across, (frameFlags & INTERLACED) != 0);
    into.reset(width, height, 3);
    byte[] pixels = into.pixels();
    for (int i = 0, to = 0; i < width * height; i++, to += 3) {
      System.arraycopy(palette, 3 * (indices[i] & 0xff), pixels, to, 3);
    }
  }

  /** Red, green and blue of all 256 indices; gray where the file has no colors. */
  private byte[] palette(int flags) {
    byte[] palette = new byte[3 * 256];
    if ((flags & HAS_PALETTE) == 0) {
      for (int i = 0; i < palette.length; i++) {
        palette[i] = (byte) (i / 3);
      }
      return palette;
    }
    int size = 3 * (2 << (flags & 7));
    if (at + size > length) {
      throw truncated();
    }
    System.arraycopy(data, at, palette, 0, size);
    at += size;
    return palette;
  }

  private byte[] frame(int size) {
    int smallest = next();
    if (smallest < 1 || smallest > 8) {
      throw new IllegalArgumentException("its first frame is damaged");
    }
    byte[] packed = joinBlocks();
    byte[] frame = LzwDecoder.gif(packed, smallest, size);
    if (frame.length < size) {
      throw truncated();
    }
    return frame;
  }

  private static void copyRows(
      byte[] frame, byte[] indices, int corner, int stride, int across, boolean interlaced) {
    int down = frame.length / across;
    int from = 0;
    for (int pass = 0; pass < (interlaced ? 4 : 1); pass++) {
      int step = interlaced ? ROW_STEP[pass] : 1;
      for (int y = interlaced ? FIRST_ROW[pass] : 0; y < down; y += step, from += across) {
        System.arraycopy(frame, from, indices, corner + y * stride, across);
      }
    }
  }

  /** The data of the blocks up to the empty one. */
  private byte[] joinBlocks() {
    byte[] joined = new byte[length - at];
    int size = 0;
    for (int block = next(); block > 0; block = next()) {
      if (at + block > length) {
        throw truncated();
      }
      System.arraycopy(data, at, joined, size, block);
      at += block;
      size += block;
    }
    return Arrays.copyOf(joined, size);
  }

  private void skipBlocks() {
    for (int block = next(); block > 0; block = next()) {
      at += block;
    }
  }

  private int next() {
    if (at >= length) {
      throw truncated();
    }
    return data[at++] & 0xff;
  }

  private int nextShort() {
    return next() | (next() << 8);
  }

  private static IllegalArgumentException truncated() {
    return new IllegalArgumentException("the file is truncated");
  }
}
