package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.base.Splitter;
import dev.eman.core.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are killed go on as if nothing had happened: processes of their own, SIGKILL. */
@Timeout(600)
class ResumeTest {
  /** {@code EMAN_KILLS=20} for the long version. */
  private static final int KILLS =
      Integer.parseInt(System.getenv().getOrDefault("EMAN_KILLS", "3"));

  /** Of when a run is killed; {@code EMAN_KILL_SEED=} the one of a failure, to repeat it. */
  private static final long SEED =
      Long.parseLong(System.getenv().getOrDefault("EMAN_KILL_SEED", "20211"));

  /** So many that the run does not end before the last kill. */
  private static final int STEPS = 80 * KILLS;

  /** An undisturbed run. */
  @TempDir private static Path whole;

  @TempDir private Path folder;

  @BeforeAll
  static void trainUndisturbed() throws IOException, InterruptedException {
    runToTheEnd(options(whole.resolve("run")), whole);
  }

  private static List<String> options(Path out) {
    return List.of(
        "--out=" + out,
        "--steps=" + STEPS,
        "--backbone=resnet8-w4",
        "--batch=8",
        "--mu=2",
        "--set=threshold=0.3",
        "--evaluate-every=20",
        "--checkpoint-every=2",
        "--validation=0.2",
        "--map-images=0",
        "--workers=2");
  }

  private static Process start(List<String> arguments, Path folder) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1", // They are short.
                "-cp",
                System.getProperty("java.class.path"),
                "dev.eman.cli.Main",
                "train"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    // Sums over several threads may be in any order.
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output.txt").toFile()));
    return builder.start();
  }

  private static void runToTheEnd(List<String> arguments, Path folder)
      throws IOException, InterruptedException {
    Process process = start(arguments, folder);
    assertTrue(process.waitFor(400, TimeUnit.SECONDS), "still running");
    assertEquals(0, process.exitValue(), () -> read(folder.resolve("output.txt")));
  }

  @Test
  void killedAtAnyMoment_goesOnExactly() throws IOException, InterruptedException {
    Path killed = folder.resolve("killed");
    Random random = new Random(SEED);
    int survived = 0;
    int amidst = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      boolean begun = Files.exists(killed.resolve("config.yaml"));
      Process process = start(begun ? List.of("--resume=" + killed) : options(killed), folder);
      // From before the first step to somewhere in the middle; checkpoints come every few ms.
      if (kill % 2 == 1) {
        Thread.sleep(random.nextInt(4000));
      } else {
        awaitCheckpoint(killed, process);
        Thread.sleep(random.nextInt(300));
      }
      survived += process.isAlive() ? 0 : 1;
      process.destroyForcibly().waitFor();
      long reached = Files.exists(killed.resolve("last.ckpt")) ? lastStep(killed) : 0;
      amidst += reached > 0 && reached < STEPS ? 1 : 0;
    }
    assertTrue(amidst > 0, "no kill met a training, kill seed " + SEED);
    boolean begun = Files.exists(killed.resolve("config.yaml"));
    if (survived == 0 || !begun) {
      runToTheEnd(begun ? List.of("--resume=" + killed) : options(killed), folder);
    }
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("run/last.ckpt")),
        Files.readAllBytes(killed.resolve("last.ckpt")),
        "every parameter, counter and figure is the same, kill seed " + SEED);
    assertEquals(figures(whole.resolve("run")), figures(killed), "kill seed " + SEED);
    assertEquals(STEPS, figures(killed).size() - 1);
  }

  @Test
  void interrupted_savesAndSaysHowToGoOn() throws IOException, InterruptedException {
    Path stopped = folder.resolve("stopped");
    List<String> options = new ArrayList<>(options(stopped));
    options.replaceAll(o -> o.startsWith("--checkpoint-every") ? "--checkpoint-every=0" : o);
    Process process = start(options, folder);
    while (process.isAlive() && !Files.exists(stopped.resolve("best.ckpt"))) {
      Thread.sleep(20);
    }
    process.destroy(); // SIGTERM, as Ctrl-C: finish the step and save.
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String output = read(folder.resolve("output.txt"));
    assertEquals(143, process.exitValue(), output);
    assertTrue(output.contains("to resume: "), output);
    assertTrue(Files.exists(stopped.resolve("last.ckpt")), output);
    long reached = lastStep(stopped);
    assertTrue(reached > 0 && reached < STEPS, "stopped after " + reached + ": " + output);
    runToTheEnd(List.of("--resume=" + stopped), folder);
    assertEquals(figures(whole.resolve("run")), figures(stopped));
  }

  /** Until the process has saved something, or has ended. */
  private static void awaitCheckpoint(Path run, Process process)
      throws IOException, InterruptedException {
    Path last = run.resolve("last.ckpt");
    long before = Files.exists(last) ? Files.getLastModifiedTime(last).toMillis() : 0;
    while (process.isAlive()
        && (!Files.exists(last) || Files.getLastModifiedTime(last).toMillis() == before)) {
      Thread.sleep(5);
    }
  }

  /** Of the last checkpoint, which must be whole whenever the process was killed. */
  private static long lastStep(Path run) {
    return Checkpoint.read(run.resolve("last.ckpt")).steps();
  }

  /** All of the metrics but times. */
  private static List<String> figures(Path run) throws IOException {
    List<String> rows = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.csv"))) {
      List<String> cells = Splitter.on(',').splitToList(line);
      if (rows.isEmpty()) {
        for (int i = 0; i < cells.size(); i++) {
          if (!cells.get(i).equals("seconds") && !cells.get(i).equals("waited")) {
            kept.add(i);
          }
        }
      }
      rows.add(String.join(",", kept.stream().map(cells::get).toList()));
    }
    return rows;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
