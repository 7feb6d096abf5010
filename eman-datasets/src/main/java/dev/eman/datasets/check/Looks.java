package dev.eman.datasets.check;

import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.Resampling;

/**
 * What images look like from afar: the mean of a thumbnail's brightness and its 15 other lowest
 * frequencies (an orthonormal discrete cosine transform), in levels. Scaling and compression change
 * them by little. No frequency of two thumbnails differs by more than the thumbnails do (root mean
 * square), so images that are near are near in each of them.
 */
final class Looks {
  /** Thumbnails have this width and height. */
  static final int SIDE = 32;

  /** Numbers for each image; the first ones are the lowest frequencies. */
  static final int LENGTH = 16;

  /** Parts of a level that are kept. */
  static final int SCALE = 64;

  private static final int LOW = 4;

  /** Row and column of each frequency, the lowest first. */
  private static final int[][] ORDER = {
    {0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {2, 0}, {1, 2}, {2, 1},
    {2, 2}, {0, 3}, {3, 0}, {1, 3}, {3, 1}, {2, 3}, {3, 2}, {3, 3}
  };

  private static final double[][] BASIS = basis();

  private final short[] values;

  /** Room for so many images. */
  Looks(int images) {
    values = new short[Math.multiplyExact(images, LENGTH)];
  }

  /** Scales an image to a thumbnail, whatever its shape is. */
  static void shrinkInPlace(Image image) {
    Resampling.resizeInPlace(image, SIDE, SIDE);
  }

  /** Keeps what a thumbnail looks like; gray, or red, green and blue. */
  void set(int image, Image thumbnail) {
    double[] brightness = new double[SIDE]; // Of one row.
    double[] rows = new double[SIDE * LOW];
    for (int y = 0; y < SIDE; y++) {
      readBrightness(thumbnail, y, brightness);
      for (int u = 0; u < LOW; u++) {
        for (int x = 0; x < SIDE; x++) {
          rows[y * LOW + u] += BASIS[u][x] * brightness[x];
        }
      }
    }
    for (int k = 0; k < LENGTH; k++) {
      double sum = 0;
      for (int y = 0; y < SIDE; y++) {
        sum += BASIS[ORDER[k][0]][y] * rows[y * LOW + ORDER[k][1]];
      }
      set(image, k, sum);
    }
  }

  /** Sets one frequency, in levels. */
  void set(int image, int frequency, double level) {
    values[image * LENGTH + frequency] = (short) Math.rint(level * SCALE);
  }

  /** One frequency, in 64ths of a level. */
  int get(int image, int frequency) {
    return values[image * LENGTH + frequency];
  }

  private static void readBrightness(Image image, int y, double[] row) {
    byte[] pixels = image.pixels();
    int channels = image.channels();
    for (int x = 0; x < SIDE; x++) {
      row[x] = 0;
      for (int c = 0; c < channels; c++) {
        row[x] += (pixels[(y * SIDE + x) * channels + c] & 0xff) / (double) channels;
      }
    }
  }

  /** Scaled such that the first frequency of both directions is the mean. */
  private static double[][] basis() {
    double[][] basis = new double[LOW][SIDE];
    for (int u = 0; u < LOW; u++) {
      for (int x = 0; x < SIDE; x++) {
        double norm = (u == 0 ? 1 : Math.sqrt(2)) / SIDE;
        basis[u][x] = norm * Math.cos(Math.PI * u * (2 * x + 1) / (2.0 * SIDE));
      }
    }
    return basis;
  }
}
