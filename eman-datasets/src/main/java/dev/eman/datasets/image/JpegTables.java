package dev.eman.datasets.image;

import java.util.Arrays;
import java.util.HexFormat;

/** The Huffman tables of a JPEG file, four for first and four for other coefficients. */
final class JpegTables {
  /** The typical tables of ITU T.81, K.3 to K.6, as a segment of a file. */
  private static final byte[] TYPICAL =
      HexFormat.of()
          .parseHex(
              "0000010501010101010100000000000000000102030405060708090a0b1000020103030204030505"
                  + "04040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433"
                  + "627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a63"
                  + "6465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9"
                  + "aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2"
                  + "f3f4f5f6f7f8f9fa0100030101010101010101010000000000000102030405060708090a0b110002"
                  + "0102040403040705040400010277000102031104052131061241510761711322328108144291a1b1"
                  + "c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a"
                  + "535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798"
                  + "999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3"
                  + "e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa");

  private final JpegTable[] dc = tables();
  private final JpegTable[] ac = tables();

  /** The table for first coefficients with this number, 0 to 3. */
  JpegTable dc(int number) {
    return dc[number];
  }

  /** The table for all other coefficients with this number, 0 to 3. */
  JpegTable ac(int number) {
    return ac[number];
  }

  void clear() {
    for (int i = 0; i < 4; i++) {
      dc[i].clear();
      ac[i].clear();
    }
  }

  /** Reads all tables of a segment. */
  void read(byte[] data, int body, int next) {
    int at = body;
    while (at < next) {
      int number = data[at] & 0xff;
      if ((number & 15) > 3 || number >> 4 > 1) {
        throw new IllegalArgumentException("a Huffman table has the impossible number " + number);
      }
      boolean first = number >> 4 == 0;
      at += 1 + (first ? dc : ac)[number & 15].read(data, at + 1, next, first);
    }
  }

  /**
   * Puts the typical tables where the file has none. The frames of motion JPEG leave them out, and
   * libjpeg does the same, without a warning.
   */
  void addTypical() {
    if (!dc[0].isDefined() || !ac[0].isDefined() || !dc[1].isDefined() || !ac[1].isDefined()) {
      int at = 0;
      while (at < TYPICAL.length) {
        boolean first = TYPICAL[at] >> 4 == 0;
        JpegTable table = (first ? dc : ac)[TYPICAL[at] & 15];
        int size =
            table.isDefined()
                ? JpegTable.size(TYPICAL, at + 1)
                : table.read(TYPICAL, at + 1, TYPICAL.length, first);
        at += 1 + size;
      }
    }
  }

  private static JpegTable[] tables() {
    JpegTable[] tables = new JpegTable[4];
    Arrays.setAll(tables, i -> new JpegTable());
    return tables;
  }
}
