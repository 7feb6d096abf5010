package dev.eman.datasets.fetch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two fetches of one file apart, in one process or in several. The empty {@code NAME.lock}
 * stays: to delete it could let a third fetch in beside one that waits for the second.
 */
final class FetchLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FetchLock.class);
  private static final long POLL_MILLIS = 100;

  private final Path path;
  private final FileChannel channel;

  private FetchLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Waits until no other fetch has the lock. */
  static FetchLock acquire(Path target) throws IOException, InterruptedException {
    Path path = target.resolveSibling(target.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      for (boolean told = false; tryLock(channel, path) == null; told = true) {
        if (!told) {
          LOG.info("{} is being fetched by another process or thread; waiting for it", target);
        }
        Thread.sleep(POLL_MILLIS);
      }
      locked = true;
      return new FetchLock(path, channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel, Path path) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // A thread of this process has it.
      return null;
    } catch (IOException e) {
      throw new IOException("its file system cannot lock " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
