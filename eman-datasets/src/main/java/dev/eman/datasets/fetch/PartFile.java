package dev.eman.datasets.fetch;

import com.google.common.base.Strings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The part of a download that is already here, {@code NAME.part}. Beside it, {@code NAME.part.tag}
 * says of which version of the file on the server: its ETag or the time of its last change.
 */
final class PartFile {
  private final Path path;
  private final Path tagPath;

  PartFile(Path target) {
    this.path = target.resolveSibling(target.getFileName() + ".part");
    this.tagPath = target.resolveSibling(target.getFileName() + ".part.tag");
  }

  Path path() {
    return path;
  }

  /** How many bytes are here; 0 without a file. */
  long size() throws IOException {
    return Files.exists(path) ? Files.size(path) : 0;
  }

  /** The version that the part is of; null where the server named none. */
  @Nullable String tag() throws IOException {
    return Files.exists(tagPath) ? Strings.emptyToNull(Files.readString(tagPath).strip()) : null;
  }

  /** Opens the part to append to it. */
  FileChannel append() throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Drops what is here and opens an empty part of the given version. */
  FileChannel restart(@Nullable String tag) throws IOException {
    // In this order, so that old bytes never lie beside a new tag, whenever the process ends.
    delete();
    if (tag != null) {
      Files.writeString(tagPath, tag);
    }
    return append();
  }

  /** Makes the part the whole file. */
  void becomes(Path target) throws IOException {
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(tagPath);
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(tagPath);
  }
}
