package dev.eman.datasets.fetch;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.core.io.Printable;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Where an archive's entry belongs below the folder that it is unpacked into.
 *
 * @param parts the folders and the file's name; none for that folder itself
 */
record EntryPath(ImmutableList<String> parts) {
  /** Refuses what is neither file nor folder, and names that lead out of the folder. */
  static EntryPath of(Path archive, TarArchiveEntry entry) {
    String name = entry.getName();
    if (entry.isLink()
        || entry.isSymbolicLink()
        || entry.isFIFO()
        || entry.isCharacterDevice()
        || entry.isBlockDevice()) {
      throw refused(archive, name, "a link or device");
    }
    // A few bytes may stand for terabytes of zeros.
    if (entry.isSparse()) {
      throw refused(archive, name, "a sparse file");
    }
    if (!entry.isCheckSumOK()) {
      throw refused(archive, name, "a damaged header");
    }
    // A backslash or a drive's colon would lead elsewhere on Windows.
    if (name.startsWith("/")
        || name.matches("(?s).*\\\\.*|[A-Za-z]:.*")
        || Printable.hasControls(name)) {
      throw refused(archive, name, "an absolute path or one with unusual characters");
    }
    ImmutableList.Builder<String> parts = ImmutableList.builder();
    for (String part : Splitter.on('/').omitEmptyStrings().split(name)) {
      if (part.equals("..")) {
        throw refused(archive, name, "a path that leads out of the folder");
      }
      if (!part.equals(".")) {
        parts.add(part);
      }
    }
    return new EntryPath(parts.build());
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  String top() {
    return parts.get(0);
  }

  Path below(Path folder) {
    Path path = folder;
    for (String part : parts) {
      path = path.resolve(part);
    }
    return path;
  }

  private static FetchException refused(Path archive, String name, String found) {
    return new FetchException(
        "Cannot unpack "
            + archive
            + ": expected files and folders within it, found '"
            + name
            + "', "
            + found
            + ". Nothing was unpacked. Check where the archive comes from.");
  }
}
