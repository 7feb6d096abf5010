package dev.eman.datasets.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Renames that either happen wholly or not at all. */
final class AtomicMoves {
  private AtomicMoves() {}

  /** Renames within one file system; a file at {@code to} is replaced. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes a small text so that nobody ever sees half of it. */
  static void write(Path to, String text) throws IOException {
    Path draft = to.resolveSibling(to.getFileName() + ".new");
    Files.writeString(draft, text);
    move(draft, to);
  }
}
