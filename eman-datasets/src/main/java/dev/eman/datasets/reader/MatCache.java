package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import dev.eman.core.io.Printable;
import dev.eman.datasets.reader.MatFile.Numbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the arrays of MATLAB files, where they are compressed, in files that can be mapped, each
 * until the MATLAB file changes. So the system's cache is the only copy in memory, which all
 * processes share.
 */
final class MatCache {
  private static final Logger log = LoggerFactory.getLogger(MatCache.class);

  private static final String ENDING = ".arrays";

  private MatCache() {}

  /**
   * The arrays from the cache, or read and then kept there. Where they cannot be kept they are held
   * in memory outside of the heap, which costs a line in the log.
   *
   * @param directory of the cache, made if need be; null for none
   * @throws dev.eman.datasets.DatasetException as {@link MatFile#read}
   */
  static ImmutableMap<String, Numbers> read(
      Path file, ImmutableSet<String> names, @Nullable Path directory) {
    if (directory == null) {
      return MatFile.read(file, names);
    }
    Stamp stamp = RecordFiles.reading(file, () -> stamp(file, names));
    Path kept = file(directory, file, names);
    ImmutableMap<String, Numbers> arrays = kept(kept, stamp);
    if (arrays == null && stamp.isSettled()) {
      arrays = keep(file, names, kept, stamp);
    } else if (arrays == null) {
      log.info(
          "{} changed a moment ago; its arrays are held in memory this time",
          Printable.escape(file.toString()));
    }
    return arrays == null ? MatFile.read(file, names) : arrays;
  }

  /** Where the arrays of a file are kept. */
  static Path file(Path directory, Path file, ImmutableSet<String> names) {
    String hash =
        Hashing.sha256().hashString(about(file, names), StandardCharsets.UTF_8).toString();
    return directory.resolve(
        MoreFiles.getNameWithoutExtension(file) + "-" + hash.substring(0, 16) + ENDING);
  }

  private static String about(Path file, ImmutableSet<String> names) {
    return file.toAbsolutePath().normalize() + ": " + String.join(", ", names);
  }

  private static Stamp stamp(Path file, ImmutableSet<String> names) throws IOException {
    return new Stamp(about(file, names), ImmutableList.of(Stamp.Entry.of(file)));
  }

  /** Null if there are none, or not those of the file as it is now. */
  private static @Nullable ImmutableMap<String, Numbers> kept(Path kept, Stamp stamp) {
    try {
      ImmutableMap<String, Numbers> arrays = MatCacheFile.map(kept, stamp);
      if (arrays == null) {
        log.info(
            "{} has changed; it is read again", Printable.escape(stamp.entries().get(0).path()));
      }
      return arrays;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      log.warn(
          "{} cannot be used and is made again: {}",
          Printable.escape(kept.toString()),
          IoFailures.reason(e));
      return null;
    }
  }

  /** By another process or thread, which had the lock; null if it was none. */
  private static @Nullable ImmutableMap<String, Numbers> madeMeanwhile(Path kept, Stamp stamp) {
    try {
      return MatCacheFile.map(kept, stamp);
    } catch (IOException e) {
      return null; // As known already.
    }
  }

  /** Null if that fails. */
  private static @Nullable ImmutableMap<String, Numbers> keep(
      Path file, ImmutableSet<String> names, Path kept, Stamp stamp) {
    Path directory = kept.toAbsolutePath().getParent();
    if (directory == null) {
      return null;
    }
    try {
      Files.createDirectories(directory);
      try (LockFile lock = lock(directory)) {
        if (lock != null) {
          ImmutableMap<String, Numbers> meanwhile = madeMeanwhile(kept, stamp);
          if (meanwhile != null) {
            return meanwhile;
          }
          AtomicFiles.deleteDrafts(directory, name -> name.endsWith(ENDING));
        }
        log.info("{} is unpacked, once", Printable.escape(file + " to " + kept));
        AtomicFiles.write(
            kept,
            out -> {
              MatCacheFile.Writer writer = new MatCacheFile.Writer(out);
              MatFile.read(file, names, writer);
              writer.finish(stamp);
            });
        return MatCacheFile.map(kept, stamp);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (IOException e) {
      log.warn(
          "cannot write {}, so its arrays are held in memory: {}",
          Printable.escape(kept.toString()),
          IoFailures.reason(e));
      return null;
    }
  }

  /** Waits while another process or thread unpacks; null where files cannot be locked. */
  private static @Nullable LockFile lock(Path directory) throws InterruptedException {
    try {
      return LockFile.acquire(
          directory.resolve("lock"),
          () -> log.info("another process unpacks to {}", Printable.escape(directory.toString())));
    } catch (IOException e) {
      log.debug("drafts stay in {}: {}", directory, e.getMessage());
      return null;
    }
  }
}
