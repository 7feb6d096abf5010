package dev.eman.cli.doctor;

import dev.eman.core.io.IoFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Explains why native libraries could not be loaded where they could not be unpacked: JavaCPP does
 * so on first use, and only says then that there are none.
 *
 * @param found in words
 * @param advice what to change
 */
public record NativesFailure(String found, String advice) {
  /** What they take on Linux, all in all. */
  static final long NEEDED = 600 * Rules.MIB;

  /** Too little for any of them: what was unpacked for other versions may take any room. */
  private static final long NOTHING = 16 * Rules.MIB;

  /** Written to see whether there is a quota, of which the free room says nothing. */
  private static final int PROBE = 1 << 20;

  private static final String ELSEWHERE = "EMAN_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR";

  /** Maximum length of a chain of causes; a chain may be circular. */
  private static final int DEEPEST = 32;

  /** Null for a failure of another kind, and where there is room. */
  public static @Nullable NativesFailure of(Throwable failure) {
    if (!(cause(failure) instanceof UnsatisfiedLinkError link)) {
      return null;
    }
    Path cache;
    try {
      cache = Loader.getCacheDir().toPath();
    } catch (IOException e) { // JavaCPP has tried the home and the folder for temporary files.
      return new NativesFailure(
          "cannot unpack the native libraries: no folder for them can be written to",
          "name one: " + ELSEWHERE);
    }
    return of(link, cache, cache.toFile().getUsableSpace(), used(cache), refusal(cache));
  }

  /**
   * The same of a folder.
   *
   * @param link what Java says
   * @param free bytes
   * @param used bytes of what has been unpacked
   * @param refusal why nothing can be written; empty if something can
   */
  static @Nullable NativesFailure of(
      UnsatisfiedLinkError link, Path cache, long free, long used, String refusal) {
    boolean unpacked = used >= NEEDED; // Then nothing needs to be written.
    if (free >= Math.max(NOTHING, NEEDED - used) && (unpacked || refusal.isEmpty())) {
      return null;
    }
    return new NativesFailure(
        String.format(
            Locale.ROOT,
            "cannot unpack the native libraries to %s (%,d MiB free, about %,d needed%s); Java"
                + " says: %s",
            cache,
            free / Rules.MIB,
            NEEDED / Rules.MIB,
            refusal.isEmpty() ? "" : "; " + refusal,
            link.getMessage()),
        "make room, or " + ELSEWHERE);
  }

  /** The library that could not be loaded, in place of what failed for want of it. */
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    Throwable next = failure;
    for (int depth = 0; next != null && depth < DEEPEST; next = next.getCause(), depth++) {
      if (next instanceof UnsatisfiedLinkError) {
        cause = next;
      }
    }
    return cause;
  }

  /** Why nothing can be written to a folder; empty if something can. */
  static String refusal(Path folder) {
    try {
      Path probe = Files.createTempFile(folder, "probe", null);
      try {
        Files.write(probe, new byte[PROBE]);
      } finally {
        Files.delete(probe);
      }
      return "";
    } catch (IOException e) {
      return IoFailures.reason(e);
    }
  }

  private static long used(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // Another process unpacks.
    }
  }

  @Override
  public String toString() {
    return found + ": " + advice;
  }
}
