package dev.eman.datasets.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** What a PNG file says of itself, once all of its chunks have been checked. */
record PngHeader(int width, int height, ExifOrientation orientation) {
  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int HEADER = 0x49484452; // IHDR
  private static final int PIXELS = 0x49444154; // IDAT
  private static final int END = 0x49454e44; // IEND
  private static final int EXIF = 0x65584966; // eXIf

  /** Set in the type of a chunk that a reader may pass over. */
  private static final int ANCILLARY = 0x20000000;

  /** Length, type and checksum. */
  private static final int AROUND = 12;

  /** Deflate's largest ratio of compression. */
  private static final int STRONGEST = 1032;

  static boolean isPng(byte[] data, int length) {
    return length >= 8 && ByteBuffer.wrap(data).getLong(0) == SIGNATURE;
  }

  /**
   * Follows the chunks to the last one and compares the checksums of those that matter, which the
   * library that decodes them does not do in every version.
   *
   * @throws IllegalArgumentException saying what is wrong with the file
   */
  static PngHeader read(byte[] data, int length) {
    ByteBuffer file = ByteBuffer.wrap(data, 0, length);
    CRC32 crc = new CRC32();
    long packed = 0;
    ExifOrientation orientation = ExifOrientation.UPRIGHT;
    int at = 8;
    while (length - at >= AROUND) {
      int size = file.getInt(at);
      int type = file.getInt(at + 4);
      if (size < 0 || size > length - at - AROUND) {
        break;
      }
      if (at == 8 && (type != HEADER || size != 13)) {
        throw new IllegalArgumentException("the PNG's header is damaged");
      }
      if ((type & ANCILLARY) == 0) {
        crc.reset();
        crc.update(data, at + 4, size + 4);
        if (file.getInt(at + 8 + size) != (int) crc.getValue()) {
          throw new IllegalArgumentException(
              "the checksum of the part at byte " + at + " is wrong");
        }
      }
      if (type == PIXELS) {
        packed += size;
      }
      if (type == EXIF) {
        orientation = ExifReader.chunk(data, at + 8, at + 8 + size);
      }
      if (type == END) {
        return checked(file, packed, orientation);
      }
      at += AROUND + size;
    }
    throw new IllegalArgumentException("the file is truncated: it has no end");
  }

  private static PngHeader checked(ByteBuffer file, long packed, ExifOrientation orientation) {
    PngHeader header = new PngHeader(file.getInt(16), file.getInt(20), orientation);
    ImageSize.check(header.width, header.height);
    int depth = file.get(24) & 0xff;
    int samples =
        switch (file.get(25)) {
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> 1;
        };
    long raw = (long) header.width * header.height * depth * samples / 8;
    if (raw / STRONGEST > packed) {
      throw ImageSize.tooFewBytes(header.width, header.height, packed);
    }
    return header;
  }
}
