package dev.eman.datasets.image;

import java.util.Arrays;

/**
 * The inverse cosine transform of 8x8 coefficients in integers: Loeffler, Ligtenberg and Moschytz
 * 1989, with 13 bits for constants and 2 more between the passes, as libjpeg's accurate method
 * rounds.
 */
final class InverseDct {
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

  private final int[] between = new int[64];

  /**
   * Transforms a block and leaves zeros in it.
   *
   * @param block {@code [64]} dequantised coefficients in rows
   * @param mask which columns, and from bit 8 on which rows, have coefficients behind the first one
   * @param into unsigned bytes
   * @param at where the upper left pixel goes
   * @param stride from one row to the next
   */
  void transform(int[] block, int mask, byte[] into, int at, int stride) {
    if (mask == 0) {
      int value = clamp((((block[0] << BETWEEN) + (1 << (BETWEEN + 2))) >> (BETWEEN + 3)) + 128);
      for (int y = 0, to = at; y < 8; y++, to += stride) {
        Arrays.fill(into, to, to + 8, (byte) value);
      }
      block[0] = 0;
      return;
    }
    columns(block, mask);
    if ((mask & 0xf0) == 0) {
      narrowRows(into, at, stride);
    } else {
      rows(into, at, stride);
    }
    Arrays.fill(block, 0);
  }

  private void columns(int[] block, int mask) {
    int round = 1 << (BITS - BETWEEN - 1);
    int shift = BITS - BETWEEN;
    for (int c = 0; c < 8; c++) {
      if ((mask >> c & 1) == 0) {
        int value = block[c] << BETWEEN; // Zero but for the first column.
        for (int i = c; i < 64; i += 8) {
          between[i] = value;
        }
        continue;
      }
      int a2 = block[c + 16];
      int a6 = block[c + 48];
      int z = (a2 + a6) * C0_541;
      int even2 = z - a6 * C1_847;
      int even3 = z + a2 * C0_765;
      int even0 = (block[c] + block[c + 32]) << BITS;
      int even1 = (block[c] - block[c + 32]) << BITS;
      int s0 = even0 + even3 + round;
      int s3 = even0 - even3 + round;
      int s1 = even1 + even2 + round;
      int s2 = even1 - even2 + round;
      int a7 = block[c + 56];
      int a5 = block[c + 40];
      int a3 = block[c + 24];
      int a1 = block[c + 8];
      int z5 = (a7 + a3 + a5 + a1) * C1_175;
      int z1 = (a7 + a1) * -C0_899;
      int z2 = (a5 + a3) * -C2_562;
      int z3 = (a7 + a3) * -C1_961 + z5;
      int z4 = (a5 + a1) * -C0_390 + z5;
      int t0 = a7 * C0_298 + z1 + z3;
      int t1 = a5 * C2_053 + z2 + z4;
      int t2 = a3 * C3_072 + z2 + z3;
      int t3 = a1 * C1_501 + z1 + z4;
      between[c] = (s0 + t3) >> shift;
      between[c + 56] = (s0 - t3) >> shift;
      between[c + 8] = (s1 + t2) >> shift;
      between[c + 48] = (s1 - t2) >> shift;
      between[c + 16] = (s2 + t1) >> shift;
      between[c + 40] = (s2 - t1) >> shift;
      between[c + 24] = (s3 + t0) >> shift;
      between[c + 32] = (s3 - t0) >> shift;
    }
  }

  private void rows(byte[] into, int at, int stride) {
    for (int i = 0, to = at; i < 64; i += 8, to += stride) {
      int a2 = between[i + 2];
      int a6 = between[i + 6];
      int z = (a2 + a6) * C0_541;
      int even2 = z - a6 * C1_847;
      int even3 = z + a2 * C0_765;
      int even0 = (between[i] + between[i + 4]) << BITS;
      int even1 = (between[i] - between[i + 4]) << BITS;
      int a7 = between[i + 7];
      int a5 = between[i + 5];
      int a3 = between[i + 3];
      int a1 = between[i + 1];
      int z5 = (a7 + a3 + a5 + a1) * C1_175;
      int z1 = (a7 + a1) * -C0_899;
      int z2 = (a5 + a3) * -C2_562;
      int z3 = (a7 + a3) * -C1_961 + z5;
      int z4 = (a5 + a1) * -C0_390 + z5;
      store(
          into,
          to,
          even0 + even3,
          even1 + even2,
          even1 - even2,
          even0 - even3,
          a1 * C1_501 + z1 + z4,
          a3 * C3_072 + z2 + z3,
          a5 * C2_053 + z2 + z4,
          a7 * C0_298 + z1 + z3);
    }
  }

  /** Where the columns 4 to 7 have nothing, as in most blocks. */
  private void narrowRows(byte[] into, int at, int stride) {
    for (int i = 0, to = at; i < 64; i += 8, to += stride) {
      int a2 = between[i + 2];
      int even2 = a2 * C0_541;
      int even3 = even2 + a2 * C0_765;
      int even0 = between[i] << BITS;
      int a3 = between[i + 3];
      int a1 = between[i + 1];
      int z5 = (a3 + a1) * C1_175;
      int z1 = a1 * -C0_899;
      int z2 = a3 * -C2_562;
      int z3 = a3 * -C1_961 + z5;
      int z4 = a1 * -C0_390 + z5;
      store(
          into,
          to,
          even0 + even3,
          even0 + even2,
          even0 - even2,
          even0 - even3,
          a1 * C1_501 + z1 + z4,
          a3 * C3_072 + z2 + z3,
          z2 + z4,
          z1 + z3);
    }
  }

  /** Sums and differences of even and odd parts, rounded, around 128. */
  private static void store(
      byte[] into, int to, int s0, int s1, int s2, int s3, int t3, int t2, int t1, int t0) {
    int shift = BITS + BETWEEN + 3;
    int round = (1 << (shift - 1)) + (128 << shift);
    into[to] = (byte) clamp((s0 + t3 + round) >> shift);
    into[to + 7] = (byte) clamp((s0 - t3 + round) >> shift);
    into[to + 1] = (byte) clamp((s1 + t2 + round) >> shift);
    into[to + 6] = (byte) clamp((s1 - t2 + round) >> shift);
    into[to + 2] = (byte) clamp((s2 + t1 + round) >> shift);
    into[to + 5] = (byte) clamp((s2 - t1 + round) >> shift);
    into[to + 3] = (byte) clamp((s3 + t0 + round) >> shift);
    into[to + 4] = (byte) clamp((s3 - t0 + round) >> shift);
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }

  private static int fix(double constant) {
    return (int) Math.rint(constant * (1 << BITS));
  }
}
