package dev.eman.datasets.internal;

import com.google.common.math.LongMath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * Watches a tar archive go by on its way to the library that reads it. Long names and extended
 * headers, which the library holds in memory whatever their size, are refused from a size on that
 * none has.
 */
public final class TarRecords {
  private static final int RECORD = TarConstants.DEFAULT_RCDSIZE;
  private static final int SIZE_AT = 124;
  private static final int KIND_AT = 156;
  private static final int LONGEST = 1 << 16;

  /** An extended header says so where the next file's size does not fit its own header. */
  private static final Pattern SIZE = Pattern.compile("(?:^|\n)\\d+ size=(\\d{1,18})\n");

  private final byte[] header = new byte[RECORD];
  private final ByteArrayOutputStream extension = new ByteArrayOutputStream();

  /** Where the header begins that comes next, and how much of it is there. */
  private long next;

  private int filled;

  /** Up to where there is an extended header's text. */
  private long extensionEnd;

  private long size = -1;

  /**
   * Bytes that were read.
   *
   * @param position of the first one in the archive; files' contents may be left out
   * @throws IOException if a header is too large to be one
   */
  public void accept(long position, byte[] data, int offset, int length) throws IOException {
    long at = position;
    long end = position + length;
    while (at < end) {
      int from = offset + (int) (at - position);
      if (at < next) {
        int n = (int) (Math.min(end, next) - at);
        if (at < extensionEnd) {
          extension.write(data, from, (int) Math.min(n, extensionEnd - at));
        }
        at += n;
      } else if (at == next + filled) {
        int n = (int) Math.min(RECORD - filled, end - at);
        System.arraycopy(data, from, header, filled, n);
        filled += n;
        at += n;
        if (filled == RECORD) {
          readHeader();
        }
      } else {
        return; // Read once more, or behind the end.
      }
    }
  }

  private void readHeader() throws IOException {
    long length = fieldOfSize();
    boolean extended = "LKxXg".indexOf(header[KIND_AT]) >= 0;
    if (extended && length > LONGEST) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "its header at byte %d is followed by a name or header of %d bytes, expected at most"
                  + " %d",
              next,
              length,
              LONGEST));
    }
    Matcher said = SIZE.matcher(extension.toString(StandardCharsets.UTF_8));
    while (said.find()) {
      size = Long.parseLong(said.group(1));
    }
    extension.reset();
    if (!extended && size >= 0) {
      length = size;
      size = -1;
    }
    long content = next + RECORD;
    extensionEnd = extended ? content + length : 0;
    long records = length / RECORD + (length % RECORD == 0 ? 0 : 1);
    next = LongMath.saturatedAdd(content, LongMath.saturatedMultiply(records, RECORD));
    filled = 0;
  }

  /** What is no number is the library's to complain of. */
  private long fieldOfSize() {
    try {
      return Math.max(0, TarUtils.parseOctalOrBinary(header, SIZE_AT, 12));
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }
}
