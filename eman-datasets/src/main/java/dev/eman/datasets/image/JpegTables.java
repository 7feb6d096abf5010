package dev.eman.datasets.image;

import java.util.Arrays;

/** The Huffman tables of a JPEG file, four for first and four for other coefficients. */
final class JpegTables {
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

  private static JpegTable[] tables() {
    JpegTable[] tables = new JpegTable[4];
    Arrays.setAll(tables, i -> new JpegTable());
    return tables;
  }
}
