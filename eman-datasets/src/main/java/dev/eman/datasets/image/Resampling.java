package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Scaling with Pillow's bilinear filter: a triangle as wide as one pixel of the coarser of both
 * images, so that scaling down averages and does not alias. Two passes, rounded to a byte between
 * them; at most one level off Pillow's result.
 *
 * <p>The three channels of a pixel are computed at once, in lanes of 21 bits of a long: 8 for the
 * value, 13 for the weight.
 */
public final class Resampling {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

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
    int tapsX = taps(x, boxWidth, width);
    int tapsY = taps(y, boxHeight, height);
    int rowsAt = width * (tapsX + 1);
    int[] table = image.integers(rowsAt + height * (tapsY + 1));
    int right = fillTable(table, 0, x, boxWidth, width, tapsX);
    int bottom = fillTable(table, rowsAt, y, boxHeight, height, tapsY);
    int left = table[0];
    int top = table[rowsAt];

    // One packed row of the source, then the scaled rows; and room for taps without weight.
    int scaled = Math.max(image.width(), width) + tapsX;
    long[] packed = image.longs(scaled + (bottom - top + tapsY) * width);
    for (int row = top; row < bottom; row++) {
      pack(image, row, left, right, packed);
      scaleRow(packed, table, tapsX, width, scaled + (row - top) * width);
    }
    byte[] out = image.spare(width * height * channels + 1); // A pixel is written as four bytes.
    for (int row = 0; row < height; row++) {
      int entry = rowsAt + row;
      int from = scaled + (table[entry] - top) * width;
      int at = row * width * channels;
      if (channels == 3 && tapsY == 3) {
        blendThree(packed, from, width, table, entry + height, height, out, at);
      } else if (channels == 3 && tapsY == 4) {
        blendFour(packed, from, width, table, entry + height, height, out, at);
      } else {
        blendMany(packed, from, width, table, entry + height, height, tapsY);
        unpack(packed, width, out, at, channels);
      }
    }
    image.swap(width, height, channels);
  }

  /** Columns of a row. */
  private static void pack(Image image, int row, int left, int right, long[] packed) {
    byte[] pixels = image.pixels();
    int start = row * image.width() * image.channels();
    if (image.channels() == 1) {
      for (int x = left; x < right; x++) {
        packed[x] = pixels[start + x] & 0xff;
      }
      return;
    }
    // Four bytes at a time, so the last pixel apart.
    for (int x = left, i = start + 3 * left; x < right - 1; x++, i += 3) {
      int pixel = (int) INTS.get(pixels, i);
      packed[x] =
          (pixel & 0xff)
              | (long) (pixel & 0xff00) << (LANE - 8)
              | (long) (pixel & 0xff0000) << (2 * LANE - 16);
    }
    int i = start + 3 * (right - 1);
    packed[right - 1] =
        (pixels[i] & 0xff)
            | (long) (pixels[i + 1] & 0xff) << LANE
            | (long) (pixels[i + 2] & 0xff) << (2 * LANE);
  }

  private static void scaleRow(long[] p, int[] table, int taps, int width, int to) {
    if (taps == 3) {
      for (int x = 0; x < width; x++) {
        int i = table[x];
        long sum = p[i] * table[width + x] + p[i + 1] * table[2 * width + x];
        p[to + x] = HALF + sum + p[i + 2] * table[3 * width + x];
      }
    } else {
      for (int x = 0; x < width; x++) {
        int i = table[x];
        long sum = p[i] * table[width + x] + p[i + 1] * table[2 * width + x];
        sum += p[i + 2] * table[3 * width + x] + p[i + 3] * table[4 * width + x];
        p[to + x] = HALF + sum;
      }
    }
    for (int k = 4; k < taps; k++) {
      int weights = (k + 1) * width;
      for (int x = 0; x < width; x++) {
        p[to + x] += p[table[x] + k] * table[weights + x];
      }
    }
    for (int x = 0; x < width; x++) {
      p[to + x] = p[to + x] >>> WEIGHT_BITS & BYTES;
    }
  }

  /** The usual scaling up and down a little. */
  private static void blendThree(
      long[] p, int from, int width, int[] table, int weights, int step, byte[] out, int at) {
    long w0 = table[weights];
    long w1 = table[weights + step];
    long w2 = table[weights + 2 * step];
    int second = from + width;
    int third = second + width;
    for (int x = 0, to = at; x < width; x++, to += 3) {
      long sum = p[from + x] * w0 + p[second + x] * w1 + p[third + x] * w2;
      INTS.set(out, to, pixel(HALF + sum));
    }
  }

  /** The usual scaling down. */
  private static void blendFour(
      long[] p, int from, int width, int[] table, int weights, int step, byte[] out, int at) {
    long w0 = table[weights];
    long w1 = table[weights + step];
    long w2 = table[weights + 2 * step];
    long w3 = table[weights + 3 * step];
    int second = from + width;
    int third = second + width;
    int fourth = third + width;
    for (int x = 0, to = at; x < width; x++, to += 3) {
      long sum = p[from + x] * w0 + p[second + x] * w1;
      sum += p[third + x] * w2 + p[fourth + x] * w3;
      INTS.set(out, to, pixel(HALF + sum));
    }
  }

  /** To the beginning of the array, not yet shifted. */
  private static void blendMany(
      long[] p, int from, int width, int[] table, int weights, int step, int taps) {
    Arrays.fill(p, 0, width, HALF);
    for (int k = 0; k < taps; k++) {
      long weight = table[weights + k * step];
      int row = from + k * width;
      for (int x = 0; x < width; x++) {
        p[x] += p[row + x] * weight;
      }
    }
  }

  private static void unpack(long[] sums, int width, byte[] out, int at, int channels) {
    if (channels == 1) {
      for (int x = 0; x < width; x++) {
        out[at + x] = (byte) (sums[x] >>> WEIGHT_BITS);
      }
      return;
    }
    for (int x = 0, to = at; x < width; x++, to += 3) {
      INTS.set(out, to, pixel(sums[x]));
    }
  }

  private static int pixel(long sum) {
    long shifted = sum >>> WEIGHT_BITS;
    return (int)
        ((shifted & 0xff)
            | (shifted >>> (LANE - 8) & 0xff00)
            | (shifted >>> (2 * LANE - 16) & 0xff0000));
  }

  /** How many pixels one of the result comes from, at most; at least 3. */
  private static int taps(double origin, double box, int size) {
    double support = Math.max(1.0, box / size);
    int most = 3;
    for (int i = 0; i < size; i++) {
      double center = origin + (i + 0.5) * (box / size);
      int first = first(origin, center, support);
      most = Math.max(most, count(origin, box, center, support, first));
    }
    return most;
  }

  private static int first(double origin, double center, double support) {
    return Math.max((int) Math.floor(origin), (int) (center - support + 0.5));
  }

  private static int count(double origin, double box, double center, double support, int first) {
    return Math.min((int) Math.ceil(origin + box), (int) (center + support + 0.5)) - first;
  }

  /**
   * The first pixel of each position of the result; then, tap by tap, each position's weight, zeros
   * behind the last that counts.
   *
   * @return behind the last pixel that counts
   */
  private static int fillTable(int[] table, int at, double origin, double box, int size, int taps) {
    double scale = box / size;
    double support = Math.max(1.0, scale);
    Arrays.fill(table, at, at + (taps + 1) * size, 0);
    int end = 0;
    for (int i = 0; i < size; i++) {
      double center = origin + (i + 0.5) * scale;
      int first = first(origin, center, support);
      int count = count(origin, box, center, support, first);
      table[at + i] = first;
      fillWeights(table, at + size + i, size, first, center, 1.0 / support, count);
      end = Math.max(end, first + count);
    }
    return end;
  }

  /** Exactly one in all: a lane never overflows, and an even surface stays even. */
  private static void fillWeights(
      int[] table, int at, int step, int first, double center, double slope, int count) {
    double total = 0;
    for (int k = 0; k < count; k++) {
      total += triangle((first + k - center + 0.5) * slope);
    }
    int largest = 0;
    int left = WEIGHT_ONE;
    for (int k = 0; k < count; k++) {
      int weight =
          (int) Math.round(triangle((first + k - center + 0.5) * slope) / total * WEIGHT_ONE);
      table[at + k * step] = weight;
      left -= weight;
      largest = weight > table[at + largest * step] ? k : largest;
    }
    table[at + largest * step] += left;
  }

  private static double triangle(double x) {
    return Math.max(0.0, 1.0 - Math.abs(x));
  }
}
