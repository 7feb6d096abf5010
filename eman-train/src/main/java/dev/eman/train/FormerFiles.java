package dev.eman.train;

import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.IoFailures;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files as they were before a start changed them: closing puts them back unless the start has
 * succeeded ({@link #forget}). They are kept beside themselves as drafts, which the folder's next
 * owner deletes if this process is killed.
 */
final class FormerFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FormerFiles.class);

  private final Deque<Former> all = new ArrayDeque<>();

  /**
   * A file.
   *
   * @param draft what it was; null if it did not exist
   */
  private record Former(Path file, @Nullable Path draft) {}

  /**
   * Keeps a file that is about to be replaced or deleted, as a link: checkpoints are large.
   *
   * @throws dev.eman.core.EmanException if it cannot be kept
   */
  void keepReplaced(Path file) {
    keep(file, true);
  }

  /**
   * Keeps a copy of a file that is about to be written in place.
   *
   * @throws dev.eman.core.EmanException if it cannot be kept
   */
  void keepOverwritten(Path file) {
    keep(file, false);
  }

  private void keep(Path given, boolean link) {
    Path file; // A link stays one, whatever is written through it.
    try {
      file = AtomicFiles.target(given);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(given, e);
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      all.push(new Former(file, null));
    } else if (Files.isRegularFile(file)) { // Nothing else can be written, and so need be kept.
      Path draft = AtomicFiles.draft(file);
      all.push(new Former(file, draft));
      if (!link || !isLinked(draft, file)) {
        copy(file, draft);
      }
    }
  }

  /** Not every file system has links. */
  private static boolean isLinked(Path draft, Path file) {
    try {
      Files.createLink(draft, file);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("a copy, as there can be no link: {}", e.toString());
      return false;
    }
  }

  private void copy(Path file, Path draft) {
    try {
      Files.copy(file, draft, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (IOException e) {
      all.pop(); // A part of a copy must not be put back.
      delete(draft);
      throw AtomicFiles.cannotWrite(draft, e);
    }
  }

  private static void delete(Path draft) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) { // It only takes space.
      LOG.warn(
          "cannot delete the draft {}: {}",
          Printable.escape(draft.toString()),
          IoFailures.reason(e));
    }
  }

  /** Lets the files be what they have become. */
  void forget() {
    for (Former former : all) {
      if (former.draft() != null) {
        delete(former.draft());
      }
    }
    all.clear();
  }

  /**
   * Puts the files back, or deletes those that did not exist.
   *
   * @throws dev.eman.core.EmanException the first failure, after the others have been put back
   */
  @Override
  public void close() {
    try (OpenResources order = new OpenResources()) {
      while (!all.isEmpty()) {
        order.add(all.removeLast(), FormerFiles::putBack);
      }
    }
  }

  private static void putBack(Former former) {
    Path draft = former.draft();
    try {
      if (draft == null) {
        Files.deleteIfExists(former.file());
      } else {
        Files.move(
            draft,
            former.file(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(draft); // A link to the very file is not moved.
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(former.file(), e);
    }
  }
}
