package dev.eman.datasets.split;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folders and files that a data set's images lie in, to find them among others. There may be a
 * million files: each is looked up once, and its folder with the first one that lies in it.
 */
final class OwnImages {
  /** The data set's places by their real paths. */
  private final Map<Path, Path> own = new LinkedHashMap<>();

  /** Real paths of folders, as many files lie in one. */
  private final Map<Path, Path> folders = new HashMap<>();

  OwnImages(ImmutableList<Path> places) {
    places.forEach(place -> own.putIfAbsent(real(place), place));
  }

  /**
   * A place of the data set's that has images in common with a folder, as one of the two lies in
   * the other or they are the same; empty if there is none.
   */
  Optional<Path> inFolder(Path folder) {
    if (own.isEmpty()) {
      return Optional.empty();
    }
    Path real = followed(folder);
    return around(real)
        .or(
            () ->
                own.entrySet().stream()
                    .filter(place -> place.getKey().startsWith(real))
                    .map(Map.Entry::getValue)
                    .findFirst());
  }

  /** A place of the data set's that is one of some files or has one of them; empty if none is. */
  Optional<Path> amongFiles(Stream<Path> files) {
    return own.isEmpty()
        ? Optional.empty()
        : files.flatMap(file -> around(real(file)).stream()).findFirst();
  }

  /** The place that is the path itself or a folder that it lies in. */
  private Optional<Path> around(Path real) {
    for (Path at = real; at != null; at = at.getParent()) {
      Path place = own.get(at);
      if (place != null) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  private Path real(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    Path name = path.getFileName();
    if (parent == null || name == null || !isPlainFile(path)) {
      return followed(path);
    }
    return folders.computeIfAbsent(parent, OwnImages::followed).resolve(name);
  }

  /** Whether it is neither a folder nor a link. */
  private static boolean isPlainFile(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile();
    } catch (IOException e) {
      return false;
    }
  }

  /** Not made shorter before: what {@code ..} means depends on the links in front of it. */
  private static Path followed(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize(); // Missing: opening it says so.
    }
  }
}
