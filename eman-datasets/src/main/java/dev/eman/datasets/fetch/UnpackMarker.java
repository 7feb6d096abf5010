package dev.eman.datasets.fetch;

import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Longs;
import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * The file {@code NAME.unpacked}: the archive's checksum, then the names that it has at its top
 * level, one a line, and behind a line {@code /files} the size and path of each file. Written
 * before these get their final names, so that after a crash those that are there are known to be
 * whole and from this archive. Earlier versions wrote no sizes.
 */
final class UnpackMarker {
  /** No name, as it has a slash. */
  private static final String FILES = "/files";

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
    ImmutableList<String> lines = lines();
    ImmutableSet<String> names =
        lines.stream().takeWhile(line -> !line.equals(FILES)).collect(toImmutableSet());
    return names.stream().allMatch(UnpackMarker::isName) ? names : ImmutableSet.of();
  }

  /** The lines behind the checksum. */
  private ImmutableList<String> lines() throws IOException {
    if (!Files.isRegularFile(path)) {
      return ImmutableList.of();
    }
    ImmutableList<String> lines;
    try {
      lines = ImmutableList.copyOf(Files.readAllLines(path));
    } catch (CharacterCodingException e) {
      return ImmutableList.of(); // Damaged: as if it were of another archive.
    }
    return lines.isEmpty() || !lines.get(0).equals(checksum)
        ? ImmutableList.of()
        : lines.subList(1, lines.size());
  }

  /** Whether all that the archive has is there, each file as long as it was at least. */
  boolean complete() throws IOException {
    ImmutableSet<String> names = names();
    return !names.isEmpty()
        && names.stream().allMatch(this::exists)
        && lines().stream().dropWhile(line -> !line.equals(FILES)).skip(1).allMatch(this::isWhole);
  }

  private boolean isWhole(String line) {
    int space = line.indexOf(' ');
    Long bytes = space < 0 ? null : Longs.tryParse(line.substring(0, space));
    return bytes != null && isWhole(line.substring(space + 1), bytes);
  }

  /**
   * Whether a file is there and not truncated. One that has grown is a user's own.
   *
   * @param file with {@code /}
   */
  boolean isWhole(String file, long bytes) {
    try {
      return Files.size(directory.resolve(file)) >= bytes;
    } catch (IOException | InvalidPathException e) {
      return false;
    }
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

  /**
   * Writes the marker.
   *
   * @param files sizes in bytes by path
   */
  void write(Set<String> names, Map<String, Long> files) throws IOException {
    StringBuilder text = new StringBuilder(checksum).append('\n');
    names.forEach(name -> text.append(name).append('\n'));
    text.append(FILES).append('\n');
    files.forEach((file, bytes) -> text.append(bytes).append(' ').append(file).append('\n'));
    AtomicFiles.writeString(path, text.toString());
  }
}
