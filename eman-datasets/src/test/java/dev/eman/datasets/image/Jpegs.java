package dev.eman.datasets.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** JPEG files for tests. */
final class Jpegs {
  private Jpegs() {}

  /** A file that libjpeg wrote. */
  static byte[] resource(String name) {
    return file("jpeg/" + name + ".jpg");
  }

  /** A file beside this class. */
  static byte[] file(String name) {
    try (InputStream in = Jpegs.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Waves or noise, in three colors.
   *
   * @param restart units between restart markers; 0 for none
   */
  static byte[] encode(
      int width,
      int height,
      int quality,
      int restart,
      boolean progressive,
      boolean noise,
      Random random) {
    byte[] pixels = new byte[width * height * 3];
    double fx = random.nextDouble() * 0.5;
    double fy = random.nextDouble() * 0.5;
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      double wave = 128 + 100 * Math.sin(x * fx + y * fy + i % 3);
      pixels[i] = (byte) (noise ? random.nextInt(256) : (int) wave);
    }
    int[] options = {
      opencv_imgcodecs.IMWRITE_JPEG_QUALITY,
      quality,
      opencv_imgcodecs.IMWRITE_JPEG_RST_INTERVAL,
      restart,
      opencv_imgcodecs.IMWRITE_JPEG_OPTIMIZE,
      random.nextInt(2),
      opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE,
      progressive ? 1 : 0
    };
    try (BytePointer memory = new BytePointer(pixels);
        Mat mat = new Mat(height, width, opencv_core.CV_8UC3, memory);
        BytePointer out = new BytePointer();
        IntPointer parameters = new IntPointer(options)) {
      assertTrue(opencv_imgcodecs.imencode(".jpg", mat, out, parameters));
      byte[] file = new byte[(int) out.limit()];
      out.get(file);
      return file;
    }
  }
}
