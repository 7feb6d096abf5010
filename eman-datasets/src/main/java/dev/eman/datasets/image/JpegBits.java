package dev.eman.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Entropy-coded blocks of a sequential JPEG (ITU T.81, annex F). The next bits wait in the upper
 * end of a long; a table that is asked with ten of them tells the length of a short code, its run,
 * and the coefficient itself where it is short enough.
 */
final class JpegBits {
  /** How many bits a table is asked with. */
  static final int LOOK = 10;

  /** 64 coefficients and a run that leads too far. */
  static final int LONGEST_BLOCK = 64 + 16;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final int LONGEST_CODE = 16;

  /** Where coefficient k of the zigzag goes, of the first lane. */
  private static final int[] PLACE = places();

  private byte[] data = new byte[0];
  private int end;
  private int at;
  private long bits;
  private int count;

  /** How many of the waiting bits are made up, as the data has ended. */
  private int invented;

  /** Begins at a byte, after a header or a restart marker. */
  void start(byte[] newData, int newEnd, int newAt) {
    data = newData;
    end = newEnd;
    at = newAt;
    bits = 0;
    count = 0;
    invented = 0;
  }

  /** The next byte that has not been taken to the waiting bits. */
  int position() {
    return at;
  }

  /** How many of the waiting bits the file has. */
  int unused() {
    return count - invented;
  }

  /** Fails if bits were used that the file does not have. */
  void checkData() {
    if (count < invented) {
      throw new IllegalArgumentException("the pixels' data ends early");
    }
  }

  /** Reads a block where data are missing: of zeros, as libjpeg does. See {@link #block}. */
  boolean missingBlock(JpegTable dc, JpegTable ac, InverseDct dct, int[] steps, int lastDc) {
    int[] block = dct.coefficients();
    int lane = dct.lane();
    dcValue = lastDc + readDc(dc);
    block[lane] = dcValue * (steps[0] & 0xffff);
    boolean flat = true;
    for (int k = 1; k < 64; k++) {
      int symbol = symbol(ac);
      int size = symbol & 15;
      k += symbol >> 4;
      if (size > 0) {
        int last = Math.min(k, 63);
        set(block, lane, steps[last], extend(take(size), size));
        flat = false;
      } else if (symbol != 0xf0) {
        break;
      }
    }
    return flat;
  }

  /**
   * Reads a block.
   *
   * @param dct gets the dequantised coefficients, but is not told of them
   * @param steps {@link #step} of each coefficient in zigzag order, {@link #LONGEST_BLOCK} long: a
   *     damaged block has more than 64
   * @param lastDc the component's former first coefficient, before dequantisation
   * @return whether there are no coefficients behind the first one
   */
  boolean block(JpegTable dc, JpegTable ac, InverseDct dct, int[] steps, int lastDc) {
    int[] block = dct.coefficients();
    int lane = dct.lane();
    dcValue = lastDc + readDc(dc);
    block[lane] = dcValue * (steps[0] & 0xffff);
    long b = bits;
    int n = count;
    int[] look = ac.look;
    boolean flat = true;
    for (int k = 1; k < 64; k++) {
      if (n < 32) {
        bits = b;
        count = n;
        refill();
        b = bits;
        n = count;
      }
      int entry = look[(int) (b >>> (64 - LOOK))];
      int value;
      if ((entry & JpegTable.VALUE) != 0) {
        k += (entry >> 8) & 15;
        int used = entry & 0xff;
        b <<= used;
        n -= used;
        value = entry >> 16;
      } else {
        int symbol = entry >> 16;
        int length = entry & 0xff;
        if (length == 0) {
          int found = ac.longCode(b);
          symbol = found >> 8;
          length = found & 0xff;
        }
        b <<= length;
        n -= length;
        int size = symbol & 15;
        if (size == 0) {
          if (symbol != 0xf0) {
            break; // End of block.
          }
          k += 15;
          continue;
        }
        k += symbol >> 4;
        value = extend((int) (b >>> (64 - size)), size);
        b <<= size;
        n -= size;
      }
      set(block, lane, steps[k], value);
      flat = false;
      if (k > 63) {
        throw new IllegalArgumentException("a block has too many coefficients");
      }
    }
    bits = b;
    count = n;
    return flat;
  }

  private static void set(int[] block, int lane, int step, int value) {
    block[(step >>> 16) + lane] = value * (step & 0xffff);
  }

  /**
   * Where a coefficient goes, of the first lane, above bit 16; below, what it is multiplied with.
   *
   * @param k its number in the zigzag
   */
  static int step(int k, int quantization) {
    return PLACE[k] << 16 | quantization;
  }

  /** Passes a block over. */
  void skip(JpegTable dc, JpegTable ac, int lastDc) {
    dcValue = lastDc + readDc(dc);
    long b = bits;
    int n = count;
    int[] skip = ac.skip;
    int k = 1;
    while (k < 64) {
      if (n < 32) {
        bits = b;
        count = n;
        refill();
        b = bits;
        n = count;
      }
      int entry = skip[(int) (b >>> (64 - LOOK))];
      int next = k + (entry >> JpegTable.PASSED);
      if (entry != 0 && next < 64) { // Else the block may end between two of these codes.
        int used = entry & 0xff;
        b <<= used;
        n -= used;
        k = next;
        if ((entry & JpegTable.END) != 0) {
          break;
        }
        continue;
      }
      int found = ac.longCode(b);
      int symbol = found >> 8;
      int size = symbol & 15;
      int used = (found & 0xff) + size;
      b <<= used;
      n -= used;
      if (size == 0 && symbol != 0xf0) {
        break;
      }
      k += 1 + (symbol >> 4);
    }
    bits = b;
    count = n;
    if (k > 64) {
      throw new IllegalArgumentException("a block has too many coefficients");
    }
  }

  /** The first coefficient of the last block, before dequantisation. */
  int dcValue;

  /** The next code's symbol, without what follows it. */
  int symbol(JpegTable table) {
    if (count < 32) {
      refill();
    }
    int found = table.longCode(bits);
    drop(found & 0xff);
    return found >> 8;
  }

  /** The next bits as a number, at most 16. */
  int take(int n) {
    if (count < 32) {
      refill();
    }
    int value = n == 0 ? 0 : (int) (bits >>> (64 - n));
    drop(n);
    return value;
  }

  /** Passes bits over. */
  void skipBits(int n) {
    for (int left = n; left > 0; left -= LONGEST_CODE) {
      take(Math.min(left, LONGEST_CODE));
    }
  }

  private void drop(int n) {
    bits <<= n;
    count -= n;
  }

  /**
   * Ends a scan.
   *
   * @param exact whether all complete bytes must have been used
   * @return where the next marker is that ends the data
   */
  int finish(boolean exact) {
    checkData();
    boolean used = count - invented < 8 && isMarker(at);
    if (exact && !used) {
      throw new IllegalArgumentException("a scan has more data than its blocks take");
    }
    int marker = at;
    while (marker + 1 < end && !isMarker(marker)) {
      marker++;
    }
    return marker;
  }

  /** At the end of the file as well. */
  private boolean isMarker(int place) {
    int second = place + 1 < end ? data[place + 1] & 0xff : 0xff;
    return place >= end || ((data[place] & 0xff) == 0xff && second != 0 && (second & 0xf8) != 0xd0);
  }

  /** A first coefficient's difference from the one before. */
  int readDc(JpegTable dc) {
    if (count < 32) {
      refill();
    }
    int entry = dc.look[(int) (bits >>> (64 - LOOK))];
    int symbol = entry >> 16;
    int length = entry & 0xff;
    if ((entry & JpegTable.VALUE) != 0) {
      bits <<= length;
      count -= length;
      return symbol;
    }
    if (length == 0) {
      int found = dc.longCode(bits);
      symbol = found >> 8;
      length = found & 0xff;
    }
    bits <<= length;
    count -= length;
    if (symbol == 0) {
      return 0;
    }
    if (symbol > LONGEST_CODE) {
      throw new IllegalArgumentException("a block's first coefficient is too long");
    }
    int value = extend((int) (bits >>> (64 - symbol)), symbol);
    bits <<= symbol;
    count -= symbol;
    return value;
  }

  /** Numbers of a given length whose first bit is 0 are negative (T.81, F.2.2.1). */
  static int extend(int value, int size) {
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** Makes at least 32 bits wait. */
  private void refill() {
    if (at + 4 <= end) {
      int next = (int) INTS.get(data, at);
      // No byte is ff: none of the inverse is zero.
      if (((~next - 0x01010101) & next & 0x80808080) == 0) {
        bits |= (next & 0xffffffffL) << (32 - count);
        count += 32;
        at += 4;
        return;
      }
    }
    while (count <= 56) {
      int next = 0;
      if (at < end) {
        next = data[at] & 0xff;
        if (next != 0xff) {
          at++;
        } else if (at + 1 < end && data[at + 1] == 0) {
          at += 2; // ff is written with a zero behind it.
        } else {
          next = 0; // A marker: the data ends.
          invented += 8;
        }
      } else {
        invented += 8;
      }
      bits |= (long) next << (56 - count);
      count += 8;
    }
  }

  private static int[] places() {
    int[] places = new int[64];
    int row = 0;
    int column = 0;
    for (int k = 0; k < 64; k++) {
      places[k] = (row * 8 + column) * InverseDct.LANES;
      boolean up = (row + column) % 2 == 0;
      if (up) {
        if (column == 7) {
          row++;
        } else if (row == 0) {
          column++;
        } else {
          row--;
          column++;
        }
      } else if (row == 7) {
        column++;
      } else if (column == 0) {
        row++;
      } else {
        row++;
        column--;
      }
    }
    return places;
  }
}
