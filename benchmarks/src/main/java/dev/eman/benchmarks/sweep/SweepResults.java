package dev.eman.benchmarks.sweep;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.eman.core.EmanException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a sweep that have finished: in its folder, or elsewhere, by tables that sweeps of the
 * same file wrote there ({@link RunsTable}).
 */
final class SweepResults {
  private final SweepFile sweep;
  private final Path root;
  private final ImmutableMap<String, SweepResult> elsewhere;
  private final ImmutableList<String> others;
  private final ImmutableList<String> ofUnknownImages;
  private final SweepData data = new SweepData();

  /** By their names, those in the folder that have been read: what has finished does not change. */
  private final Map<String, SweepResult> read = new HashMap<>();

  /**
   * Reads the tables; folders are read when they are asked for.
   *
   * @param root the sweep's folder
   * @param tables of runs that have finished elsewhere
   * @throws EmanException if a table cannot be read, or has a run of other options or images, or if
   *     a run stands in them with different results
   */
  SweepResults(SweepFile sweep, Path root, List<Path> tables) {
    this.sweep = sweep;
    this.root = root;
    Map<String, SweepRun> runs = new HashMap<>();
    for (SweepFile.Cell cell : sweep.cells()) {
      for (long seed : sweep.seeds()) {
        SweepRun run = SweepRun.of(cell, seed, root);
        runs.put(run.name(), run);
      }
    }
    Map<String, SweepResult> found = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (Path table : tables) {
      for (RunsTable.Row row : RunsTable.read(table)) {
        SweepRun run = runs.get(row.run());
        if (run == null) {
          unknown.add(row.run());
        } else {
          row.checkSame(run, table);
          SweepResult result = row.result();
          if (result.dataFingerprint() != null) {
            data.add(run, table + ": " + row.run(), result.dataFingerprint());
          }
          SweepResult before = found.get(row.run());
          if (before == null || before.dataFingerprint() == null) {
            found.put(row.run(), result);
          }
          if (before != null && !before.isSame(result)) {
            throw new EmanException(
                String.format(
                    "%s: %s stands here with other results than before; leave one of its rows out",
                    table, row.run()));
          }
        }
      }
    }
    this.elsewhere = ImmutableMap.copyOf(found);
    this.others = ImmutableList.copyOf(unknown);
    this.ofUnknownImages =
        found.entrySet().stream()
            .filter(row -> row.getValue().dataFingerprint() == null)
            .map(Map.Entry::getKey)
            .collect(toImmutableList());
  }

  SweepFile sweep() {
    return sweep;
  }

  /** How many of the sweep's runs the tables have. */
  int countOfTables() {
    return elsewhere.size();
  }

  /** Names of runs in the tables that the sweep has not; they do not count. */
  ImmutableList<String> others() {
    return others;
  }

  /** Names of runs in the tables that do not say which images they were trained on. */
  ImmutableList<String> ofUnknownImages() {
    return ofUnknownImages;
  }

  /**
   * Checks that all finished runs of one data set were trained on the same images.
   *
   * @throws EmanException if two were not
   */
  void checkImages() {
    sweep.cells().forEach(this::of);
  }

  /**
   * Checks before a run is trained that it will be on the images of those that have finished.
   *
   * @throws EmanException if the images that are here are others
   */
  void checkImages(SweepRun run) {
    data.checkBefore(run);
  }

  /**
   * What a run came to; null if it has not finished. What is in the folder counts first.
   *
   * @throws EmanException if it was trained on other images than others of the same data set
   */
  @Nullable SweepResult find(SweepFile.Cell cell, long seed) {
    SweepRun run = SweepRun.of(cell, seed, root);
    SweepResult known = read.get(run.name());
    if (known == null && run.finished()) {
      known = SweepResult.of(run);
      data.add(run, run.folder().toString(), requireNonNull(known.dataFingerprint()));
      read.put(run.name(), known);
    }
    return known != null ? known : elsewhere.get(run.name());
  }

  /** Whether a run has finished elsewhere alone. */
  boolean isElsewhere(SweepRun run) {
    return !run.finished() && elsewhere.containsKey(run.name());
  }

  /** The finished runs of a cell, in the order of their seeds. */
  ImmutableList<SweepResult> of(SweepFile.Cell cell) {
    ImmutableList.Builder<SweepResult> found = ImmutableList.builder();
    for (long seed : sweep.seeds()) {
      SweepResult result = find(cell, seed);
      if (result != null) {
        found.add(result);
      }
    }
    return found.build();
  }
}
