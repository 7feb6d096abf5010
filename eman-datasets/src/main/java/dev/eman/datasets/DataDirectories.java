package dev.eman.datasets;

import com.google.common.collect.ImmutableSet;
import dev.eman.core.io.PathNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where data is looked for, in this order: the folder that the user names, {@code $EMAN_DATA}, the
 * user's cache, and where Debian's packages put data. A data set lies in a folder of its name
 * there; in the first two also in the folder itself.
 */
public final class DataDirectories {
  /** Debian's packages of data sets, such as dataset-fashion-mnist. */
  private static final Path SYSTEM = Path.of("/usr/share/datasets");

  private final ImmutableSet<Path> named;
  private final ImmutableSet<Path> common;
  private final Path cache;
  private final Optional<Path> images;

  private DataDirectories(
      ImmutableSet<Path> named, ImmutableSet<Path> common, Path cache, Optional<Path> images) {
    this.named = named;
    this.common = common;
    this.cache = cache;
    this.images = images;
  }

  /**
   * The usual places.
   *
   * @param data the folder that the user names, or null
   */
  public static DataDirectories of(@Nullable Path data) {
    return of(data, System.getenv(), PathNames.parse(System.getProperty("user.home", ".")), SYSTEM);
  }

  /** With the surroundings given, for tests. */
  static DataDirectories of(
      @Nullable Path data, Map<String, String> environment, Path home, Path system) {
    Path cache = cacheHome(environment, home).resolve("eman");
    ImmutableSet.Builder<Path> named = ImmutableSet.builder();
    if (data != null) {
      named.add(requireFolder(data, "data"));
    }
    String variable = environment.getOrDefault("EMAN_DATA", "");
    if (!variable.isBlank()) {
      named.add(PathNames.parse(variable));
    }
    return new DataDirectories(
        named.build(), ImmutableSet.of(cache.resolve("data"), system), cache, Optional.empty());
  }

  private static Path requireFolder(Path folder, String content) {
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(
          "expected a folder of "
              + content
              + " at "
              + folder
              + ", found "
              + (Files.exists(folder) ? "a file" : "nothing")
              + "; check the path");
    }
    return folder;
  }

  /**
   * The same places, with a folder that the paths in tables are relative to.
   *
   * @param folder null for that of each table
   * @throws DatasetException if it is no folder
   */
  public DataDirectories withImages(@Nullable Path folder) {
    return new DataDirectories(
        named,
        common,
        cache,
        Optional.ofNullable(folder).map(images -> requireFolder(images, "images")));
  }

  /** The folder that the paths in tables are relative to; empty for that of each table. */
  public Optional<Path> images() {
    return images;
  }

  /** Where data sets are fetched to: each in a folder of its name. */
  public Path fetched() {
    return cache.resolve("data");
  }

  /** Where the lists of large folders and archives are kept. */
  public Path indexes() {
    return cache.resolve("index");
  }

  /** Where images are kept unpacked that are compressed as a whole in their files. */
  public Path unpacked() {
    return cache.resolve("unpacked");
  }

  /** Where published weights are fetched to. */
  public Path weights() {
    return cache.resolve("weights");
  }

  /** Where PyTorch keeps the weights that it has fetched, unless it is configured otherwise. */
  public Path weightsOfPyTorch() {
    return cache.resolveSibling("torch").resolve("hub").resolve("checkpoints");
  }

  /** Where the features of images by models of others are kept. */
  public Path features() {
    return cache.resolve("features");
  }

  /**
   * The first folder that holds a data set.
   *
   * @param name of the folder that it may lie in below a root
   * @param holds whether a folder holds it
   */
  public Optional<Path> find(String name, Predicate<Path> holds) {
    return candidates(name).filter(holds).findFirst();
  }

  /** Says that a data set is nowhere to be found. */
  public DatasetException missing(String name, String expected, String advice) {
    String places = candidates(name).map(Path::toString).collect(Collectors.joining(", "));
    return new DatasetException(
        name + ": expected " + expected + ", found none in " + places + "; " + advice);
  }

  private Stream<Path> candidates(String name) {
    // Only where the user says so: the files of MNIST and its kin are called the same.
    return Stream.concat(
        named.stream().flatMap(root -> Stream.of(root.resolve(name), root)),
        common.stream().map(root -> root.resolve(name)));
  }

  private static Path cacheHome(Map<String, String> environment, Path home) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification: a relative path is to be ignored.
    Path cache = PathNames.parse(xdg);
    return cache.isAbsolute() ? cache : home.resolve(".cache");
  }
}
