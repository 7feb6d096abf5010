package dev.eman.core.io;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Replaces files in one step: whoever looks, also after a power failure or on a full disk, sees the
 * former file or the new one, never a part.
 */
public final class AtomicFiles {
  private static final int BUFFER = 1 << 16;

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Content {
    /** Writes to the stream, which the caller closes. */
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Writes a file beside the target, forces it to the disk and renames it.
   *
   * @param file to be replaced or made; its folder must exist
   * @throws IOException if that fails; the former file, if any, is untouched then
   */
  public static void write(Path file, Content content) throws IOException {
    Path absolute = file.toAbsolutePath();
    // Not a temporary file: that would be readable for its owner alone.
    Path draft = absolute.resolveSibling("." + absolute.getFileName() + "." + UUID.randomUUID());
    try {
      try (FileOutputStream raw = new FileOutputStream(draft.toFile())) {
        OutputStream out = new BufferedOutputStream(raw, BUFFER);
        content.writeTo(out);
        out.flush();
        raw.getFD().sync();
      }
      Files.move(
          draft, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft); // Gone already if all went well.
    }
  }

  /** Writes text in UTF-8. */
  public static void writeString(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
