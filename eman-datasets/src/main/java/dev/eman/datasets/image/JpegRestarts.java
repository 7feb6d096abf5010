package dev.eman.datasets.image;

/** Goes from restart to restart of a scan, and counts what is irregular on the way. */
final class JpegRestarts {
  private final JpegBits bits;
  private byte[] data = new byte[0];
  private int end;

  /** How many bytes lay before restart markers that belong to nothing. */
  int strayBytes;

  /** How many restart markers were missing or had another number. */
  int lost;

  /** Of a scan that is read by these bits. */
  JpegRestarts(JpegBits bits) {
    this.bits = bits;
  }

  /** Begins to count, in another file. */
  void start(byte[] newData, int newEnd) {
    data = newData;
    end = newEnd;
    strayBytes = 0;
    lost = 0;
  }

  /**
   * Continues behind the restart marker with this number, 0 to 7. Where another one is found, does
   * what libjpeg does: one of the next two means that this one is lost, with all data behind it;
   * one of the last two is passed over; any other is taken for this one. Bytes before the marker
   * are passed over.
   *
   * @param last whether no further restart follows, so that the end of the scan will do as well
   * @return false if the marker is lost: no data are there until the next restart
   * @throws IllegalArgumentException if there is no restart marker
   */
  boolean next(int number, boolean last) {
    int marker = JpegSegments.nextMarker(data, bits.position(), end);
    if (isRestart(marker, number)
        && bits.position() == marker
        && bits.unused() < 8) { // The usual case.
      bits.start(data, end, marker + 2);
      return true;
    }
    strayBytes += Math.max(0, bits.unused()) / 8 + strayBetween(bits.position(), marker);
    lost += isRestart(marker, number) ? 0 : 1;
    while (!isRestart(marker, number)) {
      int code = marker < end ? data[marker + 1] & 0xff : JpegSegments.END_OF_IMAGE;
      boolean restart = (code & 0xf8) == 0xd0;
      int ahead = (code - number) & 7;
      if (restart ? ahead < 3 : code >= 0xc0) {
        if (!restart && !last) {
          throw new IllegalArgumentException(
              "expected restart marker " + number + ", found the end of the pixels' data");
        }
        bits.start(data, end, marker);
        return false;
      }
      if (restart && ahead < 6) {
        break;
      }
      marker = JpegSegments.nextMarker(data, marker + 2, end);
    }
    bits.start(data, end, marker + 2);
    return true;
  }

  /** Fails unless the restart marker with this number is next. */
  void requireNext(int number) {
    int marker = JpegSegments.nextMarker(data, bits.position(), end);
    if (bits.unused() >= 8
        || !isRestart(marker, number)
        || strayBetween(bits.position(), marker) > 0) {
      throw new IllegalArgumentException("expected restart marker " + number);
    }
    bits.start(data, end, marker + 2);
  }

  private boolean isRestart(int marker, int number) {
    return marker < end && (data[marker + 1] & 0xff) == 0xd0 + number;
  }

  /** How many bytes other than fill bytes there are. */
  private int strayBetween(int from, int marker) {
    int last = marker;
    while (last > from && (data[last - 1] & 0xff) == 0xff) {
      last--;
    }
    return last - from;
  }
}
