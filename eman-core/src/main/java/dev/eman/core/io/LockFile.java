package dev.eman.core.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file by which processes, or threads of one, keep out of each other's way. It stays when the
 * lock is released: were it deleted, one that waits for the old file and one that makes a new file
 * would both own the lock. {@link #delete} is for the end of the folder itself; whoever gets the
 * lock of a deleted file notices, since the file in its place does not hold what it wrote, and
 * tries again.
 *
 * <p>On Linux and macOS a process loses the lock of a file when it closes that file, however often
 * it has opened it and whichever of its channels had the lock. So a file that this process has
 * locked is not opened here again, and what is opened to compare it stays open as long as the lock.
 * Others of the process must not open it either.
 */
public final class LockFile implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  /** One byte far behind the content, so that others can read that where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  /** What tells the files that this process has locked from others; also its monitor. */
  private static final Set<Object> HELD = new HashSet<>();

  private final Path path;
  private final FileChannel channel;

  /** Opened to compare the file that is locked with that in its place. */
  private @Nullable FileChannel second;

  /** Of the file that is locked, by which {@link #HELD} has it. */
  private final Set<Object> marks = new HashSet<>();

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
    synchronized (HELD) {
      while (true) {
        if (!Collections.disjoint(marks(path), HELD)) {
          return null; // Not even opened, as that would end in closing it.
        }
        LockFile lock =
            new LockFile(
                path, FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        boolean kept = false;
        try {
          if (tryLock(lock.channel, path) == null) {
            return null;
          }
          kept = lock.isInPlace();
          if (kept) {
            HELD.addAll(lock.marks);
            return lock;
          }
        } finally {
          if (!kept) {
            lock.closeChannels();
          }
        }
      }
    }
  }

  /**
   * What tells a file from others: its name, and its number where the system has one, as a file may
   * have several names. Nothing is opened.
   */
  private static Set<Object> marks(Path path) throws IOException {
    Set<Object> marks = new HashSet<>();
    Path folder = path.toAbsolutePath().getParent();
    marks.add(
        folder == null ? path : folder.toRealPath().resolve(String.valueOf(path.getFileName())));
    try {
      marks.add(path.toRealPath());
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      if (key != null) {
        marks.add(key);
      }
    } catch (NoSuchFileException e) {
      return marks; // It is to be made.
    }
    return marks;
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
      return null; // Code of another class loader has it.
    } catch (IOException e) {
      throw new IOException("its file system cannot lock " + path + ": " + e.getMessage(), e);
    }
  }

  /** Whether the file that was locked is still the one at the path. */
  private boolean isInPlace() throws IOException {
    byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.wrap(mark);
    channel.truncate(0);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    marks.addAll(marks(path));
    try {
      second = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return false;
    }
    return Arrays.equals(mark, Channels.newInputStream(second).readNBytes(mark.length + 1));
  }

  /** Deletes the file, before the lock is released. */
  public void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** Releases the lock; the file stays. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (channel.isOpen()) { // Else the marks may be those of a later owner.
        try {
          closeChannels();
        } finally {
          HELD.removeAll(marks);
        }
      }
    }
  }

  private void closeChannels() throws IOException {
    try {
      channel.close();
    } finally {
      if (second != null) {
        second.close();
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
