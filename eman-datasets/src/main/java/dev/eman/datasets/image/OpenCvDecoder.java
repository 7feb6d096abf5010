package dev.eman.datasets.image;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import com.google.common.annotations.VisibleForTesting;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Decodes with OpenCV what has been looked through before. Keeps its buffers. */
final class OpenCvDecoder {
  private final Mat decoded = new Mat();
  private BytePointer input = new BytePointer(1 << 16);

  /**
   * Decodes an image.
   *
   * @param reduction 1, 2, 4 or 8: the image becomes that much smaller
   * @param into overwritten, with 3 channels
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  void decode(byte[] data, int length, int reduction, Image into) {
    if (input.capacity() < length) {
      input.deallocate();
      input = new BytePointer(length + (long) (length >> 2));
    }
    input.position(0).put(data, 0, length);
    decoded.release(); // Where no decoder is found, OpenCV would leave the last image there.
    try (Mat file = new Mat(1, length, opencv_core.CV_8U, input);
        Mat same = imdecode(file, flags(reduction), decoded)) {
      same.release(); // It would keep the pixels until it is collected as garbage.
    } catch (RuntimeException e) {
      // OpenCV's own exceptions: too large an image, a broken header.
      throw new IllegalArgumentException(String.valueOf(e.getMessage()).strip(), e);
    }
    if (decoded.empty()) {
      throw new IllegalArgumentException("expected a whole image, found one that is damaged");
    }
    copyPixels(decoded.cols(), decoded.rows(), into);
  }

  /** OpenCV keeps blue first. */
  private void copyPixels(int width, int height, Image into) {
    into.reset(width, height, 3);
    byte[] pixels = into.pixels();
    BytePointer source = decoded.data();
    long step = decoded.step();
    int rowLength = width * 3;
    for (int y = 0; y < height; y++) {
      source.position(y * step).get(pixels, y * rowLength, rowLength);
    }
    for (int i = 0, n = height * rowLength; i < n; i += 3) {
      byte blue = pixels[i];
      pixels[i] = pixels[i + 2];
      pixels[i + 2] = blue;
    }
  }

  /** How many refer to the pixels that were decoded last. */
  @VisibleForTesting
  int references() {
    return decoded.u().refcount();
  }

  private static int flags(int reduction) {
    int scale =
        switch (reduction) {
          case 2 -> IMREAD_REDUCED_COLOR_2;
          case 4 -> IMREAD_REDUCED_COLOR_4;
          case 8 -> IMREAD_REDUCED_COLOR_8;
          default -> IMREAD_COLOR;
        };
    return scale | IMREAD_IGNORE_ORIENTATION;
  }
}
