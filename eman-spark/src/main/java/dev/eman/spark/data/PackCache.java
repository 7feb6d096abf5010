package dev.eman.spark.data;

import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parts of archives that were read once, in one file of this machine, which has no name while it is
 * open: nothing is left of it even when the process is killed. Where the disk fills up, or fails,
 * no more is kept.
 */
final class PackCache implements AutoCloseable {
  /** How many bytes are kept at most; 0 for none. A tenth of the disk is left free anyway. */
  static final String LIMIT = "eman.image.cache.bytes";

  private static final Logger LOG = LoggerFactory.getLogger(PackCache.class);

  /** A file in a tar archive begins at a multiple of this. */
  private static final int UNIT = 512;

  private static final long LOOK_EVERY = 1L << 24;

  private final long limit;
  private final Map<String, Kept> archives = new HashMap<>();
  private @Nullable FileChannel file;
  private @Nullable FileStore disk;
  private boolean full;

  /** Where the next archive goes: each has room for all of its parts. Holes take none. */
  private long end;

  private long bytes;
  private long looked = -LOOK_EVERY;

  /** Where an archive's parts are, and which. */
  private record Kept(long base, BitSet units) {}

  PackCache(Configuration configuration) {
    limit = configuration.getLong(LIMIT, Long.MAX_VALUE);
    full = limit <= 0;
  }

  /** Reads a part that was kept; returns false if it was not. */
  boolean read(String archive, long position, byte[] into, int length) {
    FileChannel from;
    long at;
    synchronized (this) {
      Kept kept = archives.get(archive);
      from = file;
      if (from == null || kept == null || !kept.units().get(unit(position))) {
        return false;
      }
      at = kept.base() + position;
    }
    try {
      ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
      while (buffer.hasRemaining()) {
        if (from.read(buffer, at + buffer.position()) < 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) { // As where another thread was interrupted while it read.
      give(e);
      return false;
    }
  }

  /**
   * Keeps a part that was read.
   *
   * @param size of the archive, in bytes
   */
  void keep(String archive, long size, long position, byte[] from, int length) {
    FileChannel to;
    Kept kept;
    synchronized (this) {
      if (full || position % UNIT != 0 || !isRoom(length)) {
        return;
      }
      to = file;
      if (to == null) {
        return;
      }
      kept = archives.get(archive);
      if (kept == null) {
        kept = new Kept(end, new BitSet());
        archives.put(archive, kept);
        end += size;
      }
    }
    try {
      ByteBuffer buffer = ByteBuffer.wrap(from, 0, length);
      while (buffer.hasRemaining()) {
        to.write(buffer, kept.base() + position + buffer.position());
      }
    } catch (IOException e) {
      give(e);
      return;
    }
    synchronized (this) {
      kept.units().set(unit(position));
    }
  }

  private static int unit(long position) {
    return Math.toIntExact(position / UNIT);
  }

  /** Looks at the disk now and then. */
  private boolean isRoom(int length) {
    try {
      if (file == null) {
        Path path = Files.createTempFile("eman-images", ".cache");
        file =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE,
                StandardOpenOption.DELETE_ON_CLOSE);
        disk = Files.getFileStore(path.toAbsolutePath().getParent());
      }
      FileStore store = disk;
      if (store != null && bytes - looked >= LOOK_EVERY) {
        looked = bytes;
        full = store.getUsableSpace() < store.getTotalSpace() / 10;
      }
    } catch (IOException e) {
      give(e);
    }
    full |= bytes + length > limit;
    if (full) {
      LOG.info("images beyond {} bytes are not kept on this machine's disk", bytes);
      return false;
    }
    bytes += length;
    return true;
  }

  private synchronized void give(IOException e) {
    if (!full) {
      LOG.warn("images are not kept on this machine's disk: {}", IoFailures.reason(e));
    }
    full = true;
    archives.clear();
  }

  @Override
  public synchronized void close() {
    full = true;
    archives.clear();
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("cannot delete the images kept on this machine: {}", IoFailures.reason(e));
      }
      file = null;
    }
  }
}
