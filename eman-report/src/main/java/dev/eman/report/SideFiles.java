package dev.eman.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.io.IoFailures;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.SideFile;
import dev.eman.train.metrics.MetricsTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a report can do without; remembers what is damaged. */
final class SideFiles {
  private static final String LEFT_OUT = "left out: ";

  private final RunFiles files;
  private final List<String> damages = new ArrayList<>();

  SideFiles(RunFiles files) {
    this.files = files;
  }

  /** The content of a file; missing if it is not there, or damaged. */
  JsonNode json(Path file) {
    try {
      return SideFile.read(file, files.root());
    } catch (EmanException e) {
      damages.add(LEFT_OUT + e.getMessage());
      return MissingNode.getInstance();
    }
  }

  /** The options; empty if the run has not recorded them, or they are damaged. */
  String config() {
    if (!files.isBegun()) {
      return "";
    }
    try {
      String config = Files.readString(files.config());
      if (config.isBlank()) {
        damages.add(
            LEFT_OUT
                + files.config()
                + " is damaged: expected the options, found an empty file; put back a copy of it");
      }
      return config;
    } catch (IOException e) {
      damages.add(LEFT_OUT + "cannot read " + files.config() + ": " + IoFailures.reason(e));
      return "";
    }
  }

  /**
   * The columns of the metrics, which are not whole where their end is lost.
   *
   * @param record of a finished run; else null
   * @throws EmanException if rows are damaged
   */
  Map<String, double[]> metrics(@Nullable RunRecord record) {
    Map<String, double[]> columns = MetricsTable.read(files.metrics()).numbers();
    long rows = columns.getOrDefault("step", new double[0]).length;
    if (record != null && rows < record.training().steps()) {
      damages.add(
          String.format(
              Locale.ROOT,
              "%s ends at step %,d of %,d; %s",
              files.metrics(),
              rows,
              record.training().steps(),
              MetricsTable.remedy(files.metrics())));
    }
    return columns;
  }

  ImmutableList<String> damages() {
    return ImmutableList.copyOf(damages);
  }
}
