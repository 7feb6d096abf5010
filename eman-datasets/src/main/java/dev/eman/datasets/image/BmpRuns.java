package dev.eman.datasets.image;

import java.util.Arrays;

/** Pixels of a BMP that are compressed by runs, of 4 or 8 bits each. */
final class BmpRuns {
  private static final int END_OF_ROW = 0;
  private static final int END_OF_IMAGE = 1;
  private static final int JUMP = 2;

  private final byte[] data;
  private final int length;
  private final int width;
  private final int height;
  private final boolean half;
  private final byte[] indices;
  private int at;
  private int x;
  private int y;

  /**
   * Of a file.
   *
   * @param indices set, {@code [H, W]} in the order of the file; 0 where no run leads
   */
  BmpRuns(byte[] data, int length, BmpHeader header, byte[] indices) {
    this.data = data;
    this.length = length;
    this.indices = indices;
    width = header.width();
    height = header.height();
    half = header.depth() == 4;
    at = header.pixelsAt();
  }

  /**
   * Follows the runs to the end.
   *
   * @throws IllegalArgumentException if the file ends before
   */
  void decode() {
    Arrays.fill(indices, 0, width * height, (byte) 0);
    while (y < height) {
      int count = next();
      int value = next();
      if (count > 0) {
        for (int i = 0; i < count; i++) {
          put(half && i % 2 == 0 ? value >> 4 : half ? value & 15 : value);
        }
      } else if (value > JUMP) {
        readPlain(value);
      } else if (value == JUMP) {
        x += next();
        y += next();
      } else if (value == END_OF_ROW) {
        x = 0;
        y++;
      } else if (value == END_OF_IMAGE) {
        return;
      }
      if (y == height - 1 && x >= width) {
        return; // Some programs write no end.
      }
    }
  }

  /** Pixels one by one, filled up to an even number of bytes. */
  private void readPlain(int count) {
    int begin = at;
    int byteOfTwo = 0;
    for (int i = 0; i < count; i++) {
      if (!half) {
        put(next());
      } else if (i % 2 == 0) {
        byteOfTwo = next();
        put(byteOfTwo >> 4);
      } else {
        put(byteOfTwo & 15);
      }
    }
    at += (at - begin) % 2;
  }

  /** What leads over the edge is dropped. */
  private void put(int value) {
    if (x < width) {
      indices[y * width + x] = (byte) value;
      x++;
    }
  }

  private int next() {
    if (at >= length) {
      throw new IllegalArgumentException("the file is truncated: its pixels end early");
    }
    return data[at++] & 0xff;
  }
}
