package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

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
    int longest = Math.max(width, height);
    int[] lines = image.integers(2 * longest);
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
    int longest = lines.length / 2;
    int in = 0;
    int out = longest;
    for (int i = 0; i < count; i++) {
      lines[i] = pixels[at + i * step] & 0xff;
    }
    for (int pass = 0; pass < PASSES; pass++) {
      box(lines, in, out, count, radius, weight, edge);
      int held = in;
      in = out;
      out = held;
    }
    for (int i = 0; i < count; i++) {
      pixels[at + i * step] = (byte) lines[in + i];
    }
  }

  /** A running sum of whole pixels, and a share of the two beyond them. */
  private static void box(
      int[] lines, int in, int out, int count, int radius, int weight, int edge) {
    int last = count - 1;
    // The sum around the pixel before the first.
    int sum = lines[in] * (radius + 1);
    for (int i = 0; i < radius; i++) {
      sum += lines[in + Math.min(i, last)];
    }
    for (int i = 0; i < count; i++) {
      sum += lines[in + Math.min(i + radius, last)] - lines[in + Math.max(i - radius - 1, 0)];
      int beyond =
          lines[in + Math.max(i - radius - 1, 0)] + lines[in + Math.min(i + radius + 1, last)];
      // Up to 255 * 2^24 and a half: unsigned.
      lines[out + i] = (sum * weight + beyond * edge + (1 << 23)) >>> 24;
    }
  }
}
