package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blocks of random bits: passing over takes the same bits as reading. */
class JpegBitsTest {
  private final InverseDct dct = new InverseDct();
  private final int[] steps = new int[JpegBits.LONGEST_BLOCK];

  JpegBitsTest() {
    for (int k = 0; k < 64; k++) {
      steps[k] = JpegBits.step(k, 1);
    }
  }

  @Test
  void skip_randomBits_endsWhereReadingEnds() {
    Random random = new Random(1);
    JpegTables tables = new JpegTables();
    tables.addTypical();
    int compared = 0;
    for (int i = 0; i < 4000; i++) {
      byte[] data = new byte[400];
      random.nextBytes(data);
      // Bits that are mostly zeros or ones are short codes: whole blocks without an end.
      for (int at = 0; at < data.length && i % 3 > 0; at++) {
        data[at] &= (byte) random.nextInt(256);
      }
      int table = i & 1;
      String read = ends(tables, table, data, true);
      assertEquals(read, ends(tables, table, data, false), "block " + i);
      compared += read.startsWith("a block") ? 0 : 1;
    }
    assertTrue(compared > 1000, "only " + compared + " sound blocks");
  }

  @Test
  void block_aRunFarBehindTheLastCoefficient_failsByItsReason() {
    JpegTables tables = new JpegTables();
    tables.addTypical();
    JpegTable runs = new JpegTable();
    byte[] one = new byte[17];
    one[0] = 1; // One code of one bit: fourteen zeros and a coefficient of one bit.
    one[16] = (byte) 0xe1;
    runs.read(one, 0, one.length, false);
    JpegBits bits = new JpegBits();
    bits.start(new byte[100], 100, 0);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> bits.block(tables.dc(0), runs, dct, steps, 0));
    assertEquals("a block has too many coefficients", e.getMessage());
  }

  @Test
  void read_anotherTableAndTheFirstAgain_isNotTakenForTheLastOne() {
    byte[] two = new byte[18];
    two[1] = 2; // 00 and 01.
    two[16] = 0x11;
    two[17] = 0x21;
    byte[] turned = two.clone();
    turned[16] = 0x21;
    turned[17] = 0x11;
    JpegTable table = new JpegTable();
    for (byte[] source : new byte[][] {two, turned, two, two}) {
      table.clear();
      assertEquals(18, table.read(source, 0, 18, false));
      assertTrue(table.isDefined());
      assertEquals(source[16], table.longCode(0) >> 8);
    }
    table.read(two, 0, 18, true); // For first coefficients the same bytes mean something else.
    JpegTable first = new JpegTable();
    first.read(two, 0, 18, true);
    assertEquals(first.look[1], table.look[1]);
  }

  /** How the fourth of some blocks begins and what was wrong. */
  private String ends(JpegTables tables, int table, byte[] data, boolean read) {
    JpegBits bits = new JpegBits();
    bits.start(data, data.length, 0);
    dct.clear();
    int last = 0;
    try {
      for (int i = 0; i < 3; i++) {
        if (read) {
          bits.block(tables.dc(table), tables.ac(table), dct, steps, last);
        } else {
          bits.skip(tables.dc(table), tables.ac(table), last);
        }
        last = bits.dcValue;
      }
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    int next = bits.take(16);
    return last + " then " + next;
  }
}
