package dev.eman.web.watch;

import dev.eman.train.RunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** A run's folder, written as a run writes it. */
final class WrittenRun {
  static final String HEADING = "step,learning_rate,loss,mask_rate,seconds,teacher_top1\n";

  private final RunFiles files;

  private WrittenRun(Path folder) {
    files = new RunFiles(folder);
  }

  static WrittenRun begin(Path folder) {
    WrittenRun run = new WrittenRun(folder);
    try {
      Files.createDirectories(folder);
      Files.writeString(
          run.files.config(), "algorithm: fixmatch\nsteps: 100\nset:\n  teacher: eman\n");
      Files.writeString(run.files.metrics(), HEADING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return run;
  }

  RunFiles files() {
    return files;
  }

  /** The row of a step. */
  static String row(int step) {
    return String.format(
        Locale.ROOT,
        "%d,0.03,%.4f,0.5,0.25,%s%n",
        step,
        2.0 / step,
        step % 10 == 0 ? String.format(Locale.ROOT, "%.3f", step / 1000.0) : "");
  }

  /** Appends the rows of some steps. */
  WrittenRun steps(int first, int last) {
    StringBuilder rows = new StringBuilder();
    for (int step = first; step <= last; step++) {
      rows.append(row(step));
    }
    return append(rows.toString());
  }

  WrittenRun append(String text) {
    write(files.metrics(), text, StandardOpenOption.APPEND);
    return this;
  }

  /** As a run in this process would have it. */
  WrittenRun running(boolean running) {
    ProcessHandle process = ProcessHandle.current();
    String scores =
        "{\"count\":50,\"top1\":0.75,\"top5\":1,\"balanced_accuracy\":0.75,\"macro_f1\":0.7,";
    write(
        files.progress(),
        String.format(
            Locale.ROOT,
            "{\"running\":%b,\"process\":%d,\"process_started\":%s,\"total_steps\":100,"
                + "\"classes\":[\"numbat\",\"bilby \u00e9\u4e2d\"],"
                + "\"measured\":\"accuracy on the test set\",\"step\":10,"
                + "\"student\":%s,\"teacher\":%s}",
            running,
            process.pid(),
            process.info().startInstant().map(i -> Long.toString(i.toEpochMilli())).orElse("null"),
            scores + "\"confusion\":[[38,5],[2,5]]}",
            scores + "\"confusion\":[[41,2],[1,6]]}"));
    return this;
  }

  /** One wrong pseudo label, a picture of one pixel. */
  WrittenRun wrongLabel() {
    write(
        files.pseudoErrors(),
        "[{\"index\":7,\"predicted\":\"numbat\",\"truth\":\"bilby"
            + " \u00e9\u4e2d\",\"confidence\":0.98,"
            + "\"png\":\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\"}]");
    return this;
  }

  private static void write(Path file, String text, StandardOpenOption... how) {
    try {
      Files.writeString(file, text, how);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
