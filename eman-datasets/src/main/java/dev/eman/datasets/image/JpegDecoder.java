package dev.eman.datasets.image;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/**
 * Decodes the usual JPEG: sequential, Huffman coded, 8 bits, gray or YCbCr in one scan, color at
 * full or half resolution. To the bit what libjpeg makes of it by default. Only what a region needs
 * is transformed, and nothing is read behind its last row: for a random crop that is half of the
 * work, which no library lets one leave out. All buffers are used again.
 *
 * <p>Written from ITU T.81; the upsampling of color is a triangle filter, each output pixel three
 * parts of the nearer and one of the further sample in each direction.
 */
final class JpegDecoder {
  private static final int JFIF = 0xe0;
  private static final int ADOBE = 0xee;

  private final JpegBits bits = new JpegBits();
  private final JpegRestarts restarts = new JpegRestarts(bits);
  private final InverseDct dct = new InverseDct();
  private final JpegTables tables = new JpegTables();

  /** See {@link JpegBits#step}; from 64 on they stay 0. */
  private final int[][] steps = new int[4][JpegBits.LONGEST_BLOCK];

  private final boolean[] quantized = new boolean[4];
  private final int[] lastDc = new int[3];
  private final JpegPlane[] planes = {new JpegPlane(), new JpegPlane(), new JpegPlane()};
  private final YccRows colors = new YccRows();

  private byte[] data = new byte[0];
  private int end;
  private int width;
  private int height;
  private int components;
  private int restartInterval;
  private Missing missing = Missing.NOTHING;
  private int strayBytes;

  /** Whether data are missing since a lost restart. */
  private enum Missing {
    NOTHING,
    /** From the present unit on. */
    FROM_HERE,
    EARLIER
  }

  /**
   * Decodes a region.
   *
   * @param bytes the file; its header has been found to be in order
   * @param length how many bytes it takes
   * @param region in pixels of the image
   * @param into overwritten, 3 channels; only by a file that is supported
   * @return false if the file is of another kind
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  boolean decode(byte[] bytes, int length, Region region, Image into) {
    data = bytes;
    end = length;
    int scan = readHeader();
    if (scan < 0) {
      return false;
    }
    decodeScan(scan, region);
    into.reset(region.width(), region.height(), 3);
    into.setOrigin(region.x(), region.y(), 1, width, height);
    colors.convert(planes, components, region, into.pixels());
    return true;
  }

  /** What was irregular in the file that was decoded last. */
  ImmutableList<String> warnings() {
    return JpegWarnings.of(strayBytes + restarts.strayBytes, restarts.lost);
  }

  /** Reads up to the pixels. Returns where they begin, or -1 for a file of another kind. */
  private int readHeader() {
    restartInterval = 0;
    components = 0;
    strayBytes = 0;
    missing = Missing.NOTHING;
    restarts.start(data, end);
    Arrays.fill(quantized, false);
    tables.clear();
    boolean jfif = false;
    int transform = -1;
    JpegSegments segments = new JpegSegments(data, end);
    while (segments.advance()) {
      int body = segments.body;
      int next = segments.next;
      int size = next - body;
      switch (segments.marker) {
        case 0xc0, 0xc1 -> {
          if (!readFrame(body, next)) {
            return -1;
          }
        }
        case JpegSegments.HUFFMAN_TABLES -> tables.read(data, body, next);
        case JpegSegments.QUANTIZATION_TABLES -> readQuantization(body, next);
        case JpegSegments.RESTART_INTERVAL -> restartInterval = size >= 2 ? unsignedShort(body) : 0;
        case JFIF -> jfif |= size >= 5 && data[body] == 'J' && data[body + 1] == 'F';
        case ADOBE -> transform = size >= 12 && data[body] == 'A' ? data[body + 11] : transform;
        case JpegSegments.START_OF_SCAN -> {
          strayBytes = segments.strayBytes;
          return isYcc(jfif, transform) && readScan(body, next) ? next : -1;
        }
        default -> {
          if (segments.isFrame()) {
            return -1; // Progressive, lossless or arithmetic.
          }
        }
      }
    }
    throw new IllegalArgumentException("the file ends within its header");
  }

  /** Whether three components are luminance and color: as libjpeg guesses. */
  private boolean isYcc(boolean jfif, int transform) {
    return components == 1
        || (components == 3
            && (jfif
                || transform == 1
                || (transform < 0 && planes[0].id == 1 && planes[1].id == 2 && planes[2].id == 3)));
  }

  private boolean readFrame(int body, int next) {
    if (next - body < 6 || data[body] != 8) {
      return false;
    }
    height = unsignedShort(body + 1);
    width = unsignedShort(body + 3);
    components = data[body + 5] & 0xff;
    if ((components != 1 && components != 3)
        || width == 0
        || height == 0
        || next - body < 6 + 3 * components) {
      return false;
    }
    for (int c = 0; c < components; c++) {
      JpegPlane plane = planes[c];
      int at = body + 6 + 3 * c;
      plane.id = data[at] & 0xff;
      plane.across = (data[at + 1] & 0xff) >> 4;
      plane.down = data[at + 1] & 15;
      plane.quantization = data[at + 2] & 3;
    }
    if (components == 1) {
      planes[0].across = 1; // A scan of one component is not interleaved.
      planes[0].down = 1;
    }
    boolean color = components == 1 || (isSingle(planes[1]) && isSingle(planes[2]));
    int across = planes[0].across;
    int down = planes[0].down;
    return color && ((across == 1 && down == 1) || (across == 2 && (down == 1 || down == 2)));
  }

  private static boolean isSingle(JpegPlane plane) {
    return plane.across == 1 && plane.down == 1;
  }

  private void readQuantization(int body, int next) {
    int at = body;
    while (at < next) {
      int number = data[at] & 15;
      int bytes = (data[at] >> 4 & 15) == 0 ? 1 : 2;
      at++;
      if (number > 3 || at + 64 * bytes > next) {
        throw new IllegalArgumentException("a quantisation table is damaged");
      }
      for (int k = 0; k < 64; k++, at += bytes) {
        steps[number][k] = JpegBits.step(k, bytes == 1 ? data[at] & 0xff : unsignedShort(at));
      }
      quantized[number] = true;
    }
  }

  /** All components must be in the one scan. */
  private boolean readScan(int body, int next) {
    if (next - body < 1 + 2 * components || data[body] != components) {
      return false;
    }
    tables.addTypical();
    for (int c = 0; c < components; c++) {
      if ((data[body + 1 + 2 * c] & 0xff) != planes[c].id) {
        return false;
      }
      int numbers = data[body + 2 + 2 * c] & 0xff;
      planes[c].dc = numbers >> 4 & 3;
      planes[c].ac = numbers & 3;
      if (!tables.dc(planes[c].dc).isDefined()
          || !tables.ac(planes[c].ac).isDefined()
          || !quantized[planes[c].quantization]) {
        throw new IllegalArgumentException("a table is missing");
      }
    }
    return true;
  }

  private void decodeScan(int scan, Region region) {
    int unitWidth = 8 * planes[0].across;
    int unitHeight = 8 * planes[0].down;
    int unitsAcross = (width + unitWidth - 1) / unitWidth;
    // The filter looks one sample of color further.
    int marginX = planes[0].across == 2 ? 2 : 0;
    int marginY = planes[0].down == 2 ? 2 : 0;
    int left = Math.max(0, region.x() - marginX) / unitWidth;
    int right = Math.min(width - 1, region.x() + region.width() - 1 + marginX) / unitWidth;
    int top = Math.max(0, region.y() - marginY) / unitHeight;
    int bottom = Math.min(height - 1, region.y() + region.height() - 1 + marginY) / unitHeight;
    for (int c = 0; c < components; c++) {
      prepare(planes[c], left, top, right - left + 1, bottom - top + 1);
    }
    bits.start(data, end, scan);
    Arrays.fill(lastDc, 0);
    dct.clear();
    int units = unitsAcross * ((height + unitHeight - 1) / unitHeight);
    int unit = 0;
    for (int y = 0; y <= bottom; y++) {
      for (int x = 0; x < unitsAcross; x++, unit++) {
        if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) {
          restart(unit, units);
        }
        boolean outside = y < top || x < left || x > right;
        if (missing != Missing.NOTHING) {
          fillUnit(outside, x - left, y - top);
        } else if (outside) {
          skipUnit();
        } else {
          decodeUnit(x - left, y - top);
        }
      }
      if (missing == Missing.NOTHING) {
        bits.checkData();
      }
    }
    dct.finish();
  }

  private void restart(int unit, int units) {
    if (missing == Missing.NOTHING) {
      bits.checkData();
    }
    int number = (unit / restartInterval - 1) & 7;
    if (restarts.next(number, units - unit <= restartInterval)) {
      missing = Missing.NOTHING;
    } else if (missing == Missing.NOTHING) {
      missing = Missing.FROM_HERE;
    }
    Arrays.fill(lastDc, 0);
  }

  /** Where a restart is lost: the first unit becomes what zeros mean, the others gray. */
  private void fillUnit(boolean outside, int x, int y) {
    if (!outside) {
      boolean gray = missing == Missing.EARLIER;
      for (int c = 0; c < components; c++) {
        JpegPlane plane = planes[c];
        for (int v = 0; v < plane.down; v++) {
          for (int h = 0; h < plane.across; h++) {
            boolean flat = true;
            if (!gray) {
              JpegTable dc = tables.dc(plane.dc);
              JpegTable ac = tables.ac(plane.ac);
              flat = bits.missingBlock(dc, ac, dct, steps[plane.quantization], lastDc[c]);
              lastDc[c] = bits.dcValue;
            }
            int at = (y * plane.down + v) * 8 * plane.stride + (x * plane.across + h) * 8;
            dct.add(flat, plane.samples, at, plane.stride);
          }
        }
      }
    }
    missing = Missing.EARLIER;
  }

  private void prepare(JpegPlane plane, int left, int top, int unitsAcross, int unitsDown) {
    plane.stride = unitsAcross * 8 * plane.across;
    plane.left = left * 8 * plane.across;
    plane.top = top * 8 * plane.down;
    plane.width = (width * plane.across + planes[0].across - 1) / planes[0].across;
    plane.height = (height * plane.down + planes[0].down - 1) / planes[0].down;
    int needed = plane.stride * unitsDown * 8 * plane.down;
    if (plane.samples.length < needed) {
      plane.samples = new byte[needed + (needed >> 2)];
    }
  }

  private void decodeUnit(int x, int y) {
    for (int c = 0; c < components; c++) {
      JpegPlane plane = planes[c];
      JpegTable dc = tables.dc(plane.dc);
      JpegTable ac = tables.ac(plane.ac);
      for (int v = 0; v < plane.down; v++) {
        for (int h = 0; h < plane.across; h++) {
          boolean flat = bits.block(dc, ac, dct, steps[plane.quantization], lastDc[c]);
          lastDc[c] = bits.dcValue;
          int at = (y * plane.down + v) * 8 * plane.stride + (x * plane.across + h) * 8;
          dct.add(flat, plane.samples, at, plane.stride);
        }
      }
    }
  }

  private void skipUnit() {
    for (int c = 0; c < components; c++) {
      JpegPlane plane = planes[c];
      JpegTable dc = tables.dc(plane.dc);
      JpegTable ac = tables.ac(plane.ac);
      for (int i = plane.down * plane.across; i > 0; i--) {
        bits.skip(dc, ac, lastDc[c]);
        lastDc[c] = bits.dcValue;
      }
    }
  }

  private int unsignedShort(int at) {
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }
}
