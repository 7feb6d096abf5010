package dev.eman.train.metrics;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repairs damaged metrics: one row per step, with empty cells for what is lost. */
final class MetricsRepair {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsRepair.class);

  private final ImmutableList<String> columns;

  /** Accuracies by step and name. */
  private final Map<Long, Map<String, String>> known = new HashMap<>();

  /** Where the intact row of each step is in the file, in bytes; 0 if there is none. */
  private final long[] starts;

  private final int[] lengths;
  private int intact;

  private MetricsRepair(Path file, int steps, History history) {
    starts = new long[steps + 1];
    lengths = new int[steps + 1];
    Set<String> names = new LinkedHashSet<>(find(file));
    names.add("step");
    history.forEachAccuracy(
        (step, name, value) -> {
          names.add(name);
          known
              .computeIfAbsent(step, any -> new LinkedHashMap<>())
              .put(name, MetricsFile.number(value));
        });
    columns = ImmutableList.copyOf(names);
  }

  /**
   * Replaces a damaged file, of which a copy is kept, and logs what is lost.
   *
   * @param damage its first
   * @param steps number of rows to write
   * @param history its accuracies replace lost ones
   */
  static void repair(Path file, String damage, long steps, History history) {
    MetricsRepair repair = new MetricsRepair(file, Math.toIntExact(steps), history);
    Path kept = keep(file);
    if (kept == null) {
      AtomicFiles.save(file, out -> repair.write(out, null));
    } else {
      AtomicFiles.save(
          file,
          out -> {
            try (FileChannel damaged = FileChannel.open(kept)) {
              repair.write(out, damaged);
            }
          });
    }
    LOG.warn(
        "{} was damaged: {}. {} of {} rows are intact; the others keep at most accuracies, and"
            + " their time is missing from the run's total. The damaged file is {}.",
        Printable.escape(file.toString()),
        Printable.escape(damage),
        repair.intact,
        steps,
        kept == null ? "gone" : "kept as " + Printable.escape(kept.toString()));
  }

  /** Finds the first intact row of each step. Returns the names of the columns. */
  private ImmutableList<String> find(Path file) {
    try (MetricsRows rows = MetricsRows.open(file)) {
      while (rows.nextLine()) {
        long claimed = rows.claimedStep();
        if (claimed >= 1 && claimed < starts.length && rows.wrong(claimed) == null) {
          int step = (int) claimed;
          if (starts[step] == 0) {
            starts[step] = rows.start();
            lengths[step] = (int) (rows.end() - rows.start());
            intact++;
          }
        }
      }
      return rows.columns();
    }
  }

  /**
   * Writes all rows.
   *
   * @param damaged the file with the intact ones; null if there is none
   */
  private void write(OutputStream out, @Nullable FileChannel damaged) throws IOException {
    MetricsFile.writeRow(out, columns);
    for (int step = 1; step < starts.length; step++) {
      List<String> cells = new ArrayList<>();
      if (damaged == null || starts[step] == 0) {
        cells.add(Integer.toString(step));
      } else {
        cells.addAll(cells(damaged, starts[step], lengths[step]));
      }
      while (cells.size() < columns.size()) {
        cells.add("");
      }
      known
          .getOrDefault((long) step, Map.of())
          .forEach((name, value) -> cells.set(columns.indexOf(name), value));
      MetricsFile.writeRow(out, cells);
    }
  }

  private static List<String> cells(FileChannel file, long start, int length) throws IOException {
    ByteBuffer row = ByteBuffer.allocate(length);
    while (row.hasRemaining() && file.read(row, start + row.position()) > 0) {}
    return Splitter.on(',')
        .splitToList(new String(row.array(), StandardCharsets.UTF_8).stripTrailing());
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
