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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * locked is not opened here again, what is opened to compare it stays open as long as the lock, and
 * what turns out to be locked by code of another class loader stays open for the next attempt.
 * Others of the process must not open it either.
 */
public final class LockFile implements AutoCloseable {
  private static final long POLL_MILLIS = 100;

  /** One byte far behind the content, so that others can read that where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  /**
   * What tells the files that this process has locked, or is about to, from others; also the
   * monitor of what is static here. Nothing is read or written under it: a file system that hangs
   * must not keep others from their locks.
   */
  private static final Set<Object> HELD = new HashSet<>();

  /** Files that code of another class loader has locked, by what tells them from others. */
  private static final Map<Object, FileChannel> LEFT_OPEN = new HashMap<>();

  private final Path path;
  private final FileChannel channel;

  /** Opened to compare the file that is locked with that in its place. */
  private final FileChannel second;

  /** Of the file that is locked, by which {@link #HELD} has it. */
  private final Set<Object> marks;

  private final AtomicBoolean closed = new AtomicBoolean();

  private LockFile(Path path, FileChannel channel, FileChannel second, Set<Object> marks) {
    this.path = path;
    this.channel = channel;
    this.second = second;
    this.marks = marks;
  }

  /**
   * Takes the lock if it is free.
   *
   * @param path made if need be; its folder must exist
   * @return null if another process or thread has it, or is about to take it
   * @throws IOException if the file cannot be written, or its file system cannot lock
   */
  public static @Nullable LockFile tryAcquire(Path path) throws IOException {
    Set<Object> marks = marks(path);
    synchronized (HELD) {
      if (!Collections.disjoint(marks, HELD)) {
        return null; // Not even opened, as that would end in closing it.
      }
      HELD.addAll(marks);
    }
    LockFile lock = null;
    try {
      lock = lock(path, marks);
    } finally {
      if (lock == null) {
        replaceMarks(marks, Set.of());
      }
    }
    return lock;
  }

  private static @Nullable LockFile lock(Path path, Set<Object> marks) throws IOException {
    FileChannel channel = open(path, marks);
    while (true) {
      FileChannel second = null;
      FileChannel next = null;
      boolean close = true;
      try {
        if (tryLock(channel, path) == null) {
          return null;
        }
        byte[] mark = mark(channel);
        second = openExisting(path);
        if (second != null && holds(second, mark)) {
          replaceMarks(marks, marks(path));
          close = false;
          return new LockFile(path, channel, second, marks);
        }
        next = second; // Not closed, as it may be another file that is locked here.
        second = null;
      } catch (OverlappingFileLockException e) {
        close = false;
        leaveOpen(path, channel);
        return null;
      } finally {
        if (close) {
          closeBoth(channel, second);
        }
      }
      channel = next == null ? open(path, marks) : next;
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

  /** Releases marks, and takes others that nobody has. */
  private static void replaceMarks(Set<Object> marks, Set<Object> others) {
    synchronized (HELD) {
      HELD.removeAll(marks);
      marks.clear();
      for (Object other : others) {
        if (HELD.add(other)) {
          marks.add(other);
        }
      }
    }
  }

  private static FileChannel open(Path path, Set<Object> marks) throws IOException {
    synchronized (HELD) {
      for (Object mark : marks) {
        FileChannel left = LEFT_OPEN.remove(mark);
        if (left != null) {
          return left;
        }
      }
    }
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static @Nullable FileLock tryLock(FileChannel channel, Path path) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (IOException e) {
      throw new IOException("its file system cannot lock " + path + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable FileChannel openExisting(Path path) throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Keeps a channel for the next attempt, as closing it would release the other's lock. */
  private static void leaveOpen(Path path, FileChannel channel) throws IOException {
    @Nullable Object key;
    try {
      key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      key = channel; // Deleted: nobody asks for it again.
    }
    if (key == null) {
      channel.close(); // As on Windows, where a lock ends with its own channel.
      return;
    }
    synchronized (HELD) {
      if (LEFT_OPEN.putIfAbsent(key, channel) != null) {
        LEFT_OPEN.put(channel, channel);
      }
    }
  }

  /** Writes what no other file holds. */
  private static byte[] mark(FileChannel channel) throws IOException {
    byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.wrap(mark);
    channel.truncate(0);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    return mark;
  }

  private static boolean holds(FileChannel channel, byte[] mark) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(mark.length + 1);
    int read = 0;
    while (read >= 0 && bytes.hasRemaining()) {
      read = channel.read(bytes, bytes.position());
    }
    return Arrays.equals(mark, Arrays.copyOf(bytes.array(), bytes.position()));
  }

  /** Deletes the file, before the lock is released. */
  public void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** Releases the lock; the file stays. */
  @Override
  public void close() throws IOException {
    if (closed.getAndSet(true)) {
      return; // The marks may be those of a later owner.
    }
    try {
      closeBoth(channel, second);
    } finally {
      replaceMarks(marks, Set.of()); // Not before: whoever finds none opens the file.
    }
  }

  private static void closeBoth(FileChannel channel, @Nullable FileChannel second)
      throws IOException {
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
