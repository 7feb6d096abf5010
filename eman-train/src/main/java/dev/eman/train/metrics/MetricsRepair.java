package dev.eman.train.metrics;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repairs damaged metrics: one row per step, with empty cells for what is lost. */
final class MetricsRepair {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsRepair.class);

  private MetricsRepair() {}

  /**
   * Keeps a copy of the damaged file and logs what is lost.
   *
   * @param table the intact rows of the file
   * @param steps number of rows to write
   * @param history its accuracies replace lost ones
   */
  static MetricsTable repair(Path file, MetricsTable table, long steps, History history) {
    Map<Long, Map<String, String>> known = new HashMap<>();
    Set<String> names = new LinkedHashSet<>(table.columns());
    names.add("step");
    history.forEachAccuracy(
        (step, name, value) -> {
          names.add(name);
          known
              .computeIfAbsent(step, any -> new LinkedHashMap<>())
              .put(name, MetricsFile.number(value));
        });
    ImmutableList<String> columns = ImmutableList.copyOf(names);
    Map<Long, List<String>> rows = new TreeMap<>();
    for (long step = 1; step <= steps; step++) {
      List<String> cells =
          new ArrayList<>(table.rows().getOrDefault(step, List.of(Long.toString(step))));
      while (cells.size() < columns.size()) {
        cells.add("");
      }
      known
          .getOrDefault(step, Map.of())
          .forEach((name, value) -> cells.set(columns.indexOf(name), value));
      rows.put(step, cells);
    }
    Path kept = keep(file);
    LOG.warn(
        "{} was damaged: {}. {} of {} rows are intact; the others keep at most accuracies, and"
            + " their time is missing from the run's total. The damaged file is {}.",
        Printable.escape(file.toString()),
        Printable.escape(String.valueOf(table.damage())),
        table.rows().size(),
        steps,
        kept == null ? "gone" : "kept as " + Printable.escape(kept.toString()));
    return new MetricsTable(columns, rows, null);
  }

  /** Copies the damaged file; returns the copy, or null if there is no file. */
  private static @Nullable Path keep(Path file) {
    if (!Files.exists(file)) {
      return null;
    }
    Path kept = file.resolveSibling(file.getFileName() + ".damaged");
    for (int i = 2; Files.exists(kept); i++) {
      kept = file.resolveSibling(file.getFileName() + ".damaged-" + i);
    }
    AtomicFiles.save(kept, out -> Files.copy(file, out));
    return kept;
  }
}
