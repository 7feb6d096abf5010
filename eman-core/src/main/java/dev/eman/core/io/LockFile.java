package dev.eman.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file by which processes, or threads of one, keep out of each other's way. It stays when the
 * lock is released: were it deleted, one that waits for the old file and one that makes a new file
 * would both own the lock. {@link #delete} is for the end of the folder itself; whoever gets the
 * lock of a deleted file notices, since the file in its place does not hold what it wrote, and
 * tries again.
 */
public final class LockFile implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  /** One byte far behind the content, so that others can read that where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path path;
  private final FileChannel channel;

  private LockFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes the lock if it is free.
   *
   * @param path made if need be; its folder must exist
   * @return null if another process or thread has it
   * @throws IOException if the file cannot be written, or its file system cannot lock
   */
  public static @Nullable LockFile tryAcquire(Path path) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean kept = false;
      try {
        if (tryLock(channel, path) == null) {
          return null;
        }
        if (isInPlace(channel, path)) {
          kept = true;
          return new LockFile(path, channel);
        }
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
  }

  /**
   * Waits for the lock.
   *
   * @param path made if need be; its folder must exist
   * @param waiting called once if it is not free
   */
  public static LockFile acquire(Path path, Runnable waiting)
      throws IOException, InterruptedException {
    LockFile lock = tryAcquire(path);
    if (lock == null) {
      waiting.run();
    }
    while (lock == null) {
      Thread.sleep(POLL_MILLIS);
      lock = tryAcquire(path);
    }
    return lock;
  }

  private static @Nullable FileLock tryLock(FileChannel channel, Path path) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      return null; // A thread of this process has it.
    } catch (IOException e) {
      throw new IOException("its file system cannot lock " + path + ": " + e.getMessage(), e);
    }
  }

  /** Whether the file that was locked is still the one at the path. */
  private static boolean isInPlace(FileChannel channel, Path path) throws IOException {
    String mark = UUID.randomUUID().toString();
    ByteBuffer bytes = ByteBuffer.wrap(mark.getBytes(StandardCharsets.UTF_8));
    channel.truncate(0);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    try {
      return mark.equals(Files.readString(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Deletes the file, before the lock is released. */
  public void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** Releases the lock; the file stays. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
