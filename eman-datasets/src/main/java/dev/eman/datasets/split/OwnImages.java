package dev.eman.datasets.split;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The folders and files that a data set's images lie in, to find them among others. */
final class OwnImages {
  private final ImmutableList<Path> places;
  private final Set<Path> own = new HashSet<>();

  /** Real paths of folders, as many files lie in one. */
  private final Map<Path, Path> folders = new HashMap<>();

  OwnImages(ImmutableList<Path> places) {
    this.places = places;
    places.forEach(place -> own.add(real(place)));
  }

  /**
   * A place of the data set's that has images in common with others, as one of the two lies in the
   * other or they are the same; empty if there is none.
   *
   * @param others folders and files
   */
  Optional<Path> among(List<Path> others) {
    Set<Path> found = new HashSet<>();
    for (Path other : others) {
      Path real = real(other);
      Optional<Path> within = at(real, own);
      if (within.isPresent()) {
        return places.stream().filter(place -> real(place).equals(within.get())).findFirst();
      }
      found.add(real);
    }
    return places.stream().filter(place -> at(real(place), found).isPresent()).findFirst();
  }

  /** The path itself or a folder that it lies in, whichever is one of these. */
  private static Optional<Path> at(Path path, Set<Path> these) {
    for (Path folder = path; folder != null; folder = folder.getParent()) {
      if (these.contains(folder)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  private Path real(Path path) {
    Path plain = path.toAbsolutePath().normalize();
    Path parent = plain.getParent();
    Path name = plain.getFileName();
    if (parent == null || name == null || Files.isSymbolicLink(plain)) {
      return followed(plain);
    }
    return folders.computeIfAbsent(parent, OwnImages::followed).resolve(name);
  }

  private static Path followed(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // Missing: opening it says so.
    }
  }
}
