package dev.eman.train;

import dev.eman.core.EmanException;
import dev.eman.datasets.image.Image;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Encodes images as PNG. */
public final class Png {
  private Png() {}

  /** Encodes an image. */
  public static byte[] encode(Image image) {
    try (BytePointer pixels = new BytePointer(blueFirst(image));
        Mat mat = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, pixels)) {
      return encode(mat);
    }
  }

  public static byte[] encode(Mat mat) {
    try (BytePointer png = new BytePointer()) {
      if (!opencv_imgcodecs.imencode(".png", mat, png)) {
        throw new EmanException("OpenCV cannot write PNG");
      }
      ByteBuffer bytes = png.asBuffer();
      byte[] content = new byte[bytes.remaining()];
      bytes.get(content);
      return content;
    }
  }

  /** Pixels in OpenCV's order: blue, green, red. */
  public static byte[] blueFirst(Image image) {
    byte[] from = image.pixels();
    byte[] to = new byte[image.width() * image.height() * 3];
    boolean gray = image.channels() == 1;
    for (int i = 0; i < to.length; i++) {
      to[i] = from[gray ? i / 3 : i / 3 * 3 + 2 - i % 3];
    }
    return to;
  }
}
