package dev.eman.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Upsamples color and turns YCbCr into red, green and blue, some rows at a time.
 *
 * <p>The JVM uses vector instructions for loops over integers whose reads and writes it can tell
 * apart. So all values lie in one array, in parts of fixed place: bytes are spread to it, pixels of
 * even and of odd columns apart, and gathered from it. What looks like one loop is two or three
 * where the JVM gives up on the longer one.
 */
final class YccRows {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Pairs of neighboring pixels that are converted together, of several rows if they are short. */
  static final int PAIRS = 512;

  // Parts of the array. Of the first three, pixels of odd columns follow those of even ones.
  private static final int LUMA = 0;
  private static final int CB = 2 * PAIRS;
  private static final int CR = 4 * PAIRS;
  private static final int SUM = 6 * PAIRS;
  private static final int BEFORE = 7 * PAIRS;
  private static final int BEHIND = 8 * PAIRS;

  private static final int BITS = 16;
  private static final int HALF = 1 << (BITS - 1);
  private static final int RED_OF_CR = fix(1.40200);
  private static final int BLUE_OF_CB = fix(1.77200);
  private static final int GREEN_OF_CR = fix(0.71414);
  private static final int GREEN_OF_CB = fix(0.34414);

  private final int[] lanes = new int[9 * PAIRS];

  /**
   * Converts a region.
   *
   * @param planes of the region and what the filter needs around it
   * @param components 1 or 3
   * @param region in pixels of the image
   * @param rgb {@code [H, W, 3]} of the region; overwritten
   */
  void convert(JpegPlane[] planes, int components, Region region, byte[] rgb) {
    if (components == 1) {
      gray(planes[0], region, rgb);
      return;
    }
    int last = (region.x() + region.width() - 1) >> 1;
    int pairs;
    for (int first = region.x() >> 1; first <= last; first += pairs) {
      pairs = Math.min(PAIRS - 2, last - first + 1);
      // One place at each end is for the neighbors of the row's colors.
      int places = pairs + 2;
      int rows = PAIRS / places;
      for (int y = 0; y < region.height(); y += rows) {
        int count = Math.min(rows, region.height() - y);
        spread(planes, region.y() + y, count, first, pairs);
        convert(0, count * places);
        convert(PAIRS, count * places);
        for (int row = 0; row < count; row++) {
          gather(region, y + row, first, pairs, row * places + 1, rgb);
        }
      }
    }
  }

  private static void gray(JpegPlane luma, Region region, byte[] rgb) {
    int to = 0;
    for (int y = 0; y < region.height(); y++) {
      int from = (region.y() + y - luma.top) * luma.stride + region.x() - luma.left;
      for (int x = 0; x < region.width(); x++, to += 3) {
        byte value = luma.samples[from + x];
        rgb[to] = value;
        rgb[to + 1] = value;
        rgb[to + 2] = value;
      }
    }
  }

  /** Brings the samples of some rows here, each with a place before and one behind. */
  private void spread(JpegPlane[] planes, int top, int rows, int first, int pairs) {
    int places = pairs + 2;
    for (int row = 0; row < rows; row++) {
      spread(planes[0], 0, top + row, first, pairs, LUMA + row * places + 1);
    }
    int down = planes[0].down;
    boolean filtered = planes[0].across == 2 && planes[1].width > 2;
    for (int c = 1; c < 3; c++) {
      int part = c == 1 ? CB : CR;
      for (int row = 0; row < rows; row++) {
        int at = row * places + 1;
        if (filtered) {
          sums(planes[c], down, top + row, first, pairs, SUM + at);
        } else {
          int near = down == 2 ? (top + row) >> 1 : top + row;
          spread(planes[c], planes[0].across - 1, near, first, pairs, part + at);
        }
      }
      if (filtered) {
        System.arraycopy(lanes, SUM, lanes, BEFORE + 1, rows * places - 1);
        System.arraycopy(lanes, SUM + 1, lanes, BEHIND, rows * places - 1);
        if (c == 1) {
          upsampleCb(rows * places, down);
        } else {
          upsampleCr(rows * places, down);
        }
      }
    }
  }

  /** Samples of a row, each of them used {@code 1 << shift} times. */
  private void spread(JpegPlane plane, int shift, int row, int first, int pairs, int at) {
    byte[] samples = plane.samples;
    int from = (row - plane.top) * plane.stride - plane.left + ((2 * first) >> shift);
    int step = 2 >> shift;
    int odd = from + (1 >> shift);
    for (int i = 0; i < pairs; i++) {
      lanes[at + i] = samples[from + step * i] & 0xff;
    }
    for (int i = 0; i < pairs; i++) {
      lanes[at + PAIRS + i] = samples[odd + step * i] & 0xff;
    }
  }

  /** Sums of two rows' samples of color, four parts in all; beyond the image the edge's again. */
  private void sums(JpegPlane plane, int down, int row, int first, int pairs, int at) {
    byte[] samples = plane.samples;
    int near = down == 2 ? row >> 1 : row;
    int further = down == 2 ? near + ((row & 1) == 0 ? -1 : 1) : near;
    further = Math.max(0, Math.min(plane.height - 1, further));
    int base = (near - plane.top) * plane.stride - plane.left;
    int other = (further - plane.top) * plane.stride - plane.left;
    int from = Math.max(0, first - 1);
    int to = Math.min(plane.width, first + pairs + 1);
    int place = at - first;
    for (int i = from; i < to; i++) {
      lanes[place + i] = 3 * (samples[base + i] & 0xff) + (samples[other + i] & 0xff);
    }
    if (from == first) {
      lanes[at - 1] = lanes[at];
    }
    for (int i = to; i < first + pairs + 1; i++) {
      lanes[place + i] = lanes[place + i - 1];
    }
  }

  // Two rows' parts make 4, two columns' again 4. Of one row libjpeg rounds 1 and 2 quarters.
  private void upsampleCb(int n, int down) {
    int[] x = lanes;
    int even = down == 2 ? 8 : 4;
    int odd = down == 2 ? 7 : 8;
    for (int i = 0; i < n; i++) {
      x[i + CB] = (3 * x[i + SUM] + x[i + BEFORE] + even) >> 4;
    }
    for (int i = 0; i < n; i++) {
      x[i + CB + PAIRS] = (3 * x[i + SUM] + x[i + BEHIND] + odd) >> 4;
    }
  }

  private void upsampleCr(int n, int down) {
    int[] x = lanes;
    int even = down == 2 ? 8 : 4;
    int odd = down == 2 ? 7 : 8;
    for (int i = 0; i < n; i++) {
      x[i + CR] = (3 * x[i + SUM] + x[i + BEFORE] + even) >> 4;
    }
    for (int i = 0; i < n; i++) {
      x[i + CR + PAIRS] = (3 * x[i + SUM] + x[i + BEHIND] + odd) >> 4;
    }
  }

  /** Makes pixels, one byte each for red, green and blue, in the place of luminance. */
  private void convert(int at, int n) {
    int[] x = lanes;
    int center = HALF - 128 * BLUE_OF_CB;
    int redCenter = HALF - 128 * RED_OF_CR;
    int greenCenter = HALF + 128 * (GREEN_OF_CB + GREEN_OF_CR);
    for (int i = at; i < at + n; i++) {
      int luma = x[i + LUMA];
      int cb = x[i + CB];
      int cr = x[i + CR];
      x[i + LUMA] = luma + ((RED_OF_CR * cr + redCenter) >> BITS);
      x[i + CB] = luma + ((greenCenter - GREEN_OF_CB * cb - GREEN_OF_CR * cr) >> BITS);
      x[i + CR] = luma + ((BLUE_OF_CB * cb + center) >> BITS);
    }
    for (int i = at; i < at + n; i++) {
      x[i + LUMA] = clamp(x[i + LUMA]) | clamp(x[i + CB]) << 8 | clamp(x[i + CR]) << 16;
    }
  }

  /** Brings a row's pixels to the image. */
  private void gather(Region region, int y, int first, int pairs, int at, byte[] rgb) {
    int width = region.width();
    int x = 2 * first - region.x();
    int i = 0;
    if (x < 0) { // The region begins with the second pixel of a pair.
      put(lanes[at + PAIRS], rgb, y * width * 3);
      i = 1;
    }
    // The last pair apart: eight bytes are written for the six of a pair.
    int to = (y * width + x + 2 * i) * 3;
    for (; i < pairs - 1; i++, to += 6) {
      LONGS.set(rgb, to, lanes[at + i] | (long) lanes[at + PAIRS + i] << 24);
    }
    if (i < pairs) {
      put(lanes[at + i], rgb, to);
      if (x + 2 * i + 1 < width) {
        put(lanes[at + PAIRS + i], rgb, to + 3);
      }
    }
  }

  private static void put(int pixel, byte[] rgb, int at) {
    rgb[at] = (byte) pixel;
    rgb[at + 1] = (byte) (pixel >> 8);
    rgb[at + 2] = (byte) (pixel >> 16);
  }

  /** To 0 to 255, of -256 to 511, without a branch or a minimum: neither is vectorised. */
  private static int clamp(int value) {
    return ((value & ~(value >> 31)) | ((255 - value) >> 31)) & 255;
  }

  private static int fix(double constant) {
    return (int) (constant * (1 << BITS) + 0.5);
  }
}
