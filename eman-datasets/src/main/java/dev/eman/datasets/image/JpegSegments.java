package dev.eman.datasets.image;

/** Goes from marker to marker of a JPEG file. */
final class JpegSegments {
  static final int START_OF_SCAN = 0xda;
  static final int END_OF_IMAGE = 0xd9;
  static final int HUFFMAN_TABLES = 0xc4;
  static final int QUANTIZATION_TABLES = 0xdb;
  static final int RESTART_INTERVAL = 0xdd;

  private final byte[] data;
  private final int end;

  /** The second byte of the marker that was found. */
  int marker;

  /** Where its segment begins, behind the length. */
  int body;

  /** Where the next marker should be; set it behind a scan's data. */
  int next;

  /** From the first marker behind the start of the image on. */
  JpegSegments(byte[] data, int end) {
    this.data = data;
    this.end = end;
    next = 2;
  }

  /**
   * Goes to the next segment.
   *
   * @return false at the end of the image
   * @throws IllegalArgumentException if there is no whole segment
   */
  boolean advance() {
    int at = next;
    while (at + 1 < end && (data[at] & 0xff) == 0xff && (data[at + 1] & 0xff) == 0xff) {
      at++; // Fill bytes may come before a marker.
    }
    if (at + 1 < end && (data[at] & 0xff) != 0xff) {
      throw new IllegalArgumentException("expected a marker at byte " + at);
    }
    if (at + 1 < end && (data[at + 1] & 0xff) == END_OF_IMAGE) {
      return false;
    }
    if (at + 4 > end) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    marker = data[at + 1] & 0xff;
    body = at + 4;
    int size = unsignedShort(at + 2);
    next = at + 2 + size;
    if (size < 2 || next > end) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    return true;
  }

  /** Any start of frame: not Huffman tables (c4), extensions (c8), arithmetic conditioning (cc). */
  boolean isFrame() {
    return isFrame(marker);
  }

  static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  int unsignedByte(int at) {
    return data[at] & 0xff;
  }

  int unsignedShort(int at) {
    return (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
  }
}
