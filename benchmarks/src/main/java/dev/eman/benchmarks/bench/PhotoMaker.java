package dev.eman.benchmarks.bench;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;

import dev.eman.core.EmanException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Generates JPEG files that cost as much to decode as photos: noise whose amplitude falls with
 * frequency, as in natural images, mostly the same in all channels; about 500x375 pixels and 110
 * kB.
 */
final class PhotoMaker {
  private static final int QUALITY = 95;
  private static final int OCTAVES = 9;

  /** Ratio of an octave's amplitude to that of the one below. */
  private static final double FALL = 0.85;

  private PhotoMaker() {}

  /** Writes a file. */
  static void write(Path file, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean upright = random.nextInt(4) == 0;
    int longer = 480 + random.nextInt(41);
    int shorter = 355 + random.nextInt(41);
    int width = upright ? shorter : longer;
    int height = upright ? longer : shorter;
    float[] shared = noise(width, height, random, OCTAVES);
    byte[] pixels = new byte[width * height * 3];
    for (int c = 0; c < 3; c++) {
      float[] own = noise(width, height, random, OCTAVES - 2);
      for (int i = 0; i < shared.length; i++) {
        double value = 120 + 60 * shared[i] + 35 * own[i];
        pixels[3 * i + c] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    try (BytePointer memory = new BytePointer(pixels);
        Mat image = new Mat(height, width, opencv_core.CV_8UC3, memory)) {
      int[] quality = {IMWRITE_JPEG_QUALITY, QUALITY};
      if (!opencv_imgcodecs.imwrite(file.toString(), image, quality)) {
        throw new EmanException("cannot write " + file);
      }
    }
  }

  /** Octaves of smooth noise on ever finer grids, each a little weaker. */
  private static float[] noise(int width, int height, SplittableRandom random, int octaves) {
    float[] sum = new float[width * height];
    double strength = 1;
    for (int octave = 1; octave <= octaves; octave++, strength *= FALL) {
      int cells = 1 << octave;
      float[] grid = new float[(cells + 2) * (cells + 2)];
      for (int i = 0; i < grid.length; i++) {
        grid[i] = (float) ((random.nextDouble() * 2 - 1) * strength);
      }
      add(sum, width, height, grid, cells);
    }
    return sum;
  }

  private static void add(float[] sum, int width, int height, float[] grid, int cells) {
    int row = cells + 2;
    for (int y = 0; y < height; y++) {
      float gy = (float) y * cells / height;
      int y0 = (int) gy;
      float fy = gy - y0;
      for (int x = 0; x < width; x++) {
        float gx = (float) x * cells / width;
        int x0 = (int) gx;
        float fx = gx - x0;
        int at = y0 * row + x0;
        float top = grid[at] + fx * (grid[at + 1] - grid[at]);
        float bottom = grid[at + row] + fx * (grid[at + row + 1] - grid[at + row]);
        sum[y * width + x] += top + fy * (bottom - top);
      }
    }
  }
}
