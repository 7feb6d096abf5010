package dev.eman.datasets.reader;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * What an index was made from: folders with their modification times, files with theirs and their
 * sizes. As long as none has changed, the index holds.
 *
 * @param about what is indexed and how, as text
 * @param entries every folder and file that the index depends on
 */
record Stamp(String about, ImmutableList<Entry> entries) {
  /** A change within this time of the last one may leave the modification time as it is. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(2);

  /**
   * One folder or file.
   *
   * @param path absolute
   * @param modified nanoseconds since 1970
   * @param bytes the size; -1 for a folder
   */
  record Entry(String path, long modified, long bytes) {
    /** As the folder or file is now, or a link that cannot be followed itself. */
    static Entry of(Path path) throws IOException {
      try {
        return of(path, Files.readAttributes(path, BasicFileAttributes.class));
      } catch (FileSystemException e) { // A link to nothing or itself, or into a closed folder.
        return of(
            path, Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
      }
    }

    /** As the attributes say. */
    static Entry of(Path path, BasicFileAttributes attributes) {
      return new Entry(
          path.toAbsolutePath().toString(),
          attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
          attributes.isDirectory() ? -1 : attributes.size());
    }
  }

  /** Whether nothing has changed since. */
  boolean isCurrent() {
    for (Entry entry : entries) {
      try {
        if (!Entry.of(Path.of(entry.path())).equals(entry)) {
          return false;
        }
      } catch (IOException | InvalidPathException e) {
        return false; // Gone, or no longer to be read: indexing again will tell.
      }
    }
    return true;
  }

  /** Whether the last change is long enough ago for every later one to show. */
  boolean isSettled() {
    Instant now = Instant.now();
    long limit = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - SETTLED_NANOS;
    return entries.stream().allMatch(entry -> entry.modified() < limit);
  }
}
