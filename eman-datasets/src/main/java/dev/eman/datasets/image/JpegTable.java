package dev.eman.datasets.image;

import java.util.Arrays;

/** A Huffman table (T.81, annex C) and what makes it quick to ask. */
final class JpegTable {
  /** Says that an entry has the coefficient itself. */
  static final int VALUE = 0x1000;

  private static final int LONGEST = 16;

  /**
   * By the next {@link JpegBits#LOOK} bits: in the lowest byte how many of them are used, 0 for a
   * longer code. With {@link #VALUE} the run in bits 8 to 11 and the coefficient above bit 16, else
   * the symbol there.
   */
  final int[] look = new int[1 << JpegBits.LOOK];

  /** The first code of each length, left-aligned in 16 bits, behind the last code; by length. */
  private final int[] limit = new int[LONGEST + 2];

  private final int[] offset = new int[LONGEST + 1];
  private final int[] symbols = new int[256];
  private boolean defined;

  boolean isDefined() {
    return defined;
  }

  void clear() {
    defined = false;
  }

  /**
   * Reads a table from a file.
   *
   * @param at where the 16 counts begin
   * @param dc whether it is for first coefficients, whose symbols have no run
   * @return how many bytes it takes
   */
  int read(byte[] data, int at, int end, boolean dc) {
    int total = 0;
    int code = 0;
    if (at + LONGEST > end) {
      throw new IllegalArgumentException("a Huffman table ends early");
    }
    for (int length = 1; length <= LONGEST; length++) {
      int count = data[at + length - 1] & 0xff;
      offset[length] = total - code;
      code += count;
      total += count;
      if (code > 1 << length || total > 256) {
        throw new IllegalArgumentException("a Huffman table has impossible codes");
      }
      limit[length] = code << (LONGEST - length);
      code <<= 1;
    }
    if (at + LONGEST + total > end) {
      throw new IllegalArgumentException("a Huffman table ends early");
    }
    for (int i = 0; i < total; i++) {
      symbols[i] = data[at + LONGEST + i] & 0xff;
    }
    fillLook(dc);
    defined = true;
    return LONGEST + total;
  }

  /** How many bytes a table takes whose 16 counts begin there. */
  static int size(byte[] data, int at) {
    int size = LONGEST;
    for (int length = 0; length < LONGEST; length++) {
      size += data[at + length] & 0xff;
    }
    return size;
  }

  private void fillLook(boolean dc) {
    Arrays.fill(look, 0);
    for (int i = 0; i < look.length; i++) {
      int wide = i << (LONGEST - JpegBits.LOOK);
      int length = 1;
      while (length <= JpegBits.LOOK && wide >= limit[length]) {
        length++;
      }
      if (length > JpegBits.LOOK) {
        continue;
      }
      int symbol = symbols[offset[length] + (wide >> (LONGEST - length))];
      look[i] = entry(i, length, symbol, dc);
    }
  }

  private static int entry(int index, int length, int symbol, boolean dc) {
    int size = dc ? symbol : symbol & 15;
    int run = dc ? 0 : symbol >> 4;
    if (size > 0 && length + size <= JpegBits.LOOK) {
      int rest = (index >> (JpegBits.LOOK - length - size)) & ((1 << size) - 1);
      return JpegBits.extend(rest, size) << 16 | VALUE | run << 8 | (length + size);
    }
    return symbol << 16 | length;
  }

  /** The symbol of a code of any length and, in the lowest byte, the length. */
  int longCode(long bits) {
    int wide = (int) (bits >>> (64 - LONGEST));
    int length = 1;
    while (length <= LONGEST && wide >= limit[length]) {
      length++;
    }
    if (length > LONGEST) {
      throw new IllegalArgumentException("the pixels' data has a code that is in no table");
    }
    return symbols[offset[length] + (wide >> (LONGEST - length))] << 8 | length;
  }
}
