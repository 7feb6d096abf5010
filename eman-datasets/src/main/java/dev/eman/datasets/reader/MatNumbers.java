package dev.eman.datasets.reader;

import java.io.DataInput;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** The types of numbers in MATLAB files, read as unsigned bytes. */
final class MatNumbers {
  private static final int BLOCK = 1 << 16;

  private static final int INT8 = 1;
  private static final int UINT8 = 2;
  private static final int INT16 = 3;
  private static final int UINT16 = 4;
  private static final int INT32 = 5;
  private static final int UINT32 = 6;
  private static final int SINGLE = 7;
  private static final int DOUBLE = 9;
  private static final int INT64 = 12;
  private static final int UINT64 = 13;

  private MatNumbers() {}

  /** Bytes of a number; 0 for another type. */
  static int width(int type) {
    return switch (type) {
      case INT8, UINT8 -> 1;
      case INT16, UINT16 -> 2;
      case INT32, UINT32, SINGLE -> 4;
      case DOUBLE, INT64, UINT64 -> 8;
      default -> 0;
    };
  }

  /**
   * Reads numbers.
   *
   * @param data the numbers, in the file's byte order
   * @param into takes a byte for each
   * @return the first that is no whole number from 0 to 255, and its index; null if all are
   */
  static @Nullable String read(DataInput data, int type, int count, OutputStream into)
      throws IOException {
    byte[] block = new byte[Math.min(count, BLOCK)];
    int n;
    for (int done = 0; done < count; done += n) {
      n = Math.min(block.length, count - done);
      if (type == UINT8) { // Images: many, and nothing to check.
        data.readFully(block, 0, n);
      }
      for (int i = 0; i < n && type != UINT8; i++) {
        double value = next(data, type);
        if (!(value >= 0 && value <= 255 && value == Math.rint(value))) {
          return value + " at index " + (done + i);
        }
        block[i] = (byte) value;
      }
      into.write(block, 0, n);
    }
    return null;
  }

  private static double next(DataInput data, int type) throws IOException {
    return switch (type) {
      case INT8 -> data.readByte();
      // Unsigned ones that are negative here are too large as well.
      case INT16, UINT16 -> data.readShort();
      case INT32, UINT32 -> data.readInt();
      case SINGLE -> data.readFloat();
      case DOUBLE -> data.readDouble();
      default -> data.readLong();
    };
  }
}
