package dev.eman.datasets.image;

import java.util.Arrays;

/** LZW with codes of growing length, as in GIF and in TIFF. */
final class LzwDecoder {
  private static final int LONGEST = 12;
  private static final int NONE = -1;
  private static final int GROWTH = 1 << 14;

  private final byte[] data;
  private final int end;
  private final boolean highBitFirst;
  private byte[] into;
  private final int[] prefixes = new int[1 << LONGEST];
  private final byte[] suffixes = new byte[1 << LONGEST];
  private final int[] lengths = new int[1 << LONGEST];
  private int at;
  private int bits;
  private int count;

  private LzwDecoder(byte[] data, int from, int end, boolean highBitFirst, byte[] into) {
    this.data = data;
    this.at = from;
    this.end = end;
    this.highBitFirst = highBitFirst;
    this.into = into;
  }

  /**
   * Decodes a GIF's frame. Memory grows with what there is.
   *
   * @param smallest bits of a pixel
   * @param size how many pixels there should be
   * @return as many, or those up to where the data end
   */
  static byte[] gif(byte[] data, int smallest, int size) {
    byte[] first = new byte[Math.min(size, GROWTH)];
    LzwDecoder decoder = new LzwDecoder(data, 0, data.length, false, first);
    int found = decoder.decode(smallest, size);
    return decoder.into.length == found ? decoder.into : Arrays.copyOf(decoder.into, found);
  }

  /**
   * Decodes a strip or tile of a TIFF.
   *
   * @param into set from its beginning; at least of the size
   * @param size how many bytes there should be
   * @return how many there are, at most that many
   */
  static int tiff(byte[] data, int from, int end, byte[] into, int size) {
    return new LzwDecoder(data, from, end, true, into).decode(8, size);
  }

  private int decode(int smallest, int size) {
    int clear = 1 << smallest;
    int width = smallest + 1;
    int used = clear + 2;
    int last = NONE;
    int to = 0;
    while (to < size) {
      int code = next(width);
      if (code < 0 || code == clear + 1) {
        return to; // The end.
      }
      if (code == clear) {
        width = smallest + 1;
        used = clear + 2;
        last = NONE;
        continue;
      }
      if (code > used || (code == used && last == NONE) || (last == NONE && code > clear)) {
        throw new IllegalArgumentException("its pixels are damaged");
      }
      int from = to;
      grow(to, size);
      to = write(code == used ? last : code, clear, to, size);
      if (code == used && to < size) { // The last string, and its own first byte.
        into[to++] = into[from];
      }
      if (last != NONE && used < prefixes.length) {
        prefixes[used] = last;
        suffixes[used] = into[from];
        lengths[used] = length(last, clear) + 1;
        used++;
      }
      last = code;
      int reached = used + (highBitFirst ? 1 : 0); // TIFF grows a code early.
      if (reached >= 1 << width && width < LONGEST) {
        width++;
      }
    }
    return to;
  }

  /** Makes room for the longest string. */
  private void grow(int to, int size) {
    if (into.length < size && into.length - to <= prefixes.length) {
      into = Arrays.copyOf(into, (int) Math.min(size, 2L * into.length));
    }
  }

  private int length(int code, int clear) {
    return code < clear ? 1 : lengths[code];
  }

  /** Writes a code's string, or as much of it as there is room for. */
  private int write(int code, int clear, int to, int size) {
    int end = to + length(code, clear);
    int place = end - 1;
    int rest = code;
    while (rest > clear) {
      if (place < size) {
        into[place] = suffixes[rest];
      }
      place--;
      rest = prefixes[rest];
    }
    if (place < size) {
      into[place] = (byte) rest;
    }
    return Math.min(end, size);
  }

  /** The next code, or -1 at the end of the data. */
  private int next(int width) {
    while (count < width) {
      if (at >= end) {
        return -1;
      }
      int value = data[at++] & 0xff;
      bits = highBitFirst ? (bits << 8) | value : bits | (value << count);
      count += 8;
    }
    count -= width;
    if (highBitFirst) {
      return (bits >>> count) & ((1 << width) - 1);
    }
    int code = bits & ((1 << width) - 1);
    bits >>>= width;
    return code;
  }
}
