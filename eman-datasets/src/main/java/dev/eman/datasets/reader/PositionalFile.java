package dev.eman.datasets.reader;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that several threads read at any position. Interrupting a thread that reads closes a
 * channel for all of them; then it is opened again.
 */
final class PositionalFile implements Closeable {
  private final Path path;
  private volatile FileChannel channel;
  private volatile boolean closed;

  PositionalFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  Path path() {
    return path;
  }

  /** In bytes. */
  long size() throws IOException {
    return channel.size();
  }

  /** Reads what there is at a position, up to what the buffer takes; -1 at the end. */
  int read(ByteBuffer into, long position) throws IOException {
    while (true) {
      FileChannel current = channel;
      try {
        return current.read(into, position);
      } catch (ClosedByInterruptException e) {
        throw e; // This thread was the one interrupted.
      } catch (ClosedChannelException e) {
        reopen(current);
      }
    }
  }

  /** Reads {@code length} bytes to the array's beginning. */
  void readFully(byte[] into, int length, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
    while (buffer.hasRemaining()) {
      if (read(buffer, position + buffer.position()) < 0) {
        throw new EOFException(
            "expected " + length + " bytes at " + position + ", found " + buffer.position());
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }

  private synchronized void reopen(FileChannel broken) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (channel == broken) {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    }
  }
}
