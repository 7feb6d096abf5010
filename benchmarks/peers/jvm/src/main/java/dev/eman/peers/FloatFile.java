package dev.eman.peers;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Little-endian float32 values, read piece by piece: a copy of all parameters in this process would
 * count as the peer's memory.
 */
final class FloatFile implements AutoCloseable {
  /** The most values that {@link #next} takes at once. */
  static final int PIECE = 1 << 16;

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  FloatFile(Path path) throws IOException {
    this.path = path;
    channel = FileChannel.open(path);
  }

  /** Reads the next {@code count} values to the beginning of an array. */
  void next(float[] values, int count) throws IOException {
    buffer.clear().limit(count * Float.BYTES);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException(path + " is too short");
      }
    }
    buffer.flip().asFloatBuffer().get(values, 0, count);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
