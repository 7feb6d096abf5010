package dev.eman.benchmarks.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eman.cli.JavaProcess;
import dev.eman.cli.Main;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One training of a sweep, in a process and a folder of its own.
 *
 * @param cell what is trained
 * @param seed of it
 * @param folder of the run
 */
record SweepRun(SweepFile.Cell cell, long seed, Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static SweepRun of(SweepFile.Cell cell, long seed, Path root) {
    return new SweepRun(cell, seed, root.resolve(cell.name() + "-s" + seed));
  }

  String name() {
    return String.valueOf(folder.getFileName());
  }

  /** What finished runs leave. */
  boolean finished() {
    return Files.exists(folder.resolve("run.json"));
  }

  /**
   * Looks whether a run in the folder, begun or finished, is this one.
   *
   * @throws EmanException if it was told something else
   */
  void checkSame() {
    Path config = folder.resolve("config.yaml");
    if (Files.exists(config)
        && !OptionTexts.read(config)
            .resolved()
            .equals(OptionTexts.ofYaml(cell.yaml(seed), name()).resolved())) {
      throw new EmanException(
          folder
              + " holds a run with other options than the sweep has now; move it away, or choose"
              + " another folder (--out)");
    }
  }

  /** Trains from where it stands. Returns the process's exit code. */
  int train() throws InterruptedException {
    try {
      Files.createDirectories(folder);
      List<String> arguments;
      if (Files.exists(folder.resolve("config.yaml"))) {
        arguments = List.of("train", "--resume=" + folder);
      } else {
        Path told = folder.resolve("told.yaml");
        AtomicFiles.saveString(told, cell.yaml(seed));
        arguments = List.of("train", "--config=" + told, "--out=" + folder);
      }
      Process process =
          new ProcessBuilder(JavaProcess.command(Main.class, arguments))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
      Thread stopper = new Thread(() -> stop(process), "eman-sweep-stop");
      Runtime.getRuntime().addShutdownHook(stopper);
      int exitCode = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(stopper);
      return exitCode;
    } catch (IllegalStateException e) {
      throw new EmanException("the sweep was stopped in " + name(), e);
    } catch (IOException e) {
      throw new EmanException("cannot run " + folder + ": " + e, e);
    }
  }

  /** Lets the training finish its step and save. */
  private static void stop(Process process) {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  Path log() {
    return folder.resolve("log.txt");
  }

  /** From {@code run.json}. */
  JsonNode facts() {
    try {
      return JSON.readTree(folder.resolve("run.json").toFile());
    } catch (IOException e) {
      throw new EmanException("cannot read " + folder.resolve("run.json") + ": " + e, e);
    }
  }

  /** Top-1 on the test set in percent; none without such a network. */
  OptionalDouble accuracy(boolean teacher) {
    JsonNode value =
        facts().path("results").path(teacher ? "test_teacher_top1" : "test_student_top1");
    return value.isNumber() ? OptionalDouble.of(100 * value.doubleValue()) : OptionalDouble.empty();
  }
}
