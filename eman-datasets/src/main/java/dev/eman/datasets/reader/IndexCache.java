package dev.eman.datasets.reader;

import com.google.common.hash.Hashing;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.LockFile;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps indexes in files, each until what it indexes changes. */
final class IndexCache {
  private static final Logger log = LoggerFactory.getLogger(IndexCache.class);

  private static final String ENDING = ".index";

  /** An index and what it was made from. */
  record Stamped(ImageIndex index, Stamp stamp) {}

  /** Makes an index. */
  @FunctionalInterface
  interface Source {
    /**
     * Reads the folder or archive. What the stamp says must have been looked up before the content
     * was.
     */
    Stamped build();
  }

  private IndexCache() {}

  /**
   * The index from the cache, or made and then kept there. A cache file that is damaged, or that
   * cannot be read or written, costs a line in the log and the time for indexing.
   *
   * @param directory of the cache, made if need be; null for none
   * @param label to begin the cache file's name with: letters, digits, hyphens
   * @param about what is indexed and how; another text is another index
   */
  static ImageIndex open(@Nullable Path directory, String label, String about, Source source) {
    if (directory == null) {
      return source.build().index();
    }
    Path file = file(directory, label, about);
    ImageIndex cached = read(file, about);
    if (cached != null) {
      return cached;
    }
    Stamped made = source.build();
    if (!made.stamp().isSettled()) {
      log.info("{} changed a moment ago; its index is not kept this time", Printable.escape(about));
    } else {
      write(directory, file, made);
    }
    return made.index();
  }

  /** Where the index is kept. */
  static Path file(Path directory, String label, String about) {
    String hash = Hashing.sha256().hashString(about, StandardCharsets.UTF_8).toString();
    return directory.resolve(label + "-" + hash.substring(0, 16) + ENDING);
  }

  private static @Nullable ImageIndex read(Path file, String about) {
    try {
      Stamped cached = IndexFile.read(file);
      if (!cached.stamp().about().equals(about)) {
        log.warn(
            "{} is the index of something else, {}; ignored",
            file,
            Printable.escape(cached.stamp().about()));
        return null;
      }
      if (!cached.stamp().isCurrent()) {
        log.info("{} has changed; it is indexed again", Printable.escape(about));
        return null;
      }
      return cached.index();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      log.warn(
          "{} cannot be used and is made again: {}",
          Printable.escape(file.toString()),
          IoFailures.reason(e));
      return null;
    }
  }

  private static void write(Path directory, Path file, Stamped made) {
    try {
      Files.createDirectories(directory);
      try (LockFile lock = lock(directory)) {
        if (lock != null) {
          AtomicFiles.deleteDrafts(directory, name -> name.endsWith(ENDING));
        }
        IndexFile.write(file, made);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn(
          "cannot write the index {}, so it is made again next time: {}",
          Printable.escape(file.toString()),
          IoFailures.reason(e));
    }
  }

  /** Waits while another process or thread writes an index; null where files cannot be locked. */
  private static @Nullable LockFile lock(Path directory) throws InterruptedException {
    try {
      return LockFile.acquire(directory.resolve("lock"), () -> {});
    } catch (IOException e) {
      log.debug("drafts stay in {}: {}", directory, e.getMessage());
      return null;
    }
  }
}
