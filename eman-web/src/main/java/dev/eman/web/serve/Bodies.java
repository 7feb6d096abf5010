package dev.eman.web.serve;

import com.google.common.io.ByteStreams;
import com.google.common.primitives.Ints;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of requests. They are in memory until they are answered, so together they may
 * have so many bytes: each thread of the server could hold one of the largest. Threads may share
 * it.
 */
final class Bodies {
  /** Bytes of an image, or of Label Studio's tasks, altogether. */
  static final int LARGEST = 64 << 20;

  /** Bytes that one of unknown length has at first. */
  private static final int FIRST = 1 << 16;

  private final Semaphore room;

  /**
   * None yet.
   *
   * @param bytes that they may have together
   */
  Bodies(int bytes) {
    room = new Semaphore(bytes);
  }

  /**
   * As many as fit in an eighth of the heap; at least one of the largest. An image inside of JSON
   * takes several times its body while it is read.
   */
  static Bodies ofHeap() {
    return new Bodies(
        Ints.saturatedCast(Math.max(LARGEST + 1L, Runtime.getRuntime().maxMemory() / 8)));
  }

  /**
   * Reads a body. One that is refused is read as well, but not kept: who still sends would not see
   * the answer.
   *
   * @param length as the request says; -1 if it does not
   * @return null if it is too large
   * @throws RejectedExecutionException if there is no room for it beside the others
   */
  @Nullable Body read(InputStream in, long length) throws IOException {
    InputStream limited = ByteStreams.limit(in, LARGEST + 1L);
    Body body = new Body();
    boolean kept = false;
    try {
      kept = length <= LARGEST && body.read(limited, (int) length);
      return kept ? body : null;
    } finally {
      if (!kept) {
        body.close();
        ByteStreams.exhaust(limited);
      }
    }
  }

  /** One that takes up room until it is closed. */
  final class Body implements AutoCloseable {
    private byte[] content = new byte[0];
    private int taken;

    private Body() {}

    byte[] content() {
      return content;
    }

    private boolean read(InputStream in, int length) throws IOException {
      resize(length < 0 ? FIRST : length);
      int size = in.readNBytes(content, 0, content.length);
      while (length < 0 && size == content.length && size <= LARGEST) {
        resize(Math.min(2 * size, LARGEST + 1));
        size += in.readNBytes(content, size, content.length - size);
      }
      resize(size);
      return size <= LARGEST;
    }

    private void resize(int length) {
      if (length > taken && !room.tryAcquire(length - taken)) {
        throw new RejectedExecutionException(
            "requests that wait have taken the memory there is for them; try again later");
      }
      room.release(Math.max(0, taken - length));
      taken = length;
      if (length != content.length) {
        content = Arrays.copyOf(content, length);
      }
    }

    @Override
    public void close() {
      room.release(taken);
      taken = 0;
    }
  }
}
