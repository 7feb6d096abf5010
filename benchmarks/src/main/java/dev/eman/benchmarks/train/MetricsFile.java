package dev.eman.benchmarks.train;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.train.TrainingListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code metrics.csv}: a row for each step. Rows reach the disk with every checkpoint, and a run
 * that goes on drops those behind its checkpoint, so there is neither gap nor repeat.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
  private static final Joiner COMMAS = Joiner.on(',');
  private static final int FLUSH_EVERY = 50;

  private final Path file;
  private final List<String> columns = new ArrayList<>();
  private final List<String> waiting = new ArrayList<>();
  private final Map<String, String> row = new LinkedHashMap<>();
  private boolean newColumns;
  private double seconds;

  private MetricsFile(Path file) {
    this.file = file;
  }

  /** A new file. */
  public static MetricsFile create(Path file) {
    return new MetricsFile(file);
  }

  /** A file to go on with, cut off behind a step. */
  static MetricsFile resume(Path file, long step) {
    MetricsFile metrics = new MetricsFile(file);
    if (!Files.exists(file)) {
      return metrics;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      List<String> kept = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        List<String> cells = Splitter.on(',').splitToList(lines.get(i));
        if (i == 0) {
          metrics.columns.addAll(cells);
        }
        // A row that was cut off by a kill is behind the checkpoint too.
        if (i == 0 || (cells.size() > 1 && isUpTo(cells.get(0), step))) {
          kept.add(lines.get(i));
          metrics.seconds += i == 0 ? 0 : seconds(metrics.columns, cells);
        }
      }
      AtomicFiles.writeString(file, String.join("\n", kept) + "\n");
    } catch (IOException e) {
      throw new EmanException("cannot read " + file + ": " + e, e);
    }
    return metrics;
  }

  private static double seconds(List<String> columns, List<String> cells) {
    int column = columns.indexOf("seconds");
    return column < 0 || column >= cells.size() ? 0 : Double.parseDouble(cells.get(column));
  }

  /** What all steps took, those before the run was interrupted included. */
  double seconds() {
    return seconds;
  }

  private static boolean isUpTo(String cell, long step) {
    try {
      return Long.parseLong(cell) <= step;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public void onStep(StepReport report) {
    finishRow();
    seconds += report.seconds();
    row.put("step", Long.toString(report.step()));
    row.put("learning_rate", number(report.learningRate()));
    report.scalars().forEach((name, value) -> row.put(name, number(value)));
    row.put("seconds", number(report.seconds()));
    row.put("waited", number(report.waited()));
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    put("student", report.student());
    put("teacher", report.teacher());
  }

  @Override
  public void onCheckpoint(long step) {
    flush();
  }

  @Override
  public void close() {
    flush();
  }

  private void put(String who, @Nullable Evaluation evaluation) {
    if (evaluation != null) {
      row.put(who + "_top1", number(evaluation.top1()));
      row.put(who + "_top5", number(evaluation.top5()));
    }
  }

  private void finishRow() {
    if (row.isEmpty()) {
      return;
    }
    for (String name : row.keySet()) {
      if (!columns.contains(name)) {
        columns.add(name);
        newColumns = true;
      }
    }
    waiting.add(COMMAS.join(columns.stream().map(c -> row.getOrDefault(c, "")).iterator()));
    row.clear();
    if (waiting.size() >= FLUSH_EVERY) {
      write();
    }
  }

  private void flush() {
    finishRow();
    write();
  }

  private void write() {
    try {
      if (newColumns) {
        rewrite();
      }
      append(String.join("", waiting.stream().map(line -> line + "\n").toList()));
      waiting.clear();
    } catch (IOException e) {
      throw new EmanException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** All of it or nothing: on a full disk no part of a row stays behind. */
  private void append(String rows) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long end = channel.size();
      ByteBuffer bytes = ByteBuffer.wrap(rows.getBytes(StandardCharsets.UTF_8));
      try {
        for (long at = end; bytes.hasRemaining(); ) {
          at += channel.write(bytes, at);
        }
        channel.force(true);
      } catch (IOException e) {
        channel.truncate(end);
        throw e;
      }
    }
  }

  /** A figure has come up that earlier rows have not: they get an empty cell. */
  private void rewrite() throws IOException {
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    StringBuilder text = new StringBuilder(COMMAS.join(columns)).append('\n');
    for (int i = 1; i < lines.size(); i++) {
      text.append(padded(lines.get(i))).append('\n');
    }
    AtomicFiles.writeString(file, text.toString());
    waiting.replaceAll(this::padded);
    newColumns = false;
  }

  private String padded(String line) {
    int missing = columns.size() - Splitter.on(',').splitToList(line).size();
    return line + ",".repeat(Math.max(0, missing));
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }
}
