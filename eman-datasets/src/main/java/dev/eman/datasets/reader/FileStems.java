package dev.eman.datasets.reader;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * How many images in a folder have a name, whatever their extension is. Lists each folder once, and
 * keeps 8 bytes for each image: asking the file system for every extension of a million names takes
 * long.
 */
final class FileStems {
  private final Path root;
  private final Map<String, long[]> hashes = new HashMap<>();

  /** Paths are below {@code root}, or absolute. */
  FileStems(Path root) {
    this.root = root;
  }

  /** Whether one image alone, as far as its name's hash tells, has this path without extension. */
  boolean isOnly(String path) {
    int slash = path.lastIndexOf('/') + 1;
    long[] folder = hashes.computeIfAbsent(path.substring(0, slash), this::list);
    long hash = hash(path.substring(slash));
    int at = Arrays.binarySearch(folder, hash);
    return at >= 0
        && (at == 0 || folder[at - 1] != hash)
        && (at == folder.length - 1 || folder[at + 1] != hash);
  }

  private long[] list(String folder) {
    LongStream.Builder found = LongStream.builder();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(folder))) {
      for (Path file : files) {
        Path last = file.getFileName();
        String name = last == null ? "" : last.toString();
        if (ImageFiles.isImage(name)) {
          found.add(hash(name.substring(0, name.lastIndexOf('.'))));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return new long[0]; // Looking for the image itself will tell.
    }
    return found.build().sorted().toArray();
  }

  private static long hash(String name) {
    return Hashing.farmHashFingerprint64().hashString(name, StandardCharsets.UTF_8).asLong();
  }
}
