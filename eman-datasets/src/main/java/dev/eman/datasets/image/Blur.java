package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Pillow's Gaussian blur: three box blurs in each direction whose edges lie between pixels, of the
 * same variance as the Gaussian; the edge of the image is repeated. Its time does not depend on the
 * radius.
 */
public final class Blur {
  private static final int PASSES = 3;

  private Blur() {}

  /**
   * Blurs the image.
   *
   * @param sigma the Gaussian's standard deviation in pixels, from 0 (nothing happens)
   */
  public static void gaussianInPlace(Image image, float sigma) {
    checkArgument(sigma >= 0, "sigma: expected at least 0, got %s", sigma);
    if (sigma == 0) {
      return;
    }
    double radius = boxRadius(sigma);
    int whole = (int) radius;
    int weight = (int) ((1 << 24) / (radius * 2 + 1));
    int edge = ((1 << 24) - (whole * 2 + 1) * weight) / 2;
    int width = image.width();
    int height = image.height();
    int channels = image.channels();
    byte[] pixels = image.pixels();
    int[] lines = image.integers(2 * (Math.max(width, height) + 2 * (whole + 1)));
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        line(pixels, y * width * channels + c, channels, width, whole, weight, edge, lines);
      }
      for (int x = 0; x < width; x++) {
        line(pixels, x * channels + c, width * channels, height, whole, weight, edge, lines);
      }
    }
  }

  /**
   * Half the width of each of three boxes that together have the Gaussian's variance (Gwosdek et
   * al., 2011).
   */
  private static double boxRadius(float sigma) {
    double variance = (double) sigma * sigma / PASSES;
    double length = Math.sqrt(12.0 * variance + 1.0);
    double whole = Math.floor((length - 1.0) / 2.0);
    double fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    fraction /= 6 * (variance - (whole + 1) * (whole + 1));
    return whole + fraction;
  }

  private static void line(
      byte[] pixels, int at, int step, int count, int radius, int weight, int edge, int[] lines) {
    int beyond = radius + 1; // So many pixels are read on either side.
    int in = 0;
    int out = lines.length / 2;
    for (int i = 0; i < count; i++) {
      lines[beyond + i] = pixels[at + i * step] & 0xff;
    }
    for (int pass = 0; pass < PASSES; pass++) {
      int first = in + beyond;
      int end = first + count;
      Arrays.fill(lines, in, first, lines[first]);
      Arrays.fill(lines, end, end + beyond, lines[end - 1]);
      box(lines, in, out + beyond, count, radius, weight, edge);
      int held = in;
      in = out;
      out = held;
    }
    for (int i = 0; i < count; i++) {
      pixels[at + i * step] = (byte) lines[in + beyond + i];
    }
  }

  /**
   * A running sum of whole pixels, and a share of the two beyond them.
   *
   * @param in where the line with its repeated edges begins
   * @param out where the result without edges does
   */
  private static void box(
      int[] lines, int in, int out, int count, int radius, int weight, int edge) {
    int width = 2 * radius + 1;
    int sum = 0; // Around the pixel before the first.
    for (int i = in; i < in + width; i++) {
      sum += lines[i];
    }
    int right = lines[in + width];
    for (int i = 0; i < count; i++) {
      int left = lines[in + i];
      sum += right - left;
      right = lines[in + i + width + 1];
      // Up to 255 * 2^24 and a half: unsigned.
      lines[out + i] = (sum * weight + (left + right) * edge + (1 << 23)) >>> 24;
    }
  }
}
