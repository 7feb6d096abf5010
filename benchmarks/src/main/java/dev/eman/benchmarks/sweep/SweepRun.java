package dev.eman.benchmarks.sweep;

import dev.eman.cli.JavaProcess;
import dev.eman.cli.Main;
import dev.eman.core.EmanException;
import dev.eman.core.io.AtomicFiles;
import dev.eman.train.RunFiles;
import dev.eman.train.RunRecord;
import dev.eman.train.options.Network;
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
  static SweepRun of(SweepFile.Cell cell, long seed, Path root) {
    return new SweepRun(cell, seed, root.resolve(cell.name() + "-s" + seed));
  }

  String name() {
    return String.valueOf(folder.getFileName());
  }

  /** What finished runs leave. */
  boolean finished() {
    return files().isFinished();
  }

  /**
   * Looks whether a run in the folder, begun or finished, is this one.
   *
   * @throws EmanException if it was told something else
   */
  void checkSame() {
    if (files().isBegun()
        && !OptionTexts.read(files().config())
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
      if (files().isBegun()) {
        arguments = List.of("train", "--resume=" + folder);
      } else {
        Path told = files().sweepOptions();
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
    return files().sweepLog();
  }

  RunFiles files() {
    return new RunFiles(folder);
  }

  /** What a finished run was and reached. */
  RunRecord record() {
    return RunRecord.read(files());
  }

  /** Top-1 on the test set in percent; none without such a network. */
  OptionalDouble accuracy(Network network) {
    OptionalDouble top1 = record().results().testTop1(network);
    return top1.isPresent() ? OptionalDouble.of(100 * top1.getAsDouble()) : top1;
  }
}
