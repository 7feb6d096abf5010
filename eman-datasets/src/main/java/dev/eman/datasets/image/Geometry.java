package dev.eman.datasets.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;

/**
 * Operations that move pixels without blending them, with Pillow's arithmetic for nearest
 * neighbours: what comes from outside of the image is black.
 */
public final class Geometry {
  /** Pillow computes positions with 16 bits behind the point. */
  private static final double FIXED_ONE = 65536.0;

  private Geometry() {}

  /**
   * Turns around the centre.
   *
   * @param degrees counterclockwise
   */
  public static void rotateInPlace(Image image, double degrees) {
    double turned = degrees % 360.0;
    if (turned < 0) {
      turned += 360.0;
    }
    if (turned == 0) {
      return;
    }
    double radians = -Math.toRadians(turned);
    double cos = rounded(Math.cos(radians));
    double sin = rounded(Math.sin(radians));
    double centerX = image.width() / 2.0;
    double centerY = image.height() / 2.0;
    affineInPlace(
        image,
        cos,
        sin,
        cos * -centerX + sin * -centerY + centerX,
        -sin,
        cos,
        -sin * -centerX + cos * -centerY + centerY);
  }

  /** The pixel at x comes from {@code x + shear * y}. */
  public static void shearXInPlace(Image image, double shear) {
    affineInPlace(image, 1, shear, 0, 0, 1, 0);
  }

  /** The pixel at y comes from {@code y + shear * x}. */
  public static void shearYInPlace(Image image, double shear) {
    affineInPlace(image, 1, 0, 0, shear, 1, 0);
  }

  /** The pixel at x comes from {@code x + pixels}: the image moves to the left. */
  public static void translateXInPlace(Image image, double pixels) {
    affineInPlace(image, 1, 0, pixels, 0, 1, 0);
  }

  /** The pixel at y comes from {@code y + pixels}: the image moves up. */
  public static void translateYInPlace(Image image, double pixels) {
    affineInPlace(image, 1, 0, 0, 0, 1, pixels);
  }

  /**
   * An affine map with nearest neighbours: the pixel at (x, y) comes from {@code (a x + b y + c, d
   * x + e y + f)}, taken at the pixels' centres.
   */
  public static void affineInPlace(
      Image image, double a, double b, double c, double d, double e, double f) {
    int width = image.width();
    int height = image.height();
    checkArgument(
        width < 32768 && height < 32768,
        "image: expected less than 32768 pixels a side, got %s x %s",
        width,
        height);
    if (b == 0 && d == 0) {
      scaleInPlace(image, a, c, e, f);
      return;
    }
    int channels = image.channels();
    byte[] in = image.pixels();
    byte[] out = image.spare(image.length());
    int stepXx = fixed(a);
    int stepXy = fixed(b);
    int stepYx = fixed(d);
    int stepYy = fixed(e);
    int rowX = fixed(c + a * 0.5 + b * 0.5);
    int rowY = fixed(f + d * 0.5 + e * 0.5);
    int at = 0;
    for (int y = 0; y < height; y++, rowX += stepXy, rowY += stepYy) {
      int sourceX = rowX;
      int sourceY = rowY;
      for (int x = 0; x < width; x++, sourceX += stepXx, sourceY += stepYx) {
        int fromX = sourceX >> 16;
        int fromY = sourceY >> 16;
        boolean inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        int from = (fromY * width + fromX) * channels;
        for (int k = 0; k < channels; k++) {
          out[at++] = inside ? in[from + k] : 0;
        }
      }
    }
    image.swap(width, height, channels);
  }

  /** Without rotation or shear Pillow computes with floating point. */
  private static void scaleInPlace(Image image, double a, double c, double e, double f) {
    int width = image.width();
    int height = image.height();
    int channels = image.channels();
    int[] columns = image.integers(width);
    double sourceX = c + a * 0.5;
    for (int x = 0; x < width; x++, sourceX += a) {
      columns[x] = sourceX < 0 || sourceX >= width ? -1 : ((int) sourceX) * channels;
    }
    byte[] in = image.pixels();
    byte[] out = image.spare(image.length());
    int row = width * channels;
    double sourceY = f + e * 0.5;
    for (int y = 0; y < height; y++, sourceY += e) {
      int at = y * row;
      if (sourceY < 0 || sourceY >= height) {
        Arrays.fill(out, at, at + row, (byte) 0);
        continue;
      }
      int from = ((int) sourceY) * row;
      for (int x = 0; x < width; x++) {
        int column = columns[x];
        for (int k = 0; k < channels; k++) {
          out[at++] = column < 0 ? 0 : in[from + column + k];
        }
      }
    }
    image.swap(width, height, channels);
  }

  /** Mirrors left and right. */
  public static void flipInPlace(Image image) {
    int width = image.width();
    int channels = image.channels();
    byte[] pixels = image.pixels();
    for (int y = 0; y < image.height(); y++) {
      int left = y * width * channels;
      int right = left + (width - 1) * channels;
      if (channels == 3) {
        flipColors(pixels, left, right);
        continue;
      }
      for (; left < right; left++, right--) {
        byte held = pixels[left];
        pixels[left] = pixels[right];
        pixels[right] = held;
      }
    }
  }

  /** Swaps pixels from both ends of a row on. */
  private static void flipColors(byte[] pixels, int first, int last) {
    for (int left = first, right = last; left < right; left += 3, right -= 3) {
      byte red = pixels[left];
      byte green = pixels[left + 1];
      byte blue = pixels[left + 2];
      pixels[left] = pixels[right];
      pixels[left + 1] = pixels[right + 1];
      pixels[left + 2] = pixels[right + 2];
      pixels[right] = red;
      pixels[right + 1] = green;
      pixels[right + 2] = blue;
    }
  }

  /** Keeps a rectangle, which must lie inside of the image. */
  public static void cropInPlace(Image image, int x, int y, int width, int height) {
    checkArgument(
        x >= 0
            && y >= 0
            && width > 0
            && height > 0
            && x + width <= image.width()
            && y + height <= image.height(),
        "crop: expected a rectangle inside of %s x %s, got %s x %s at %s, %s",
        image.width(),
        image.height(),
        width,
        height,
        x,
        y);
    int channels = image.channels();
    byte[] in = image.pixels();
    byte[] out = image.spare(width * height * channels);
    for (int row = 0; row < height; row++) {
      System.arraycopy(
          in,
          ((y + row) * image.width() + x) * channels,
          out,
          row * width * channels,
          width * channels);
    }
    image.swap(width, height, channels);
  }

  /**
   * Shifts the image as a crop of the same size from the image padded by reflection (without
   * repeating the edge) does.
   *
   * @param dx columns to the right, less than the width in either direction
   * @param dy rows down, less than the height in either direction
   */
  public static void shiftReflectedInPlace(Image image, int dx, int dy) {
    int width = image.width();
    int height = image.height();
    checkArgument(
        Math.abs(dx) < width && Math.abs(dy) < height,
        "shift: expected less than %s x %s, got %s, %s",
        width,
        height,
        dx,
        dy);
    int channels = image.channels();
    byte[] in = image.pixels();
    byte[] out = image.spare(image.length());
    int first = Math.max(0, -dx);
    int last = Math.min(width, width - dx);
    for (int y = 0; y < height; y++) {
      int from = reflect(y + dy, height) * width;
      int to = y * width;
      System.arraycopy(
          in,
          (from + first + dx) * channels,
          out,
          (to + first) * channels,
          (last - first) * channels);
      for (int x = 0; x < first; x++) {
        copyPixel(in, from + reflect(x + dx, width), out, to + x, channels);
      }
      for (int x = last; x < width; x++) {
        copyPixel(in, from + reflect(x + dx, width), out, to + x, channels);
      }
    }
    image.swap(width, height, channels);
  }

  /**
   * Paints a square in one level; parts outside of the image are cut off.
   *
   * @param level 0 to 255, for all channels
   */
  public static void fillSquareInPlace(Image image, int left, int top, int side, int level) {
    int channels = image.channels();
    int fromX = Math.max(0, left);
    int toX = Math.min(image.width(), left + side);
    int toY = Math.min(image.height(), top + side);
    for (int y = Math.max(0, top); y < toY && fromX < toX; y++) {
      int row = y * image.width();
      Arrays.fill(image.pixels(), (row + fromX) * channels, (row + toX) * channels, (byte) level);
    }
  }

  private static void copyPixel(byte[] in, int from, byte[] out, int to, int channels) {
    for (int k = 0; k < channels; k++) {
      out[to * channels + k] = in[from * channels + k];
    }
  }

  private static int reflect(int position, int size) {
    if (position < 0) {
      return -position;
    }
    return position < size ? position : 2 * (size - 1) - position;
  }

  private static int fixed(double value) {
    return (int) Math.floor(value * FIXED_ONE + 0.5);
  }

  /** To 15 decimals, as Pillow does, so that a quarter turn is exact. */
  private static double rounded(double value) {
    return Math.rint(value * 1e15) / 1e15;
  }
}
