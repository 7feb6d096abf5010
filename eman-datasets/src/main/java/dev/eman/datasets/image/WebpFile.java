package dev.eman.datasets.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A lossy WebP image (RFC 9649) without what else its file may hold: the library that decodes it
 * gets the color's data alone. Its version, libwebp 1.2, must not be given lossless images, nor
 * transparency, which may be stored like them: what was made to do so takes control of the program
 * (CVE-2023-4863).
 *
 * @param width in pixels
 * @param height in pixels
 * @param from where the chunk with the pixels begins, its name and size included
 * @param to behind it
 * @param orientation that the file notes
 */
record WebpFile(int width, int height, int from, int to, ExifOrientation orientation) {
  private static final int LOSSY = 0x56503820; // "VP8 "
  private static final int LOSSLESS = 0x5650384c; // "VP8L"
  private static final int ANIMATION = 0x414e494d; // "ANIM"
  private static final int EXIF = 0x45584946;
  private static final int HEADER = 12;
  private static final int CHUNK = 8;

  /** Marks, size and the least data of a frame. */
  private static final int LEAST = 10;

  private static final int PIXELS_BY_BYTE = 1 << 12;

  /**
   * Looks for the image.
   *
   * @throws IllegalArgumentException saying what is wrong with the file, or that it is of another
   *     kind
   */
  static WebpFile read(byte[] data, int length) {
    ByteBuffer file = ByteBuffer.wrap(data, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    if (length < HEADER || (file.getInt(4) & 0xffffffffL) > length - CHUNK) {
      throw new IllegalArgumentException("the file is truncated");
    }
    int end = file.getInt(4) + CHUNK;
    WebpFile image = null;
    ExifOrientation orientation = ExifOrientation.UPRIGHT;
    for (int at = HEADER; end - at >= CHUNK; ) {
      int name = Integer.reverseBytes(file.getInt(at));
      int size = file.getInt(at + 4);
      if (size < 0 || size > end - at - CHUNK) {
        throw new IllegalArgumentException("the file is truncated");
      }
      int next = at + CHUNK + size;
      if (name == LOSSLESS || name == ANIMATION) {
        throw new IllegalArgumentException(
            "expected a lossy WebP of one image, found "
                + (name == LOSSLESS ? "a lossless one" : "an animation")
                + "; convert it to PNG or JPEG");
      }
      if (name == LOSSY && image == null) {
        image = image(file, at, size);
      } else if (name == EXIF) {
        orientation = ExifReader.chunk(data, at + CHUNK, next);
      }
      at = (int) Math.min(Integer.MAX_VALUE - 16L, (long) next + (size & 1));
    }
    if (image == null) {
      throw new IllegalArgumentException("expected a lossy WebP, found no image in it");
    }
    return new WebpFile(image.width, image.height, image.from, image.to, orientation);
  }

  private static WebpFile image(ByteBuffer file, int at, int size) {
    int frame = at + CHUNK;
    boolean key = size > LEAST && (file.get(frame) & 1) == 0;
    if (!key || file.get(frame + 3) != (byte) 0x9d || file.getShort(frame + 4) != 0x2a01) {
      throw new IllegalArgumentException("its header is damaged");
    }
    int width = file.getShort(frame + 6) & 0x3fff;
    int height = file.getShort(frame + 8) & 0x3fff;
    ImageSize.check(width, height);
    if ((long) width * height / PIXELS_BY_BYTE > size) {
      throw ImageSize.tooFewBytes(width, height, size);
    }
    return new WebpFile(width, height, at, frame + size, ExifOrientation.UPRIGHT);
  }

  /** A file of the image alone. */
  byte[] alone(byte[] data) {
    int size = to - from;
    int padded = size + (size & 1);
    ByteBuffer file = ByteBuffer.allocate(HEADER + padded).order(ByteOrder.LITTLE_ENDIAN);
    file.put(data, 0, 4).putInt(4 + padded).put(data, 8, 4).put(data, from, size);
    return file.array();
  }
}
