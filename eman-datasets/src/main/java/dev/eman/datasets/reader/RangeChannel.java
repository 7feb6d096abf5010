package dev.eman.datasets.reader;

import dev.eman.datasets.internal.TarRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A tar archive that is a part of a file, as a channel of its own; closing it leaves the file open.
 */
final class RangeChannel implements SeekableByteChannel {
  private final PositionalFile file;
  private final long start;
  private final long length;
  private final TarRecords records = new TarRecords();
  private long position;

  RangeChannel(PositionalFile file, long start, long length) {
    this.file = file;
    this.start = start;
    this.length = length;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (position >= length) {
      return -1;
    }
    int limit = into.limit();
    if (into.remaining() > length - position) {
      into.limit(into.position() + (int) (length - position));
    }
    int total = 0;
    try {
      while (into.hasRemaining()) { // Callers take a short read for the end.
        int read = file.read(into, start + position);
        if (read < 0) {
          break;
        }
        byte[] seen = new byte[read];
        into.get(into.position() - read, seen);
        records.accept(position, seen, 0, read);
        total += read;
        position += read;
      }
    } finally {
      into.limit(limit);
    }
    return total == 0 ? -1 : total;
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public RangeChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return length;
  }

  @Override
  public RangeChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
