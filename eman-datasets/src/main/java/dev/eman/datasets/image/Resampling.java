package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Scaling with Pillow's bilinear filter: a triangle as wide as one pixel of the coarser of both
 * images, so that scaling down averages and does not alias. Two passes, rounded to a byte between
 * them; at most one level off Pillow's result.
 *
 * <p>The three channels of a pixel are computed at once, in lanes of 21 bits of a long: 8 for the
 * value, 13 for the weight.
 */
public final class Resampling {
  private static final int WEIGHT_BITS = 13;
  private static final int WEIGHT_ONE = 1 << WEIGHT_BITS;
  private static final int LANE = 21;
  private static final long LANES = 1L | 1L << LANE | 1L << (2 * LANE);
  private static final long HALF = LANES << (WEIGHT_BITS - 1);
  private static final long BYTES = 0xffL * LANES;

  private Resampling() {}

  /** Scales the image. */
  public static void resizeInPlace(Image image, int width, int height) {
    resizeInPlace(image, 0, 0, image.width(), image.height(), width, height);
  }

  /**
   * Cuts a rectangle out and scales it; what lies around it has no influence.
   *
   * @param x left edge, may lie between pixels
   * @param y upper edge
   * @param boxWidth of the rectangle, which must lie inside of the image
   * @param boxHeight of the rectangle
   * @param width of the result
   * @param height of the result
   */
  public static void resizeInPlace(
      Image image, double x, double y, double boxWidth, double boxHeight, int width, int height) {
    checkArgument(
        x >= 0
            && y >= 0
            && boxWidth > 0
            && boxHeight > 0
            && x + boxWidth <= image.width()
            && y + boxHeight <= image.height()
            && width > 0
            && height > 0,
        "resize: expected a rectangle inside of %s x %s and a positive size, got %s x %s at %s, %s"
            + " to %s x %s",
        image.width(),
        image.height(),
        boxWidth,
        boxHeight,
        x,
        y,
        width,
        height);
    int channels = image.channels();
    int tapsX = taps(boxWidth, width);
    int tapsY = taps(boxHeight, height);
    int columnsAt = 0;
    int rowsAt = width * (tapsX + 2);
    int[] table = image.integers(rowsAt + height * (tapsY + 2));
    fillTable(table, columnsAt, x, boxWidth, width, tapsX);
    fillTable(table, rowsAt, y, boxHeight, height, tapsY);
    int firstRow = table[rowsAt];
    int lastAt = rowsAt + (height - 1) * (tapsY + 2);
    int sourceRows = table[lastAt] + table[lastAt + 1] - firstRow;

    // One packed row of the source, then the scaled rows.
    int sourceWidth = image.width();
    long[] packed = image.longs(sourceWidth + sourceRows * width);
    int left = table[0];
    int lastColumn = (width - 1) * (tapsX + 2);
    int right = table[lastColumn] + table[lastColumn + 1];
    for (int row = 0; row < sourceRows; row++) {
      int start = (firstRow + row) * sourceWidth * channels;
      pack(image.pixels(), start, channels, packed, left, right);
      scaleRow(packed, table, tapsX, width, sourceWidth + row * width);
    }
    byte[] out = image.spare(width * height * channels);
    for (int row = 0; row < height; row++) {
      int entry = rowsAt + row * (tapsY + 2);
      int from = sourceWidth + (table[entry] - firstRow) * width;
      blendRows(packed, from, table, entry, width, out, row * width * channels, channels);
    }
    image.swap(width, height, channels);
  }

  private static void pack(
      byte[] pixels, int start, int channels, long[] packed, int left, int right) {
    if (channels == 1) {
      for (int x = left; x < right; x++) {
        packed[x] = pixels[start + x] & 0xff;
      }
      return;
    }
    for (int x = left, i = start + 3 * left; x < right; x++, i += 3) {
      packed[x] =
          (pixels[i] & 0xff)
              | (long) (pixels[i + 1] & 0xff) << LANE
              | (long) (pixels[i + 2] & 0xff) << (2 * LANE);
    }
  }

  private static void scaleRow(long[] packed, int[] table, int taps, int width, int to) {
    for (int x = 0, entry = 0; x < width; x++, entry += taps + 2) {
      int from = table[entry];
      int count = table[entry + 1];
      long sum = HALF;
      for (int k = 0; k < count; k++) {
        sum += packed[from + k] * table[entry + 2 + k];
      }
      packed[to + x] = sum >>> WEIGHT_BITS & BYTES;
    }
  }

  private static void blendRows(
      long[] rows, int from, int[] table, int entry, int width, byte[] out, int at, int channels) {
    int count = table[entry + 1];
    for (int x = 0; x < width; x++) {
      long sum = HALF;
      for (int k = 0, i = from + x; k < count; k++, i += width) {
        sum += rows[i] * table[entry + 2 + k];
      }
      sum >>>= WEIGHT_BITS;
      out[at++] = (byte) sum;
      if (channels == 3) {
        out[at++] = (byte) (sum >>> LANE);
        out[at++] = (byte) (sum >>> (2 * LANE));
      }
    }
  }

  private static int taps(double box, int size) {
    return (int) Math.ceil(Math.max(1.0, box / size)) * 2 + 1;
  }

  /** For each position of the result: the first pixel, how many, and their weights. */
  private static void fillTable(
      int[] table, int at, double origin, double box, int size, int taps) {
    double scale = box / size;
    double support = Math.max(1.0, scale);
    double slope = 1.0 / support;
    int limit = (int) Math.ceil(origin + box);
    int entry = at;
    for (int i = 0; i < size; i++, entry += taps + 2) {
      double center = origin + (i + 0.5) * scale;
      int first = Math.max((int) Math.floor(origin), (int) (center - support + 0.5));
      int count = Math.min(limit, (int) (center + support + 0.5)) - first;
      double total = 0;
      for (int k = 0; k < count; k++) {
        total += triangle((first + k - center + 0.5) * slope);
      }
      int largest = 0;
      int left = WEIGHT_ONE;
      for (int k = 0; k < count; k++) {
        int weight =
            (int) Math.round(triangle((first + k - center + 0.5) * slope) / total * WEIGHT_ONE);
        table[entry + 2 + k] = weight;
        left -= weight;
        largest = weight > table[entry + 2 + largest] ? k : largest;
      }
      // Exactly one in all: a lane never overflows, and an even surface stays even.
      table[entry + 2 + largest] += left;
      table[entry] = first;
      table[entry + 1] = count;
    }
  }

  private static double triangle(double x) {
    return Math.max(0.0, 1.0 - Math.abs(x));
  }
}
