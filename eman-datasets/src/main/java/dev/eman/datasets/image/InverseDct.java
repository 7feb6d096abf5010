package dev.eman.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The inverse cosine transform of 8x8 coefficients in integers: Loeffler, Ligtenberg and Moschytz
 * 1989, with 13 bits for constants and 2 more between the passes, as libjpeg's accurate method
 * rounds.
 *
 * <p>Blocks wait until there are many, which are transformed side by side: the same coefficient of
 * all blocks lies together, so that the JVM uses vector instructions. It does so only for loops
 * that are short in text and whose reads and writes it can tell apart; hence one array with parts
 * of fixed place, and several loops for a pass.
 */
final class InverseDct {
  /** How many blocks are transformed together. */
  static final int LANES = 64;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int BITS = 13;
  private static final int BETWEEN = 2;

  private static final int C0_298 = fix(0.298631336);
  private static final int C0_390 = fix(0.390180644);
  private static final int C0_541 = fix(0.541196100);
  private static final int C0_765 = fix(0.765366865);
  private static final int C0_899 = fix(0.899976223);
  private static final int C1_175 = fix(1.175875602);
  private static final int C1_501 = fix(1.501321110);
  private static final int C1_847 = fix(1.847759065);
  private static final int C1_961 = fix(1.961570560);
  private static final int C2_053 = fix(2.053119869);
  private static final int C2_562 = fix(2.562915447);
  private static final int C3_072 = fix(3.072711026);

  /** Eight coefficients of all lanes. */
  private static final int ROW = 8 * LANES;

  // Behind the eight rows of a part there are two of scratch memory.
  private static final int SCRATCH_3 = 8 * ROW;
  private static final int SCRATCH_4 = 9 * ROW;

  /** Where the part begins in which columns lie side by side, instead of rows. */
  private static final int TURNED = 10 * ROW;

  private final int[] values = new int[TURNED + 10 * ROW];
  private final byte[][] targets = new byte[LANES][];
  private final int[] starts = new int[LANES];
  private final int[] strides = new int[LANES];
  private int lane;

  /** Forgets blocks that wait, as a damaged file may have left some. */
  void clear() {
    lane = 0;
    Arrays.fill(values, 0, 8 * ROW, 0);
  }

  /**
   * Where the next block goes: coefficient i, in rows of eight, {@link #lane} behind {@code i *
   * LANES}. Zeros before.
   */
  int[] coefficients() {
    return values;
  }

  /** The next block's lane. */
  int lane() {
    return lane;
  }

  /**
   * Adds the block that was written, dequantised, to {@link #coefficients}. What becomes of it is
   * there after {@link #finish}.
   *
   * @param flat whether it has nothing but its first coefficient
   * @param into unsigned bytes
   * @param at where the upper left pixel goes
   * @param stride from one row to the next
   */
  void add(boolean flat, byte[] into, int at, int stride) {
    if (flat) {
      int first = values[lane];
      values[lane] = 0;
      int value = clamp((((first << BETWEEN) + (1 << (BETWEEN + 2))) >> (BETWEEN + 3)) + 128);
      long eight = value * 0x0101010101010101L;
      for (int y = 0, to = at; y < 8; y++, to += stride) {
        LONGS.set(into, to, eight);
      }
      return;
    }
    targets[lane] = into;
    starts[lane] = at;
    strides[lane] = stride;
    lane++;
    if (lane == LANES) {
      finish();
    }
  }

  /** Transforms all blocks that wait. */
  void finish() {
    if (lane == 0) {
      return;
    }
    transform(0, BITS - BETWEEN, 1 << (BITS - BETWEEN - 1));
    turn();
    int shift = BITS + BETWEEN + 3;
    transform(TURNED, shift, (1 << (shift - 1)) + (128 << shift));
    pack();
    for (int i = 0; i < lane; i++) {
      store(i, targets[i], starts[i], strides[i]);
    }
    clear();
  }

  /** One pass. */
  private void transform(int part, int shift, int round) {
    even(part, 1 << BITS);
    oddSums(part);
    odd(part);
    combine(part, shift, round);
    combine(part + 4 * ROW, shift, round);
  }

  private void even(int part, int unit) {
    int[] x = values;
    for (int i = part; i < part + ROW; i++) {
      int a0 = x[i];
      int a2 = x[i + 2 * ROW];
      int a4 = x[i + 4 * ROW];
      int a6 = x[i + 6 * ROW];
      int z = (a2 + a6) * C0_541;
      int even2 = z - a6 * C1_847;
      int even3 = z + a2 * C0_765;
      int even0 = (a0 + a4) * unit;
      int even1 = (a0 - a4) * unit;
      x[i] = even0 + even3;
      x[i + 2 * ROW] = even1 + even2;
      x[i + 4 * ROW] = even1 - even2;
      x[i + 6 * ROW] = even0 - even3;
    }
  }

  private void oddSums(int part) {
    int[] x = values;
    for (int i = part; i < part + ROW; i++) {
      int z3 = x[i + 7 * ROW] + x[i + 3 * ROW];
      int z4 = x[i + 5 * ROW] + x[i + ROW];
      int z5 = (z3 + z4) * C1_175;
      x[i + SCRATCH_3] = z5 - z3 * C1_961;
      x[i + SCRATCH_4] = z5 - z4 * C0_390;
    }
  }

  private void odd(int part) {
    int[] x = values;
    for (int i = part; i < part + ROW; i++) {
      int a7 = x[i + 7 * ROW];
      int a1 = x[i + ROW];
      int z1 = (a7 + a1) * C0_899;
      x[i + 7 * ROW] = a7 * C0_298 - z1 + x[i + SCRATCH_3];
      x[i + ROW] = a1 * C1_501 - z1 + x[i + SCRATCH_4];
    }
    for (int i = part; i < part + ROW; i++) {
      int a5 = x[i + 5 * ROW];
      int a3 = x[i + 3 * ROW];
      int z2 = (a5 + a3) * C2_562;
      x[i + 5 * ROW] = a5 * C2_053 - z2 + x[i + SCRATCH_4];
      x[i + 3 * ROW] = a3 * C3_072 - z2 + x[i + SCRATCH_3];
    }
  }

  /** Sums and differences of even and odd parts take their place: results 0, 7, 1, 6 and so on. */
  private void combine(int part, int shift, int round) {
    int[] x = values;
    for (int i = part; i < part + ROW; i++) {
      int even0 = x[i] + round;
      int even1 = x[i + 2 * ROW] + round;
      int odd0 = x[i + ROW];
      int odd1 = x[i + 3 * ROW];
      x[i] = (even0 + odd0) >> shift;
      x[i + ROW] = (even0 - odd0) >> shift;
      x[i + 2 * ROW] = (even1 + odd1) >> shift;
      x[i + 3 * ROW] = (even1 - odd1) >> shift;
    }
  }

  /** Brings rows into order and side by side what lay below each other. */
  private void turn() {
    for (int r = 0; r < 8; r++) {
      int from = (r < 4 ? 2 * r : 15 - 2 * r) * ROW;
      for (int c = 0; c < 8; c++) {
        System.arraycopy(values, from + c * LANES, values, TURNED + c * ROW + r * LANES, LANES);
      }
    }
  }

  /** Makes four pixels of neighboring columns one integer. */
  private void pack() {
    int[] x = values;
    for (int i = TURNED; i < TURNED + ROW; i++) {
      x[i] =
          clamp(x[i])
              | clamp(x[i + 2 * ROW]) << 8
              | clamp(x[i + 4 * ROW]) << 16
              | clamp(x[i + 6 * ROW]) << 24;
    }
    for (int i = TURNED; i < TURNED + ROW; i++) {
      x[i + ROW] =
          clamp(x[i + 7 * ROW])
              | clamp(x[i + 5 * ROW]) << 8
              | clamp(x[i + 3 * ROW]) << 16
              | clamp(x[i + ROW]) << 24;
    }
  }

  private void store(int place, byte[] into, int at, int stride) {
    int from = TURNED + place;
    for (int y = 0, to = at; y < 8; y++, to += stride, from += LANES) {
      LONGS.set(into, to, (values[from] & 0xffffffffL) | ((long) values[from + ROW] << 32));
    }
  }

  /** To 0 to 255, without a branch or a minimum: neither is vectorised. */
  private static int clamp(int value) {
    return ((value & ~(value >> 31)) | ((255 - value) >> 31)) & 255;
  }

  private static int fix(double constant) {
    return (int) Math.rint(constant * (1 << BITS));
  }
}
