package dev.eman.web.watch;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Follows a growing {@code metrics.csv}: reads what is new, or everything again if the file has
 * been cut off or replaced, as it is when a run is resumed or gets a new column. Not safe for
 * several threads.
 */
final class MetricsTail {
  private static final Splitter CELLS = Splitter.on(',');

  /** Bytes that are read at a time. */
  private static final int BLOCK = 1 << 20;

  /** Bytes before the position that are compared, to notice another file. */
  private static final int COMPARED = 256;

  private final Path file;
  private final Curves curves;

  /** Where the first row is that has not been read. */
  private long position;

  private byte[] heading = {};
  private byte[] before = {};
  private long damaged;

  MetricsTail(Path file, Curves curves) {
    this.file = file;
    this.curves = curves;
  }

  /** The number of rows that are not as a run writes them. */
  long damaged() {
    return damaged;
  }

  /** Forgets what was read. */
  void reset() {
    position = 0;
    damaged = 0;
    curves.clear();
  }

  /**
   * Reads what is new.
   *
   * @return whether there was anything
   */
  boolean poll() throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      boolean other = position > 0 && isOther(channel);
      if (other) {
        reset();
      }
      long from = position;
      while (readBlock(channel)) {}
      return other || position > from;
    }
  }

  private boolean isOther(FileChannel channel) throws IOException {
    return channel.size() < position
        || !Arrays.equals(heading, read(channel, 0, heading.length))
        || !Arrays.equals(before, read(channel, position - before.length, before.length));
  }

  private static byte[] read(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {}
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Reads the whole rows of one block. Returns whether there were any. */
  private boolean readBlock(FileChannel channel) throws IOException {
    long rest = Math.max(0, channel.size() - position); // It may be cut off at any time.
    byte[] block = read(channel, position, (int) Math.min(BLOCK, rest));
    int end = block.length;
    while (end > 0 && block[end - 1] != '\n') {
      end--; // A row that is still being written.
    }
    int start = 0;
    if (end > 0 && position == 0) {
      while (block[start] != '\n') {
        start++;
      }
      start++;
      heading = Arrays.copyOf(block, start);
      curves.start(ImmutableList.copyOf(cells(block, 0, start - 1)));
    }
    for (int i = start; i < end; i++) {
      if (block[i] == '\n') {
        add(cells(block, start, i));
        start = i + 1;
      }
    }
    if (end > 0) {
      position += end;
      before = Arrays.copyOfRange(block, Math.max(0, end - COMPARED), end);
    }
    return end > 0;
  }

  private static List<String> cells(byte[] block, int start, int end) {
    int stripped = end > start && block[end - 1] == '\r' ? end - 1 : end;
    return CELLS.splitToList(new String(block, start, stripped - start, StandardCharsets.UTF_8));
  }

  private void add(List<String> cells) {
    double[] row = new double[cells.size()];
    boolean sound =
        cells.size() == curves.columns().size() && curves.columns().get(0).equals("step");
    for (int c = 0; sound && c < row.length; c++) {
      Double value =
          cells.get(c).isEmpty() ? Double.valueOf(Double.NaN) : Doubles.tryParse(cells.get(c));
      sound = value != null && (c > 0 || value >= 1);
      row[c] = value == null ? Double.NaN : value;
    }
    if (sound) {
      curves.add(row);
    } else {
      damaged++;
    }
  }
}
