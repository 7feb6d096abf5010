package dev.eman.datasets.image;

import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Decodes JPEG, PNG and BMP files, whatever their colours, to red, green and blue: gray is
 * repeated, CMYK converted, transparency dropped. As in torchvision, the orientation that a camera
 * noted is not applied. Keeps its buffers, so one instance belongs to one thread ({@link #local}).
 */
public final class ImageDecoder {
  private static final ThreadLocal<ImageDecoder> LOCAL = ThreadLocal.withInitial(ImageDecoder::new);

  /** Pixels from which on a file is looked through before any are made. */
  private static final long LARGE = 1L << 24;

  private final Region region = new Region();
  private final JpegDecoder jpegDecoder = new JpegDecoder();
  private final JpegScans jpegScans = new JpegScans();
  private final Mat decoded = new Mat();
  private BytePointer input = new BytePointer(1 << 16);

  private ImageDecoder() {}

  /** The calling thread's own decoder. */
  public static ImageDecoder local() {
    return LOCAL.get();
  }

  /**
   * Decodes an image.
   *
   * @param data the file's content
   * @param length how many bytes of {@code data} it takes
   * @param name of the image, for messages
   * @param plan what part is needed; a JPEG is decoded at reduced scale where the plan allows it
   * @param into overwritten, with 3 channels
   * @throws CorruptImageException if the file is none of these formats, damaged or truncated
   */
  public void decode(byte[] data, int length, String name, DecodePlan plan, Image into) {
    int flags = IMREAD_COLOR | IMREAD_IGNORE_ORIENTATION;
    int width = 0;
    int height = 0;
    int reduction = 1;
    if (JpegHeader.isJpeg(data, length)) {
      JpegHeader header = jpegHeader(data, length, name);
      width = header.width();
      height = header.height();
      plan.plan(width, height, region);
      reduction = region.reduction();
      boolean ours = header.baseline() && reduction == 1;
      boolean large = (long) width * height > LARGE;
      if (!ours || large) { // Before memory is taken for pixels.
        checkScans(data, length, name);
      }
      if (ours && decodeJpeg(data, length, name, into)) {
        return;
      }
      if (ours && !large) {
        checkScans(data, length, name);
      }
      flags = flags(reduction);
    } else {
      checkOther(data, length, name);
    }
    decodeWithOpenCv(data, length, name, flags);
    int actualWidth = decoded.cols();
    int actualHeight = decoded.rows();
    copyPixels(actualWidth, actualHeight, into);
    if (reduction > 1) {
      into.setOrigin(0, 0, reduction, width, height);
    }
  }

  private static JpegHeader jpegHeader(byte[] data, int length, String name) {
    JpegHeader header;
    try {
      header = JpegHeader.read(data, length);
    } catch (IllegalArgumentException e) {
      throw corrupt(name, String.valueOf(e.getMessage()), length);
    }
    if (!JpegHeader.isComplete(data, length)) {
      throw corrupt(name, "the file is truncated: it has no end marker", length);
    }
    return header;
  }

  /** OpenCV gets nothing but PNG and BMP, and of those nothing whose size cannot be true. */
  private static void checkOther(byte[] data, int length, String name) {
    try {
      if (PngHeader.isPng(data, length)) {
        PngHeader.read(data, length);
      } else if (BmpHeader.isBmp(data, length)) {
        BmpHeader.read(data, length);
      } else {
        throw corrupt(name, "expected a JPEG, PNG or BMP file, found something else", length);
      }
    } catch (IllegalArgumentException e) {
      throw corrupt(name, String.valueOf(e.getMessage()), length);
    }
  }

  /** With our own decoder; returns false for a JPEG that it does not know. */
  private boolean decodeJpeg(byte[] data, int length, String name, Image into) {
    try {
      return jpegDecoder.decode(data, length, region, into);
    } catch (IllegalArgumentException e) {
      throw corrupt(name, String.valueOf(e.getMessage()), length);
    }
  }

  /** OpenCV decodes what is damaged as well as it can, and says so on the standard error alone. */
  private void checkScans(byte[] data, int length, String name) {
    try {
      jpegScans.check(data, length);
    } catch (IllegalArgumentException e) {
      throw corrupt(name, String.valueOf(e.getMessage()), length);
    }
  }

  private void decodeWithOpenCv(byte[] data, int length, String name, int flags) {
    if (input.capacity() < length) {
      input.deallocate();
      input = new BytePointer(length + (long) (length >> 2));
    }
    input.position(0).put(data, 0, length);
    decoded.release(); // Where no decoder is found, OpenCV would leave the last image there.
    try (Mat file = new Mat(1, length, opencv_core.CV_8U, input)) {
      imdecode(file, flags, decoded);
    } catch (RuntimeException e) {
      // OpenCV's own exceptions: too large an image, a broken header.
      throw new CorruptImageException(
          message(name, String.valueOf(e.getMessage()).strip(), length), e);
    }
    if (decoded.empty()) {
      throw corrupt(name, "expected a whole image, found one that is damaged", length);
    }
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

  private static CorruptImageException corrupt(String name, String what, int length) {
    return new CorruptImageException(message(name, what, length));
  }

  private static String message(String name, String what, int length) {
    return "cannot decode " + name + " (" + length + " bytes): " + what;
  }
}
