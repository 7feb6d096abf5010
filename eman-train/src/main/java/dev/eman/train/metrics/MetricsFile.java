package dev.eman.train.metrics;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.base.CharMatcher;
import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.CountingOutputStream;
import dev.eman.core.EmanException;
import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.core.train.TrainingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code metrics.csv}: one row per step. Rows reach the disk with every checkpoint, and a resumed
 * run drops the rows after its checkpoint, so no step is missing or repeated.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
  private static final Joiner COMMAS = Joiner.on(',');
  private static final int FLUSH_EVERY = 50;

  /** Cells are not quoted. */
  private static final CharMatcher UNFIT = CharMatcher.anyOf(",\"");

  /** What the file writes itself. */
  private static final ImmutableSet<String> OWN =
      ImmutableSet.of(
          "step",
          "learning_rate",
          "seconds",
          "waited",
          "student_top1",
          "student_top5",
          "student_balanced_accuracy",
          "student_macro_f1",
          "teacher_top1",
          "teacher_top5",
          "teacher_balanced_accuracy",
          "teacher_macro_f1");

  private final Path file;
  private final List<String> columns = new ArrayList<>();
  private final List<String> waiting = new ArrayList<>();
  private final Map<String, String> row = new LinkedHashMap<>();
  private boolean newColumns;

  /** Where the file's last row begins, if it is to be replaced; in bytes. */
  private long takenBack = Long.MAX_VALUE;

  private double seconds;

  /**
   * The file's length after the last write, to detect changes by others; 0 if there is no file yet.
   */
  private long length;

  private MetricsFile(Path file) {
    this.file = file;
  }

  /** Creates a file; the first rows replace any former one. */
  public static MetricsFile create(Path file) {
    return new MetricsFile(file);
  }

  /**
   * Opens a file to continue, and truncates it after a step.
   *
   * @throws EmanException if the row of an earlier step is missing
   */
  public static MetricsFile resume(Path file, long step) {
    MetricsFile metrics = new MetricsFile(file);
    if (step == 0) {
      return metrics; // Any existing rows are after the checkpoint.
    }
    String damage = metrics.take(step);
    if (damage != null) {
      throw MetricsRows.damaged(file, damage);
    }
    return metrics;
  }

  /**
   * As {@link #resume}, but with empty cells where the file is damaged. The damaged file is kept
   * under another name.
   *
   * @param history of the checkpoint; its accuracies replace lost ones
   */
  public static MetricsFile rebuild(Path file, long step, History history) {
    MetricsFile metrics = new MetricsFile(file);
    String damage = step == 0 ? null : metrics.take(step);
    if (damage == null) {
      return metrics;
    }
    MetricsRepair.repair(file, damage, step, history);
    return resume(file, step);
  }

  /**
   * Takes over the rows up to a step and cuts off what follows.
   *
   * @return what is damaged, with nothing changed; null if nothing is
   */
  private @Nullable String take(long step) {
    try (MetricsRows rows = MetricsRows.open(file)) {
      int time = rows.columns().indexOf("seconds");
      double sum = 0;
      while (rows.number() < step && rows.next()) {
        sum += time < 0 || Double.isNaN(rows.values()[time]) ? 0 : rows.values()[time];
      }
      String damage = rows.damage(step);
      if (damage == null) {
        columns.addAll(rows.columns());
        seconds = sum;
        length = rows.end();
        cutOffRest();
      }
      return damage;
    }
  }

  /** In one step, which leaves the rows before it alone: nothing is written again. */
  private void cutOffRest() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.size() > length) {
        channel.truncate(length);
        channel.force(true);
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  /** Total time of all steps, including those before an interruption. */
  public double seconds() {
    return seconds;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a scalar is named as a column that the file has anyway
   */
  @Override
  public void onStep(StepReport report) {
    for (String name : report.scalars().keySet()) {
      checkArgument(
          !OWN.contains(name),
          "metrics: expected a name other than the columns of every metrics.csv, got '%s'; rename"
              + " the metric",
          name);
    }
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
    boolean written = row.isEmpty(); // A resumed run makes up an evaluation of the last row's step.
    if (written) {
      flush();
      takeBackLastRow();
    }
    put("student", report.student());
    put("teacher", report.teacher());
    if (written) {
      flush();
    }
  }

  /** The file keeps the row until it is replaced as a whole. */
  private void takeBackLastRow() {
    String last = "";
    try (MetricsLines lines = lines()) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        last = line;
        takenBack = lines.start();
      }
    }
    List<String> cells = Splitter.on(',').splitToList(last);
    for (int i = 0; i < cells.size(); i++) {
      row.put(columns.get(i), cells.get(i));
    }
    newColumns = true;
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
      // A file of an earlier version keeps its columns.
      if (!columns.contains(who + "_top1") || columns.contains(who + "_balanced_accuracy")) {
        row.put(who + "_balanced_accuracy", number(evaluation.balancedAccuracy()));
        row.put(who + "_macro_f1", number(evaluation.macroF1()));
      }
    }
  }

  private void finishRow() {
    if (row.isEmpty()) {
      return;
    }
    for (String name : row.keySet()) {
      if (!columns.contains(name)) {
        checkArgument(
            !name.isEmpty() && !Printable.hasControls(name) && UNFIT.matchesNoneOf(name),
            "metrics: expected names without commas, quotes and control characters, got '%s'",
            Printable.escape(name));
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
    if (newColumns) {
      rewrite();
    }
    if (!waiting.isEmpty()) {
      append(String.join("", waiting.stream().map(line -> line + "\n").toList()));
      waiting.clear();
    }
  }

  /** Writes everything or nothing: on a full disk no part of a row remains. */
  private void append(String rows) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      checkLength(channel.size());
      ByteBuffer bytes = ByteBuffer.wrap(rows.getBytes(StandardCharsets.UTF_8));
      try {
        for (long at = length; bytes.hasRemaining(); ) {
          at += channel.write(bytes, at);
        }
        channel.force(true);
      } catch (IOException e) {
        cutOff(channel, e);
        throw e;
      }
      length += bytes.limit();
    } catch (NoSuchFileException e) {
      checkLength(0);
      throw AtomicFiles.cannotWrite(file, e);
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(file, e);
    }
  }

  private void cutOff(FileChannel channel, IOException failure) {
    try {
      channel.truncate(length);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Appending to a truncated file would hide the gap. */
  private void checkLength(long found) {
    if (found != length) {
      throw new EmanException(
          String.format(
              Locale.ROOT,
              "%s was changed or deleted while the run was writing it: expected %d bytes, found %d;"
                  + " %s",
              file,
              length,
              found,
              MetricsTable.remedy(file)));
    }
  }

  /** Adds columns, with empty cells in earlier rows, and all rows that wait. */
  private void rewrite() {
    AtomicLong written = new AtomicLong();
    AtomicFiles.save(
        file,
        out -> {
          CountingOutputStream counted = new CountingOutputStream(out);
          writeRow(counted, columns);
          if (length > 0) {
            copyRows(counted);
          }
          for (String line : waiting) {
            writeLine(counted, padded(line));
          }
          written.set(counted.getCount());
        });
    length = written.get();
    waiting.clear();
    takenBack = Long.MAX_VALUE;
    newColumns = false;
  }

  private void copyRows(OutputStream out) throws IOException {
    try (MetricsLines lines = lines()) {
      lines.next(); // The heading.
      for (String line = lines.next();
          line != null && lines.start() < takenBack;
          line = lines.next()) {
        writeLine(out, padded(line));
      }
    }
  }

  private MetricsLines lines() {
    try {
      checkLength(Files.exists(file) ? Files.size(file) : 0);
    } catch (IOException e) {
      throw MetricsLines.cannotRead(file, e);
    }
    return checkNotNull(MetricsLines.open(file), "%s is gone", file);
  }

  static void writeRow(OutputStream out, List<String> cells) throws IOException {
    writeLine(out, COMMAS.join(cells));
  }

  private static void writeLine(OutputStream out, String line) throws IOException {
    out.write((line + '\n').getBytes(StandardCharsets.UTF_8));
  }

  private String padded(String line) {
    int missing = columns.size() - 1 - CharMatcher.is(',').countIn(line);
    return line + ",".repeat(Math.max(0, missing));
  }

  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }
}
