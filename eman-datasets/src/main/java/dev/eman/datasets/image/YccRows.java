package dev.eman.datasets.image;

/** Upsamples color and turns YCbCr into red, green and blue, row by row. */
final class YccRows {
  private static final int BITS = 16;
  private static final int HALF = 1 << (BITS - 1);

  /** Each for a sample's value, 0 to 255. */
  private static final int[] RED_OF_CR = new int[256];

  private static final int[] BLUE_OF_CB = new int[256];
  private static final int[] GREEN_OF_CR = new int[256];
  private static final int[] GREEN_OF_CB = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      RED_OF_CR[i] = (fix(1.40200) * x + HALF) >> BITS;
      BLUE_OF_CB[i] = (fix(1.77200) * x + HALF) >> BITS;
      GREEN_OF_CR[i] = -fix(0.71414) * x;
      GREEN_OF_CB[i] = -fix(0.34414) * x + HALF;
    }
  }

  private byte[] cb = new byte[0];
  private byte[] cr = new byte[0];
  private int[] sums = new int[0];

  /**
   * Converts a region.
   *
   * @param planes of the region and what the filter needs around it
   * @param components 1 or 3
   * @param across how much wider luminance is than color, 1 or 2
   * @param down how much higher
   * @param rgb {@code [H, W, 3]} of the region; overwritten
   */
  void convert(
      JpegPlane[] planes, int components, int across, int down, Region region, byte[] rgb) {
    int width = region.width();
    if (cb.length < width + 4) {
      cb = new byte[width + width / 4 + 4];
      cr = new byte[cb.length];
      sums = new int[cb.length + 2];
    }
    JpegPlane luma = planes[0];
    for (int y = 0; y < region.height(); y++) {
      int row = region.y() + y;
      int from = (row - luma.top) * luma.stride + region.x() - luma.left;
      int to = y * width * 3;
      if (components == 1) {
        gray(luma.samples, from, width, rgb, to);
        continue;
      }
      if (across == 1) {
        int color = (row - planes[1].top) * planes[1].stride + region.x() - planes[1].left;
        color(luma.samples, from, planes[1].samples, planes[2].samples, color, width, rgb, to);
        continue;
      }
      upsample(planes[1], down, region.x(), width, row, cb);
      upsample(planes[2], down, region.x(), width, row, cr);
      color(luma.samples, from, cb, cr, 0, width, rgb, to);
    }
  }

  private static void gray(byte[] luma, int from, int width, byte[] rgb, int at) {
    for (int x = 0, to = at; x < width; x++, to += 3) {
      byte value = luma[from + x];
      rgb[to] = value;
      rgb[to + 1] = value;
      rgb[to + 2] = value;
    }
  }

  private static void color(
      byte[] luma, int from, byte[] blue, byte[] red, int at, int width, byte[] rgb, int first) {
    for (int x = 0, to = first; x < width; x++, to += 3) {
      int value = luma[from + x] & 0xff;
      int b = blue[at + x] & 0xff;
      int r = red[at + x] & 0xff;
      rgb[to] = (byte) clamp(value + RED_OF_CR[r]);
      rgb[to + 1] = (byte) clamp(value + ((GREEN_OF_CB[b] + GREEN_OF_CR[r]) >> BITS));
      rgb[to + 2] = (byte) clamp(value + BLUE_OF_CB[b]);
    }
  }

  /** One row of color at the width of luminance, from column {@code left} on. */
  private void upsample(JpegPlane plane, int down, int left, int width, int row, byte[] out) {
    int first = left >> 1;
    int last = (left + width - 1) >> 1;
    int near = (down == 2 ? row >> 1 : row);
    int base = (near - plane.top) * plane.stride - plane.left;
    byte[] samples = plane.samples;
    if (plane.width <= 2) { // Too narrow for the filter.
      for (int x = 0; x < width; x++) {
        out[x] = samples[base + ((left + x) >> 1)];
      }
      return;
    }
    int further = near + ((row & 1) == 0 ? -1 : 1);
    int other =
        (Math.max(0, Math.min(plane.height - 1, further)) - plane.top) * plane.stride - plane.left;
    // Sums of the two rows, from one sample before the first on; beyond the image the edge's again.
    int from = Math.max(0, first - 1);
    int to = Math.min(plane.width - 1, last + 1);
    int shift = first - 1;
    if (down == 2) {
      for (int i = from; i <= to; i++) {
        sums[i - shift] = 3 * (samples[base + i] & 0xff) + (samples[other + i] & 0xff);
      }
    } else {
      for (int i = from; i <= to; i++) {
        sums[i - shift] = 4 * (samples[base + i] & 0xff);
      }
    }
    if (from > first - 1) {
      sums[0] = sums[1];
    }
    if (to < last + 1) {
      sums[last + 1 - shift] = sums[last - shift];
    }
    // Two rows' parts make 4, two columns' again 4. Of one row libjpeg rounds 1 and 2 quarters.
    int evenRound = down == 2 ? 8 : 4;
    int oddRound = down == 2 ? 7 : 8;
    int skipped = left & 1;
    int n = last - first + 1;
    // Pairs; an odd left edge begins with the second of one.
    int x = -skipped;
    for (int i = 1; i <= n; i++, x += 2) {
      int three = 3 * sums[i];
      if (x >= 0) {
        out[x] = (byte) ((three + sums[i - 1] + evenRound) >> 4);
      }
      out[x + 1] = (byte) ((three + sums[i + 1] + oddRound) >> 4);
    }
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }

  private static int fix(double constant) {
    return (int) (constant * (1 << BITS) + 0.5);
  }
}
