package dev.eman.datasets.fetch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/**
 * The file {@code NAME.unpacked}: the archive's checksum, then the names that it has at its top
 * level, one a line. Written before these get their final names, so that after a crash those that
 * are there are known to be whole and from this archive.
 */
final class UnpackMarker {
  private final Path path;
  private final Path directory;
  private final String checksum;

  UnpackMarker(Path archive, String checksum) {
    this.path = archive.resolveSibling(archive.getFileName() + ".unpacked");
    this.directory = archive.resolveSibling("");
    this.checksum = checksum;
  }

  /** The names that the marker lists; none without a marker or with one of another archive. */
  ImmutableSet<String> names() throws IOException {
    if (!Files.isRegularFile(path)) {
      return ImmutableSet.of();
    }
    ImmutableList<String> lines;
    try {
      lines = ImmutableList.copyOf(Files.readAllLines(path));
    } catch (CharacterCodingException e) {
      return ImmutableSet.of(); // Damaged: as if it were of another archive.
    }
    if (lines.isEmpty() || !lines.get(0).equals(checksum)) {
      return ImmutableSet.of();
    }
    ImmutableSet<String> names = ImmutableSet.copyOf(lines.subList(1, lines.size()));
    return names.stream().allMatch(UnpackMarker::isName) ? names : ImmutableSet.of();
  }

  /** Whether all that the archive has is there. */
  boolean complete() throws IOException {
    ImmutableSet<String> names = names();
    return !names.isEmpty() && names.stream().allMatch(this::exists);
  }

  /** Whether it is one of this folder's entries, not the folder itself or another place. */
  private static boolean isName(String name) {
    return !name.isEmpty() && !name.equals(".") && !name.equals("..") && !name.contains("/");
  }

  private boolean exists(String name) {
    try {
      return Files.exists(directory.resolve(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** For the lock's owner: what a killed process left of its writing. */
  void deleteDrafts() throws IOException {
    AtomicFiles.deleteDrafts(directory, String.valueOf(path.getFileName())::equals);
  }

  void write(Set<String> names) throws IOException {
    AtomicFiles.writeString(path, checksum + "\n" + String.join("\n", names) + "\n");
  }
}
