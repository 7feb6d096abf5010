package dev.eman.datasets.image;

import java.util.Locale;

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

  /** How many bytes belonged to no segment so far. */
  int strayBytes;

  /** From the first marker behind the start of the image on. */
  JpegSegments(byte[] data, int end) {
    this.data = data;
    this.end = end;
    next = 2;
  }

  /**
   * Goes to the next segment. Bytes that belong to none are passed over and counted, as libjpeg
   * does.
   *
   * @return false at the end of the image
   * @throws IllegalArgumentException if there is no whole segment, or its marker is none
   */
  boolean advance() {
    do {
      int at = nextMarker(data, next, end);
      if (at + 1 >= end) {
        throw new IllegalArgumentException("the file ends within its header");
      }
      strayBytes += at - next;
      for (int fill = at - 1; fill >= next && (data[fill] & 0xff) == 0xff; fill--) {
        strayBytes--; // Fill bytes may come before a marker.
      }
      marker = data[at + 1] & 0xff;
      next = at + 2;
    } while (isAlone(marker));
    if (marker == END_OF_IMAGE) {
      return false;
    }
    if (!hasSegment(marker)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "expected a marker at byte %d, found ff%02x", next - 2, marker));
    }
    body = next + 2;
    int size = body <= end ? unsignedShort(next) : 0;
    if (size < 2 || next + size > end) {
      throw new IllegalArgumentException("the file ends within its header");
    }
    next += size;
    return true;
  }

  /**
   * Looks for a marker.
   *
   * @return where its last {@code ff} is, or {@code end}
   */
  static int nextMarker(byte[] data, int from, int end) {
    for (int at = from; at + 1 < end; at++) {
      if ((data[at] & 0xff) == 0xff && data[at + 1] != 0 && (data[at + 1] & 0xff) != 0xff) {
        return at;
      }
    }
    return end;
  }

  /** Markers without a segment: restarts, and one for private use. */
  private static boolean isAlone(int marker) {
    return (marker & 0xf8) == 0xd0 || marker == 0x01;
  }

  /** Those that libjpeg knows; it refuses all others, and a second start of an image. */
  private static boolean hasSegment(int marker) {
    return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc8)
        || (marker >= START_OF_SCAN && marker <= RESTART_INTERVAL)
        || (marker >= 0xe0 && marker <= 0xef)
        || marker == 0xfe;
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
