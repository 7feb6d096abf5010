package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a cluster of processes, which are killed. */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterTest {
  /** How many executors one run loses; -Deman.spark.kills=20 for the long form. */
  private static final int KILLS = Integer.getInteger("eman.spark.kills", 1);

  private static final int STEPS = 20 + 40 * KILLS;

  @TempDir static Path folder;

  private static LocalCluster cluster;

  @BeforeAll
  static void startCluster() throws IOException {
    cluster = LocalCluster.start(folder.resolve("cluster"), 2);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  private static String[] training(Path run, int steps) {
    return new String[] {
      "train",
      "--dataset=fashion-mnist-mini",
      "--labels=40/class",
      "--backbone=resnet8-w8",
      "--steps=" + steps,
      "--batch=8",
      "--spark-workers=2",
      "--mu=1",
      "--evaluate-every=0",
      "--checkpoint-every=2",
      "--map-images=0",
      "--out=" + run
    };
  }

  private static byte[] checkpoint(Path run) throws IOException {
    return Files.readAllBytes(new RunFiles(run).last());
  }

  private static void assertSuccess(String name, Process process)
      throws IOException, InterruptedException {
    boolean ended = process.waitFor(8, TimeUnit.MINUTES);
    assertTrue(ended && process.exitValue() == 0, Files.readString(cluster.log(name)));
  }

  /** What an undisturbed run comes to. */
  private static Path calm() throws IOException, InterruptedException {
    Path calm = folder.resolve("calm");
    if (!Files.exists(calm)) {
      assertSuccess("calm", cluster.eman("calm", training(calm, STEPS)));
    }
    return calm;
  }

  private static Process start(String name) throws IOException {
    return cluster.eman(name, training(folder.resolve(name), STEPS));
  }

  /** Waits until a run has saved something else than this. */
  private static String awaitProgress(Path run, String before) {
    String[] now = {before};
    LocalCluster.await("a checkpoint", () -> !(now[0] = state(run)).equals(before));
    return now[0];
  }

  private static String state(Path run) {
    Path last = new RunFiles(run).last();
    try {
      return Files.exists(last) ? Files.getLastModifiedTime(last).toString() : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Or nothing was lost. */
  private static void assertUnfinished(Path run) {
    long steps = RunCheckpoint.open(run, RunCheckpoint.Which.LAST).steps();
    assertTrue(steps < STEPS, () -> "expected fewer steps than " + STEPS + ", found " + steps);
  }

  @Test
  void train_executorsKilledAmidTheRun_sameBytesAsUndisturbed() throws Exception {
    Path run = folder.resolve("executors");
    Process driver = start("executors");
    String progress = awaitProgress(run, "");
    // With the seconds that it took: a run that began again would have others.
    String firstStep = Files.readAllLines(new RunFiles(run).metrics()).get(1);
    for (int kill = 0; kill < KILLS; kill++) {
      if (kill > 0) {
        progress = awaitProgress(run, progress);
      }
      List<ProcessHandle> executors = cluster.executors();
      assertTrue(driver.isAlive() && executors.size() > 0, () -> "expected a run under way");
      assertTrue(executors.get(kill % executors.size()).destroyForcibly());
    }

    assertSuccess("executors", driver);

    assertArrayEquals(checkpoint(calm()), checkpoint(run));
    String kept = Files.readAllLines(new RunFiles(run).metrics()).get(1);
    assertTrue(kept.startsWith(firstStep), kept); // The evaluation has added columns.
    String log = Files.readString(cluster.log("executors"));
    assertTrue(log.contains("(100%)"), log);
  }

  @Test
  void train_driverKilledAndResumed_sameBytesAsUndisturbed() throws Exception {
    Path run = folder.resolve("driver");
    Process driver = start("driver");
    awaitProgress(run, "");
    assertTrue(driver.isAlive(), "expected a run under way");
    driver.destroyForcibly().waitFor();
    assertUnfinished(run);

    assertSuccess("resumed", cluster.eman("resumed", "train", "--resume=" + run));

    assertArrayEquals(checkpoint(calm()), checkpoint(run));
  }

  @Test
  void train_workerKilledAndReplaced_sameBytesAsUndisturbed() throws Exception {
    Path run = folder.resolve("worker");
    Process driver = start("worker");
    awaitProgress(run, "");
    assertTrue(driver.isAlive(), "expected a run under way");
    cluster.killWorker(0);
    assertUnfinished(run);
    cluster.startWorker();

    assertSuccess("worker", driver);

    assertArrayEquals(checkpoint(calm()), checkpoint(run));
  }

  @Test
  void train_driverStopped_savesAndResumes() throws Exception {
    Path run = folder.resolve("stopped");
    Process driver = cluster.eman("stopped", training(run, 100_000));
    awaitProgress(run, "");
    driver.destroy(); // As Ctrl-C does.
    assertEquals(143, driver.waitFor(), Files.readString(cluster.log("stopped")));
    String log = Files.readString(cluster.log("stopped"));
    assertTrue(log.contains("stopped and saved; to resume: "), log);
  }
}
