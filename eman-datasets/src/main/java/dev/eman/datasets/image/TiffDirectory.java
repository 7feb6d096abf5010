package dev.eman.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The first directory of a TIFF file (TIFF 6.0): what its fields say, within the file's bounds. */
final class TiffDirectory {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int COLORS = 262;
  static final int FILL_ORDER = 266;
  static final int STRIPS = 273;
  static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_OF_STRIP = 278;
  static final int STRIP_SIZES = 279;
  static final int PLANAR = 284;
  static final int PREDICTOR = 317;
  static final int PALETTE = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  static final int TILES = 324;
  static final int TILE_SIZES = 325;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;

  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int ENTRY = 12;

  private final ByteBuffer file;
  private final int entries;
  private final int first;

  private TiffDirectory(ByteBuffer file, int first, int entries) {
    this.file = file;
    this.first = first;
    this.entries = entries;
  }

  /**
   * Opens a directory.
   *
   * @param from where the TIFF data begin, to which all places in them relate
   * @throws IllegalArgumentException if there is none
   */
  static TiffDirectory open(byte[] data, int from, int to) {
    if (to - from < 8) {
      throw damaged();
    }
    ByteBuffer file = ByteBuffer.wrap(data, from, to - from).slice();
    if (file.get(0) == 'I') {
      file.order(ByteOrder.LITTLE_ENDIAN);
    }
    if (file.get(0) != file.get(1) || file.getShort(2) != 42) {
      throw new IllegalArgumentException(
          "expected a TIFF of the usual kind, found another one, such as BigTIFF; convert it");
    }
    long at = file.getInt(4) & 0xffffffffL;
    if (at + 2 > file.limit()) {
      throw damaged();
    }
    int count = file.getShort((int) at) & 0xffff;
    int first = (int) at + 2;
    return new TiffDirectory(file, first, Math.min(count, (file.limit() - first) / ENTRY));
  }

  static IllegalArgumentException damaged() {
    return new IllegalArgumentException("the file is truncated, or its directory damaged");
  }

  boolean isBigEndian() {
    return file.order() == ByteOrder.BIG_ENDIAN;
  }

  /** How many values a field has; 0 if it is not there, or not of whole numbers. */
  int count(int tag) {
    int entry = find(tag);
    return entry < 0 ? 0 : Math.max(0, file.getInt(entry + 4));
  }

  /** A field's first value, or what it is by default. */
  int value(int tag, int byDefault) {
    return count(tag) == 0 ? byDefault : require(tag, 0);
  }

  /** A field's first value, or the most that makes sense if it is larger or not there. */
  int valueAtMost(int tag, int most) {
    return count(tag) == 0 ? most : (int) Math.min(most, unsigned(tag, 0));
  }

  /**
   * One of a field's values.
   *
   * @throws IllegalArgumentException if it is not there, or of more than 31 bits
   */
  int require(int tag, int index) {
    long value = unsigned(tag, index);
    if (value > Integer.MAX_VALUE) {
      throw damaged();
    }
    return (int) value;
  }

  private long unsigned(int tag, int index) {
    int entry = find(tag);
    if (entry < 0 || index >= count(tag)) {
      throw damaged();
    }
    int type = file.getShort(entry + 2);
    int size = type == BYTE ? 1 : type == SHORT ? 2 : 4;
    long total = (long) size * count(tag);
    long at = total <= 4 ? entry + 8 : file.getInt(entry + 8) & 0xffffffffL;
    at += (long) size * index;
    if (at + size > file.limit()) {
      throw damaged();
    }
    return switch (size) {
      case 1 -> file.get((int) at) & 0xff;
      case 2 -> file.getShort((int) at) & 0xffff;
      default -> file.getInt((int) at) & 0xffffffffL;
    };
  }

  private int find(int tag) {
    for (int i = 0; i < entries; i++) {
      int at = first + i * ENTRY;
      if ((file.getShort(at) & 0xffff) == tag) {
        int type = file.getShort(at + 2);
        return type == BYTE || type == SHORT || type == LONG ? at : -1;
      }
    }
    return -1;
  }
}
