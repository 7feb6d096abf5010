package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the same weights, applied value by value. */
class ResamplingTest {
  private static final int ONE = 1 << 13;

  @Test
  void anySizeAndRectangle_equalsTheReference() {
    Random random = new Random(1);
    Image image = new Image(); // Used again, as buffers hold what was there before.
    for (int i = 0; i < 300; i++) {
      int width = 1 + random.nextInt(60);
      int height = 1 + random.nextInt(60);
      int channels = i % 3 == 0 ? 1 : 3;
      byte[] pixels = new byte[width * height * channels];
      random.nextBytes(pixels);
      image.copyFrom(Image.of(pixels, width, height, channels));
      double x = i % 2 == 0 ? 0 : random.nextDouble() * width * 0.9;
      double y = i % 2 == 0 ? 0 : random.nextInt(height);
      double boxWidth = Math.max(0.05, random.nextDouble()) * (width - x);
      double boxHeight = i % 4 == 0 ? height : height - y;
      int newWidth = 1 + random.nextInt(40);
      int newHeight = 1 + random.nextInt(40);
      byte[] across = scaled(pixels, height, width, channels, x, boxWidth, newWidth);
      byte[] turned = turned(across, height, newWidth, channels);
      byte[] down = scaled(turned, newWidth, height, channels, y, boxHeight, newHeight);
      Resampling.resizeInPlace(image, x, y, boxWidth, boxHeight, newWidth, newHeight);
      assertArrayEquals(
          turned(down, newWidth, newHeight, channels), image.toByteArray(), "image " + i);
    }
  }

  /** Rows of another length. */
  private static byte[] scaled(
      byte[] from, int rows, int columns, int channels, double origin, double box, int size) {
    byte[] to = new byte[rows * size * channels];
    double support = Math.max(1, box / size);
    for (int i = 0; i < size; i++) {
      double center = origin + (i + 0.5) * (box / size);
      int first = Math.max((int) Math.floor(origin), (int) (center - support + 0.5));
      int behind = Math.min((int) Math.ceil(origin + box), (int) (center + support + 0.5));
      int[] weights = weights(first, behind - first, center, support);
      for (int row = 0; row < rows; row++) {
        for (int c = 0; c < channels; c++) {
          int sum = ONE / 2;
          for (int k = 0; k < weights.length; k++) {
            sum += weights[k] * (from[(row * columns + first + k) * channels + c] & 0xff);
          }
          to[(row * size + i) * channels + c] = (byte) (sum / ONE);
        }
      }
    }
    return to;
  }

  /** Of a triangle; what is left to one goes to the first of the largest. */
  private static int[] weights(int first, int count, double center, double support) {
    double[] exact = new double[count];
    double total = 0;
    for (int k = 0; k < count; k++) {
      exact[k] = Math.max(0, 1 - Math.abs((first + k - center + 0.5) * (1 / support)));
      total += exact[k];
    }
    int[] weights = new int[count];
    int left = ONE;
    int largest = 0;
    for (int k = 0; k < count; k++) {
      weights[k] = (int) Math.round(exact[k] / total * ONE);
      left -= weights[k];
      largest = weights[k] > weights[largest] ? k : largest;
    }
    weights[largest] += left;
    return weights;
  }

  /** Rows become columns. */
  private static byte[] turned(byte[] from, int rows, int columns, int channels) {
    byte[] to = new byte[from.length];
    for (int i = 0; i < rows * columns * channels; i++) {
      int row = i / channels / columns;
      int column = i / channels % columns;
      to[(column * rows + row) * channels + i % channels] = from[i];
    }
    return to;
  }
}
