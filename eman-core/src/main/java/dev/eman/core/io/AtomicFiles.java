package dev.eman.core.io;

import dev.eman.core.EmanException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces files in one step: whoever looks, also after a power failure or on a full disk, sees the
 * former file or the new one, never a part. A process that is killed while it writes leaves a draft
 * behind, {@code .NAME.UUID}; see {@link #deleteDrafts}.
 */
public final class AtomicFiles {
  private static final int BUFFER = 1 << 16;
  private static final int MOST_LINKS = 40; // As Linux.
  private static final Pattern DRAFT =
      Pattern.compile(
          "\\.(.+)\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", Pattern.DOTALL);

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    /** Writes to the stream, which the caller closes. */
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Writes a file beside the target, forces it to the disk and renames it. A link stays, and what
   * it leads to is the target; a device or pipe is written to as it is.
   *
   * @param file to be replaced or made; its folder must exist
   * @throws IOException if that fails; the former file, if any, is untouched then
   */
  public static void write(Path file, Content content) throws IOException {
    if (isStream(file)) {
      try (FileOutputStream raw = new FileOutputStream(file.toFile())) {
        fill(raw, content);
      }
    } else {
      replace(file, content, draft -> {});
    }
  }

  private static void replace(Path file, Content content, Consumer<Path> check) throws IOException {
    Path target = target(file);
    Path draft = draft(target); // A temporary file would be readable for its owner alone.
    try {
      try (FileOutputStream raw = new FileOutputStream(draft.toFile())) {
        fill(raw, content);
        raw.getFD().sync();
      }
      check.accept(draft);
      Files.move(
          draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (Throwable e) { // Also where the memory ran out: the folder is the user's.
      try {
        Files.deleteIfExists(draft);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** Whether there is a device or pipe of that name, or behind a link of that name. */
  public static boolean isStream(Path file) {
    try {
      return isStream(
          Files.readAttributes(file, BasicFileAttributes.class),
          file.getFileSystem().supportedFileAttributeViews());
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * On Windows, others are files too, such as those that are kept once for several of a content.
   */
  static boolean isStream(BasicFileAttributes attributes, Set<String> views) {
    return attributes.isOther() && views.contains("posix");
  }

  /**
   * The file that links lead to, which need not exist; the file itself where it is no link.
   *
   * @return absolute
   * @throws IOException if links lead in a circle or to an open file of a process, which cannot be
   *     replaced
   */
  public static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      Path folder = target.getParent();
      if (links == MOST_LINKS) {
        throw new FileSystemException(file.toString(), null, "too many links, or in a circle");
      }
      if (folder != null && folder.toRealPath().startsWith("/proc")) {
        throw new FileSystemException(
            file.toString(), null, "expected a file, found one that a process has open; name it");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** A new name for a draft of a file, beside it: the file itself need not exist. */
  public static Path draft(Path file) {
    Path absolute = file.toAbsolutePath();
    return absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID());
  }

  /** Writes text in UTF-8. */
  public static void writeString(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes a file as {@link #write} does.
   *
   * @throws EmanException "cannot write FILE" and the cause
   */
  public static void save(Path file, Content content) {
    try {
      write(file, content);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /**
   * The same of a file that must pass a check.
   *
   * @param check receives the complete file under another name, in the same folder; if it throws,
   *     the file is deleted, and a former one is untouched
   * @throws EmanException also where the file is a device or pipe, of which nothing can be checked
   */
  public static void save(Path file, Content content, Consumer<Path> check) {
    OutputFiles.requireFile(file);
    try {
      replace(file, content, check);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /** Writes text in UTF-8, as {@link #save} does. */
  public static void saveString(Path file, String text) {
    save(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** "cannot write FILE: cause", for what is not written through this class as well. */
  public static EmanException cannotWrite(Path file, IOException cause) {
    return new EmanException("cannot write " + file + ": " + IoFailures.reason(cause), cause);
  }

  /**
   * Deletes what killed processes left of their writing. For the owner of the folder's lock alone:
   * the draft of a process that still writes would be lost.
   *
   * @param names of the files that are only ever written by the lock's owner; drafts of others, and
   *     files with names of another form, stay
   */
  public static void deleteDrafts(Path folder, Predicate<String> names) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, ".*")) {
      for (Path entry : entries) {
        if (isDraft(String.valueOf(entry.getFileName()), names)
            && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Whether a name is that of a draft, which has the form {@code .NAME.UUID}.
   *
   * @param names of the files whose drafts are meant
   */
  public static boolean isDraft(String name, Predicate<String> names) {
    Matcher draft = DRAFT.matcher(name);
    return draft.matches() && names.test(draft.group(1));
  }

  /** A failure to write comes out whatever the content's library makes of it, silence included. */
  static void fill(OutputStream raw, Content content) throws IOException {
    Watched watched = new Watched(raw);
    OutputStream out = new BufferedOutputStream(watched, BUFFER);
    try {
      content.writeTo(out);
      out.flush();
    } catch (IOException | RuntimeException e) {
      if (watched.failure != null && watched.failure != e) {
        watched.failure.addSuppressed(e);
        throw watched.failure;
      }
      throw e;
    }
    if (watched.failure != null) {
      throw watched.failure;
    }
  }

  /** Remembers the first failure. */
  private static final class Watched extends FilterOutputStream {
    private @Nullable IOException failure;

    Watched(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }
}
