package dev.eman.datasets.image;

import java.util.Arrays;

/** A Huffman table (T.81, annex C) and what makes it quick to ask. */
final class JpegTable {
  /** Says that an entry has the coefficient itself. */
  static final int VALUE = 0x1000;

  /** Says that a block ends with these codes. */
  static final int END = 0x100;

  /** The lowest bit of the number of coefficients that are passed over. */
  static final int PASSED = 16;

  private static final int LONGEST = 16;

  /**
   * By the next {@link JpegBits#LOOK} bits: in the lowest byte how many of them are used, 0 for a
   * longer code. With {@link #VALUE} the run in bits 8 to 11 and the coefficient above bit 16, else
   * the symbol there.
   */
  final int[] look = new int[1 << JpegBits.LOOK];

  /**
   * By the same bits, what passes over all codes that are whole in them, with what follows each: in
   * the lowest byte how many bits, 0 if not even one code is whole; above {@link #PASSED} how many
   * coefficients; {@link #END} if the block ends there.
   */
  final int[] skip = new int[1 << JpegBits.LOOK];

  /** The first code of each length, left-aligned in 16 bits, behind the last code; by length. */
  private final int[] limit = new int[LONGEST + 2];

  private final int[] offset = new int[LONGEST + 1];
  private final int[] symbols = new int[256];

  /** The counts and symbols that this was made of, of which most files have the same. */
  private final byte[] source = new byte[LONGEST + 256];

  private int sourceLength;
  private boolean sourceDc;
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
    if (dc == sourceDc && isSource(data, at, end)) {
      defined = true;
      return sourceLength;
    }
    sourceLength = 0;
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
    if (!dc) {
      fillSkip();
    }
    defined = true;
    sourceDc = dc;
    sourceLength = LONGEST + total;
    System.arraycopy(data, at, source, 0, sourceLength);
    return sourceLength;
  }

  private boolean isSource(byte[] data, int at, int end) {
    return sourceLength > 0
        && at + sourceLength <= end
        && Arrays.equals(data, at, at + sourceLength, source, 0, sourceLength);
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

  /** The entry of {@link #look} for what follows some bits, 0 if it needs more than there are. */
  private int behind(int bits, int used) {
    int entry = look[bits << used & (look.length - 1)];
    return used + (entry & 0xff) <= JpegBits.LOOK ? entry : 0;
  }

  /** Whether it is a code, known by its bits, that ends a block. */
  private static boolean isLast(int entry) {
    int symbol = entry >> 16;
    return (entry & 0xff) != 0 && (entry & VALUE) == 0 && (symbol & 15) == 0 && symbol != 0xf0;
  }

  private void fillSkip() {
    for (int i = 0; i < skip.length; i++) {
      int used = 0;
      int passed = 0;
      int end = 0;
      while (used < JpegBits.LOOK && end == 0) {
        int entry = behind(i, used);
        if ((entry & 0xff) == 0) {
          break;
        }
        boolean value = (entry & VALUE) != 0;
        int symbol = entry >> 16;
        if (isLast(entry)) {
          end = END;
        } else {
          passed += 1 + (value ? entry >> 8 & 15 : symbol >> 4);
        }
        used += (entry & 0xff) + (value ? 0 : symbol & 15);
      }
      skip[i] = passed << PASSED | end | used;
    }
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
