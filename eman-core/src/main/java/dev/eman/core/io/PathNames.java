package dev.eman.core.io;

import dev.eman.core.UsageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths as users write them. */
public final class PathNames {
  private PathNames() {}

  /**
   * A path of this machine.
   *
   * @throws UsageException if there can be none of that name, also where Java takes names for ASCII
   */
  public static Path parse(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("expected a path, got " + text + ": " + reason(e), e);
    }
  }

  /** Why a text is no path, in words. */
  public static String reason(InvalidPathException failure) {
    return failure.getReason().startsWith("Malformed input") // As Java says on Linux and macOS.
        ? "Java cannot name it in this locale; set LC_ALL=C.UTF-8"
        : failure.getReason();
  }
}
