package dev.eman.datasets.fetch;

import com.google.common.collect.ImmutableSet;
import com.google.common.io.ByteStreams;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Unpacks an archive beside itself. All of it goes to {@code NAME.unpacking} first; only then do
 * the folders and files of its top level get their final places, each at once.
 */
final class TarGz {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path archive;
  private final Path directory;
  private final Path temporary;
  private final UnpackMarker marker;
  private final FetchListener listener;

  TarGz(Path archive, UnpackMarker marker, FetchListener listener) {
    this.archive = archive;
    this.directory = archive.resolveSibling("");
    this.temporary = archive.resolveSibling(archive.getFileName() + ".unpacking");
    this.marker = marker;
    this.listener = listener;
  }

  void unpack() throws IOException, InterruptedException {
    deleteTemporary();
    Files.createDirectory(temporary);
    try {
      Map<String, Long> files = new LinkedHashMap<>();
      Set<String> names = extract(marker.names(), files);
      marker.write(names, files);
      for (String name : names) {
        Path to = directory.resolve(name);
        if (!Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(temporary.resolve(name), to, StandardCopyOption.ATOMIC_MOVE);
        }
        listener.unpacked(to);
      }
      for (Map.Entry<String, Long> file : files.entrySet()) {
        if (!marker.isWhole(file.getKey(), file.getValue())) {
          replace(file.getKey());
        }
      }
    } finally {
      deleteTemporary();
    }
  }

  /** A file in a folder that was there, which is missing or truncated. */
  private void replace(String file) throws IOException {
    Path to = directory.resolve(file);
    Path parent = to.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.move(temporary.resolve(file), to, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Returns the names at the archive's top level.
   *
   * @param files to add the sizes of all files to, by path
   */
  private Set<String> extract(ImmutableSet<String> known, Map<String, Long> files)
      throws IOException, InterruptedException {
    Set<String> names = new LinkedHashSet<>();
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(archive), BUFFER_BYTES);
        InputStream unzipped =
            GzipCompressorInputStream.builder()
                .setInputStream(raw)
                .setDecompressConcatenated(true)
                .get();
        InputStream guarded = new TarGuard(unzipped, archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(guarded)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (Thread.interrupted()) {
          throw new InterruptedException("while unpacking " + archive);
        }
        EntryPath path = EntryPath.of(archive, entry);
        if (path.isEmpty()) {
          continue;
        }
        Path to = place(path);
        if (names.add(path.top()) && !known.contains(path.top())) {
          checkFree(path.top());
        }
        write(entry, tar, to);
        if (!entry.isDirectory()) {
          files.put(String.join("/", path.parts()), Files.size(to));
        }
      }
    }
    if (names.isEmpty()) {
      throw new FetchException("Expected files in " + archive + ", found none.");
    }
    return names;
  }

  private Path place(EntryPath path) {
    try {
      return path.below(temporary);
    } catch (InvalidPathException e) {
      throw new FetchException(
          "Cannot unpack "
              + archive
              + ": expected names that this system can store, found '"
              + String.join("/", path.parts())
              + "'. Start Java with LC_ALL=C.UTF-8, then fetch again.",
          e);
    }
  }

  private static void write(TarArchiveEntry entry, InputStream content, Path to)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(to);
      return;
    }
    Path parent = to.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    // A tar archive may hold a file twice; the later one counts. No link can lie here.
    try (OutputStream out =
        Files.newOutputStream(
            to,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteStreams.copy(content, out);
    }
  }

  private void checkFree(String name) {
    Path to = directory.resolve(name);
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      throw new FetchException(
          "Cannot unpack "
              + archive
              + ": expected nothing at "
              + to
              + ", found a file or folder that was not unpacked from this archive. Move it away or"
              + " delete it, then fetch again.");
    }
  }

  /** Whether a process that was killed left something. */
  boolean hasLeftovers() {
    return Files.exists(temporary, LinkOption.NOFOLLOW_LINKS);
  }

  /** For the lock's owner. */
  void deleteLeftovers() throws IOException {
    deleteTemporary();
    marker.deleteDrafts();
  }

  private void deleteTemporary() throws IOException {
    if (hasLeftovers()) {
      // No link was ever unpacked into it, so that nothing outside can be reached from it.
      MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
