package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the definition's integer arithmetic, block by block. */
class InverseDctTest {
  private static final int BITS = 13;

  private final InverseDct dct = new InverseDct();

  @Test
  void anyNumberOfBlocks_fullSparseAndFlat_equalTheReference() {
    Random random = new Random(1);
    int[] counts = {1, 2, InverseDct.LANES - 1, InverseDct.LANES, InverseDct.LANES + 1, 200};
    for (int blocks : counts) {
      byte[] expected = new byte[64 * blocks];
      byte[] found = new byte[64 * blocks];
      int stride = 8 * blocks;
      for (int b = 0; b < blocks; b++) {
        int[] block = block(random, b % 4);
        reference(block, expected, 8 * b, stride);
        boolean flat = true;
        for (int i = 0; i < 64; i++) {
          dct.coefficients()[i * InverseDct.LANES + dct.lane()] = block[i];
          flat &= i == 0 || block[i] == 0;
        }
        dct.add(flat, found, 8 * b, stride);
      }
      dct.finish();
      assertArrayEquals(expected, found, blocks + " blocks");
    }
  }

  @Test
  void clear_afterBlocksOfADamagedFile_forgetsThem() {
    for (int i = 0; i < 64; i++) {
      dct.coefficients()[i * InverseDct.LANES + dct.lane()] = 50 + i;
    }
    dct.clear();
    byte[] expected = new byte[64];
    byte[] found = new byte[64];
    int[] block = new int[64];
    block[9] = 100;
    reference(block, expected, 0, 8);
    dct.coefficients()[9 * InverseDct.LANES + dct.lane()] = 100;
    dct.add(false, found, 0, 8);
    dct.finish();
    assertArrayEquals(expected, found);
  }

  /** Coefficients as large as 8 bits' samples have them: all, few, one row or column, the first. */
  private static int[] block(Random random, int kind) {
    int[] block = new int[64];
    block[0] = random.nextInt(2048) - 1024;
    int line = random.nextInt(8);
    for (int i = 1; i < 64; i++) {
      boolean set =
          switch (kind) {
            case 0 -> true;
            case 1 -> random.nextInt(16) == 0;
            case 2 -> i % 8 == line || i / 8 == line;
            default -> false;
          };
      block[i] = set ? random.nextInt(1024) - 512 : 0;
    }
    return block;
  }

  /** Columns, then rows, as libjpeg's accurate integer transform rounds. */
  private static void reference(int[] block, byte[] into, int at, int stride) {
    int[] values = block.clone();
    for (int c = 0; c < 8; c++) {
      line(values, c, 8, BITS - 2);
    }
    for (int r = 0; r < 8; r++) {
      line(values, 8 * r, 1, BITS + 5);
      for (int c = 0; c < 8; c++) {
        int sample = values[8 * r + c] + 128;
        into[at + r * stride + c] = (byte) Math.max(0, Math.min(255, sample));
      }
    }
  }

  private static void line(int[] x, int at, int step, int shift) {
    int[] a = new int[8];
    for (int i = 0; i < 8; i++) {
      a[i] = x[at + i * step];
    }
    int z1 = (a[2] + a[6]) * fix(0.541196100);
    int even2 = z1 - a[6] * fix(1.847759065);
    int even3 = z1 + a[2] * fix(0.765366865);
    int even0 = (a[0] + a[4]) << BITS;
    int even1 = (a[0] - a[4]) << BITS;
    int[] even = {even0 + even3, even1 + even2, even1 - even2, even0 - even3};
    int z5 = (a[7] + a[3] + a[5] + a[1]) * fix(1.175875602);
    int z3 = z5 - (a[7] + a[3]) * fix(1.961570560);
    int z4 = z5 - (a[5] + a[1]) * fix(0.390180644);
    int outer = (a[7] + a[1]) * fix(0.899976223);
    int inner = (a[5] + a[3]) * fix(2.562915447);
    int[] odd = {
      a[1] * fix(1.501321110) - outer + z4,
      a[3] * fix(3.072711026) - inner + z3,
      a[5] * fix(2.053119869) - inner + z4,
      a[7] * fix(0.298631336) - outer + z3
    };
    int round = 1 << (shift - 1);
    for (int i = 0; i < 4; i++) {
      x[at + i * step] = (even[i] + odd[i] + round) >> shift;
      x[at + (7 - i) * step] = (even[i] - odd[i] + round) >> shift;
    }
  }

  private static int fix(double constant) {
    return (int) Math.rint(constant * (1 << BITS));
  }
}
