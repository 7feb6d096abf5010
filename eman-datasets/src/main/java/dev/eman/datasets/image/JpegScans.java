package dev.eman.datasets.image;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/**
 * Looks for damage in the scans of a JPEG that another library decodes: sequential or progressive
 * (ITU T.81, annexes F and G), Huffman coded. Follows every code without making a pixel. Of the
 * coefficients it keeps whether they are zero, as the length of later scans depends on it.
 */
final class JpegScans {
  private static final int PROGRESSIVE = 0xc2;
  private static final int MOST_COMPONENTS = 4;

  /**
   * As many as libjpeg's own programs can write; usual are ten. A scan may take no more than some
   * bytes, but all blocks of the image are gone through for it.
   */
  private static final int MOST_SCANS = 100;

  private static final int LARGEST_SHIFT = 13;

  private final JpegBits bits = new JpegBits();
  private final JpegRestarts restarts = new JpegRestarts(bits);
  private final JpegTables tables = new JpegTables();
  private final Component[] components = new Component[MOST_COMPONENTS];

  /** Those of the present scan. */
  private final Component[] scanned = new Component[MOST_COMPONENTS];

  private int count;
  private boolean progressive;
  private int width;
  private int height;
  private int across;
  private int down;
  private int restartInterval;

  /** How many further blocks have nothing new. */
  private int endOfBandRun;

  JpegScans() {
    Arrays.setAll(components, i -> new Component());
  }

  private static final class Component {
    private int id;
    private int across;
    private int down;
    private int dc;
    private int ac;

    /** Blocks in a row, with those that fill up the last unit. */
    private int stride;

    /** A bit for each coefficient of each block that is not zero. */
    private long[] nonZero = new long[0];

    /** The lowest bit of each coefficient that a scan has brought; -1 for none. */
    private final int[] precision = new int[64];
  }

  /**
   * Follows all scans to the end of the image. Says nothing of files that are not Huffman coded
   * with 8 bits.
   *
   * @return what is irregular in the file, see {@link JpegWarnings}
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  ImmutableList<String> check(byte[] data, int length) {
    restarts.start(data, length);
    JpegSegments segments = new JpegSegments(data, length);
    tables.clear();
    restartInterval = 0;
    count = 0;
    int scans = 0;
    while (segments.advance()) {
      int body = segments.body;
      int next = segments.next;
      if (segments.isFrame()) {
        if (segments.marker > PROGRESSIVE || next - body < 6 || data[body] != 8) {
          return ImmutableList.of();
        }
        readFrame(segments);
      } else if (segments.marker == JpegSegments.HUFFMAN_TABLES) {
        tables.read(data, body, next);
      } else if (segments.marker == JpegSegments.RESTART_INTERVAL && next - body >= 2) {
        restartInterval = segments.unsignedShort(body);
      } else if (segments.marker == JpegSegments.START_OF_SCAN) {
        if (++scans > MOST_SCANS) {
          throw new IllegalArgumentException("it has more than " + MOST_SCANS + " scans");
        }
        bits.start(data, length, next);
        readScan(segments);
        segments.next = bits.finish(progressive);
      }
    }
    for (int c = 0; c < count; c++) {
      if (components[c].precision[0] < 0) {
        throw new IllegalArgumentException("the file is truncated: a component has no pixels");
      }
    }
    return JpegWarnings.of(segments.strayBytes + restarts.strayBytes, restarts.lost);
  }

  private void readFrame(JpegSegments segments) {
    int body = segments.body;
    if (count > 0) {
      throw new IllegalArgumentException("it has two frame headers");
    }
    progressive = segments.marker == PROGRESSIVE;
    height = segments.unsignedShort(body + 1);
    width = segments.unsignedShort(body + 3);
    count = segments.unsignedByte(body + 5);
    if (count < 1 || count > MOST_COMPONENTS || segments.next - body < 6 + 3 * count) {
      throw new IllegalArgumentException("its frame header is damaged");
    }
    across = 1;
    down = 1;
    for (int c = 0; c < count; c++) {
      Component component = components[c];
      component.id = segments.unsignedByte(body + 6 + 3 * c);
      component.across = segments.unsignedByte(body + 7 + 3 * c) >> 4;
      component.down = segments.unsignedByte(body + 7 + 3 * c) & 15;
      if (Math.min(component.across, component.down) < 1
          || Math.max(component.across, component.down) > 4) {
        throw new IllegalArgumentException("its frame header is damaged");
      }
      across = Math.max(across, component.across);
      down = Math.max(down, component.down);
      Arrays.fill(component.precision, -1);
    }
    for (int c = 0; progressive && c < count; c++) {
      Component component = components[c];
      component.stride = units(width, 8 * across) * component.across;
      int blocks = component.stride * units(height, 8 * down) * component.down;
      if (component.nonZero.length < blocks) {
        component.nonZero = new long[blocks];
      } else {
        Arrays.fill(component.nonZero, 0, blocks, 0);
      }
    }
  }

  private void readScan(JpegSegments segments) {
    int body = segments.body;
    int n = segments.next > body ? segments.unsignedByte(body) : 0;
    if (n < 1 || n > count || segments.next - body < 4 + 2 * n) {
      throw new IllegalArgumentException("the header of a scan is damaged");
    }
    for (int i = 0; i < n; i++) {
      Component component = component(segments.unsignedByte(body + 1 + 2 * i));
      component.dc = segments.unsignedByte(body + 2 + 2 * i) >> 4 & 3;
      component.ac = segments.unsignedByte(body + 2 + 2 * i) & 3;
      scanned[i] = component;
    }
    if (!progressive) {
      tables.addTypical();
    }
    int first = progressive ? segments.unsignedByte(body + 1 + 2 * n) : 0;
    int last = progressive ? segments.unsignedByte(body + 2 + 2 * n) : 63;
    int shift = progressive ? segments.unsignedByte(body + 3 + 2 * n) : 0;
    for (int i = 0; i < n; i++) {
      checkOrder(scanned[i], first, last, shift >> 4, shift & 15);
      checkTables(scanned[i], first, last, shift >> 4);
    }
    if (first > 0 && n > 1) {
      throw new IllegalArgumentException("the header of a scan is damaged");
    }
    followScan(n, first, last, shift >> 4 > 0);
  }

  private Component component(int id) {
    for (int c = 0; c < count; c++) {
      if (components[c].id == id) {
        return components[c];
      }
    }
    throw new IllegalArgumentException("a scan is of a component that the image has not");
  }

  /** Each scan must go on where an earlier one has ended. */
  private static void checkOrder(Component component, int first, int last, int high, int low) {
    boolean band = first == 0 ? last == 0 || last == 63 : first <= last && last < 64;
    if (!band || low > LARGEST_SHIFT || (high > 0 && high != low + 1)) {
      throw new IllegalArgumentException("the header of a scan is damaged");
    }
    for (int k = first; k <= last; k++) {
      if ((k > 0 && component.precision[0] < 0) || high != Math.max(0, component.precision[k])) {
        throw new IllegalArgumentException("a scan before this one is missing");
      }
      component.precision[k] = low;
    }
  }

  private void checkTables(Component component, int first, int last, int high) {
    if ((first == 0 && high == 0 && !tables.dc(component.dc).isDefined())
        || (last > 0 && !tables.ac(component.ac).isDefined())) {
      throw new IllegalArgumentException("a table is missing");
    }
  }

  private void followScan(int n, int first, int last, boolean refining) {
    Component only = scanned[0];
    boolean alone = n == 1; // Then no blocks fill up a unit.
    int unitsAcross =
        alone ? units(units(width * only.across, across), 8) : units(width, 8 * across);
    int unitsDown = alone ? units(units(height * only.down, down), 8) : units(height, 8 * down);
    int unit = 0;
    boolean missing = false;
    endOfBandRun = 0;
    for (int y = 0; y < unitsDown; y++) {
      for (int x = 0; x < unitsAcross; x++, unit++) {
        if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) {
          missing = restart(unit, unitsAcross * unitsDown);
        }
        for (int i = 0; i < n && !missing; i++) {
          Component component = scanned[i];
          int blocks = alone ? 1 : component.across * component.down;
          for (int b = 0; b < blocks; b++) {
            followBlock(component, y * component.stride + x, first, last, refining);
          }
        }
      }
      bits.checkData();
    }
  }

  /** Returns whether the restart, and with it all data up to the next one, is lost. */
  private boolean restart(int unit, int units) {
    bits.checkData();
    endOfBandRun = 0;
    int number = (unit / restartInterval - 1) & 7;
    if (progressive) { // What later scans mean depends on every block.
      restarts.requireNext(number);
      return false;
    }
    return !restarts.next(number, units - unit <= restartInterval);
  }

  /** The place counts for scans of one component alone. */
  private void followBlock(Component component, int place, int first, int last, boolean refining) {
    if (!progressive) {
      bits.skip(tables.dc(component.dc), tables.ac(component.ac), 0);
    } else if (first == 0) {
      if (refining) {
        bits.take(1);
      } else {
        bits.readDc(tables.dc(component.dc));
      }
    } else if (refining) {
      refineBand(tables.ac(component.ac), component.nonZero, place, first, last);
    } else if (endOfBandRun > 0) {
      endOfBandRun--;
    } else {
      followBand(tables.ac(component.ac), component.nonZero, place, first, last);
    }
  }

  private void followBand(JpegTable table, long[] nonZero, int place, int first, int last) {
    for (int k = first; k <= last; k++) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size == 0 && run < 15) {
        endOfBandRun = (1 << run) - 1 + bits.take(run);
        return;
      }
      k += run;
      if (size > 0) {
        bits.take(size);
        if (k > last) {
          throw tooMany();
        }
        nonZero[place] |= 1L << k;
      }
    }
  }

  /** Known coefficients get a bit each, and zeros between them may become others. */
  private void refineBand(JpegTable table, long[] nonZero, int place, int first, int last) {
    long known = nonZero[place];
    int k = first;
    while (endOfBandRun == 0 && k <= last) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size == 0 && run < 15) {
        endOfBandRun = (1 << run) + bits.take(run);
        break;
      }
      if (size > 1) {
        throw new IllegalArgumentException("a coefficient is refined by more than a bit");
      }
      bits.take(size);
      int corrections = 0;
      for (; k <= last; k++) {
        if ((known >>> k & 1) != 0) {
          corrections++;
        } else if (run-- == 0) {
          break;
        }
      }
      bits.skipBits(corrections);
      if (size > 0) {
        if (k > last) {
          throw tooMany();
        }
        nonZero[place] |= 1L << k;
      }
      k++;
    }
    if (endOfBandRun > 0) {
      long rest = k > last ? 0 : known >>> k << k & -1L >>> (63 - last);
      bits.skipBits(Long.bitCount(rest));
      endOfBandRun--;
    }
  }

  private static IllegalArgumentException tooMany() {
    return new IllegalArgumentException("a block has too many coefficients");
  }

  private static int units(int size, int unit) {
    return (size + unit - 1) / unit;
  }
}
