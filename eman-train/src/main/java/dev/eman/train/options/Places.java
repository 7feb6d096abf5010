package dev.eman.train.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.eman.core.UsageException;
import dev.eman.core.io.PathNames;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the paths in a run's configuration lie. Each is recorded as absolute, and relative to the
 * run's folder too, so that a run and its data can be moved together.
 *
 * @param relative paths relative to the run's folder
 * @param missing the places, in words, where a path was looked for and not found
 */
record Places(
    ImmutableMap<TrainingOption<?>, String> relative,
    ImmutableMap<TrainingOption<?>, String> missing) {
  /** The key of the relative paths in a configuration. */
  static final String KEY = "relative-to-run";

  static final Places NONE = new Places(ImmutableMap.of(), ImmutableMap.of());

  /** The paths of a run's options, except those that have nothing in common with its folder's. */
  static Map<TrainingOption<?>, String> relative(TrainingOptions options, Path run) {
    Path folder = run.toAbsolutePath().normalize();
    Map<TrainingOption<?>, String> relative = new LinkedHashMap<>();
    for (TrainingOption<?> option : TrainingOptions.all()) {
      option
          .textIn(options)
          .flatMap(option::place)
          .filter(place -> beginAlike(place, folder))
          .ifPresent(
              place ->
                  relative.put(option, folder.relativize(place).toString().replace('\\', '/')));
    }
    return relative;
  }

  private static boolean beginAlike(Path place, Path folder) {
    return place.getNameCount() > 0
        && folder.getNameCount() > 0
        && folder.getRoot() != null
        && folder.getRoot().equals(place.getRoot())
        && folder.getName(0).equals(place.getName(0));
  }

  /** Reads the relative paths of a configuration. */
  static Places parse(JsonNode tree) {
    Checks.require(tree.isObject(), "%s: expected options with paths nested under it", KEY);
    ImmutableMap.Builder<TrainingOption<?>, String> relative = ImmutableMap.builder();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      String text = entry.getValue().asText();
      try {
        Checks.require(
            entry.getValue().isTextual() && !Path.of(text).isAbsolute(),
            "%s: %s: expected a relative path",
            KEY,
            entry.getKey());
      } catch (InvalidPathException e) {
        throw new UsageException(
            KEY + ": " + entry.getKey() + ": " + text + ": " + PathNames.reason(e), e);
      }
      relative.put(TrainingOptions.named(entry.getKey()), text);
    }
    return new Places(relative.buildOrThrow(), ImmutableMap.of());
  }

  /**
   * Looks for the paths where they were, then at the same place relative to the run's folder.
   *
   * @param texts of options; those that are found elsewhere are replaced
   */
  Places locate(Map<TrainingOption<?>, String> texts, Path run) {
    Map<TrainingOption<?>, String> nowhere = new LinkedHashMap<>();
    for (Map.Entry<TrainingOption<?>, String> entry : texts.entrySet()) {
      Path place = entry.getKey().place(entry.getValue()).orElse(null);
      if (place == null || Files.exists(place)) {
        continue;
      }
      String fromRun = relative.get(entry.getKey());
      Path moved = fromRun == null ? place : run.toAbsolutePath().resolve(fromRun).normalize();
      if (Files.exists(moved)) {
        entry.setValue(moved.toString());
      } else {
        nowhere.put(
            entry.getKey(),
            place
                + (moved.equals(place)
                    ? ""
                    : ", where it was, or at " + moved + ", the same place relative to the run"));
      }
    }
    return new Places(relative, ImmutableMap.copyOf(nowhere));
  }

  /** Those of other options. */
  Places without(Collection<? extends TrainingOption<?>> options) {
    return new Places(
        ImmutableMap.copyOf(Maps.filterKeys(relative, option -> !options.contains(option))),
        ImmutableMap.copyOf(Maps.filterKeys(missing, option -> !options.contains(option))));
  }

  /** With those of later options. */
  Places and(Places later) {
    return new Places(join(relative, later.relative), join(missing, later.missing));
  }

  private static ImmutableMap<TrainingOption<?>, String> join(
      Map<TrainingOption<?>, String> first, Map<TrainingOption<?>, String> second) {
    return ImmutableMap.<TrainingOption<?>, String>builder()
        .putAll(first)
        .putAll(second)
        .buildKeepingLast();
  }
}
