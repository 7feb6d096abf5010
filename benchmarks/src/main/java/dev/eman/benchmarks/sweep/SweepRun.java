package dev.eman.benchmarks.sweep;

import dev.eman.cli.JavaProcess;
import dev.eman.cli.Main;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.OptionDifferences;
import dev.eman.train.options.OptionTexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One training run of a sweep, in its own process and folder.
 *
 * @param cell what is trained
 * @param seed its seed
 * @param folder of the run
 */
record SweepRun(SweepFile.Cell cell, long seed, Path folder) {
  static SweepRun of(SweepFile.Cell cell, long seed, Path root) {
    return new SweepRun(cell, seed, root.resolve(cell.runName(seed)));
  }

  String name() {
    return String.valueOf(folder.getFileName());
  }

  /** Whether the run has finished. */
  boolean finished() {
    return files().isFinished();
  }

  /**
   * Checks that a run in the folder, started or finished, has this run's options; the place of the
   * data may be another.
   *
   * @throws EmanException if it has other options; names them
   */
  void checkSame() {
    if (!files().isBegun()) {
      return;
    }
    OptionDifferences others =
        OptionDifferences.of(
            OptionTexts.read(files().config()),
            files().config().toString(),
            texts().resolve(),
            List.of(DataOptions.DATA));
    if (!others.isEmpty()) {
      throw new EmanException(
          folder
              + " holds a run with other options than the sweep has now ("
              + others
              + "); take the sweep's file as it was, move the run away, or choose another folder"
              + " (--out)");
    }
  }

  private OptionTexts texts() {
    return OptionTexts.ofYaml(cell.yaml(seed), name());
  }

  /** Starts or resumes training. Returns the process's exit code. */
  int train() throws InterruptedException {
    try {
      Files.createDirectories(folder);
      List<String> arguments = new ArrayList<>();
      if (files().isBegun()) {
        arguments.addAll(List.of("train", "--resume=" + folder));
        texts().text(DataOptions.DATA).ifPresent(place -> arguments.add("--data=" + place));
      } else {
        Path told = files().sweepOptions();
        AtomicFiles.saveString(told, cell.yaml(seed));
        arguments.addAll(List.of("train", "--config=" + told, "--out=" + folder));
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

  /** Stops the training after its current step and a checkpoint. */
  private static void stop(Process process) {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  Path log() {
    return files().sweepLog();
  }

  RunFiles files() {
    return new RunFiles(folder);
  }

  /** The record of a finished run. */
  RunRecord record() {
    return RunRecord.read(files());
  }
}
