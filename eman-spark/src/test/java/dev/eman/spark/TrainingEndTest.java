package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.io.LockFile;
import dev.eman.spark.data.ImagePacking;
import dev.eman.train.RunFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** How runs on Spark end before their time. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrainingEndTest {
  private SparkSession session;
  private SparkContext spark;

  @TempDir Path folder;

  @BeforeEach
  void startSpark() {
    session = Photos.spark();
    spark = session.sparkContext();
  }

  @AfterEach
  void stopSpark() {
    session.stop();
  }

  private static OptionTexts endless() {
    return OptionTexts.empty()
        .with("dataset", "fashion-mnist-mini")
        .with("labels", "40/class")
        .with("backbone", "resnet8-w8")
        .with("steps", "100000")
        .with("batch", "6")
        .with("mu", "2")
        .with("evaluate-every", "0")
        .with("checkpoint-every", "0")
        .with("map-images", "0");
  }

  private SparkTraining training(RunFiles run) {
    return training(run.root().toString());
  }

  private SparkTraining training(String place) {
    return SparkTraining.builder(spark)
        .workers(2)
        .patience(Duration.ZERO)
        .options(endless().resolve())
        .folder(place)
        .build();
  }

  private static void awaitStep(RunFiles run) throws Exception {
    LocalCluster.await("a step", () -> run.metrics().toFile().length() > 200);
  }

  /** A worker has a copy there, which is gone when the message is read. */
  @Test
  void run_folderAtAnAddressThatCannotBeBegun_isNamed() throws Exception {
    Path run = Files.createDirectories(folder.resolve("far/run"));
    Files.writeString(run.resolve("best.ckpt"), "weights");
    String place = TestFileSystem.uri(run);

    EmanException failure = assertThrows(EmanException.class, training(place)::run);

    assertEquals(
        "worker 0 on 127.0.0.1: "
            + place
            + " holds files of a run (best.ckpt) without its configuration: move them away, or"
            + " choose another folder (--out)",
        failure.getMessage());
  }

  /** As that of a task that Spark takes for lost, with its machine. */
  @Test
  void train_severalRunsOneFolderInUseForAWhile_waitsAndTrains() throws Exception {
    RunFiles run = new RunFiles(Files.createDirectories(folder.resolve("run")));
    List<SparkRuns.Row> rows =
        List.of(new SparkRuns.Row("a", endless().with("steps", "2").yaml(), run.root().toString()));
    CompletableFuture<List<SparkRuns.Ended>> ended;
    try (LockFile lock = LockFile.tryAcquire(run.root().resolve("lock"))) {
      assertNotNull(lock);
      ended =
          CompletableFuture.supplyAsync(
              () -> SparkRuns.train(spark, rows, new PlainLeader(), line -> {}));
      LocalCluster.await("word of the wait", () -> run.sweepLog().toFile().length() > 0);
      assertTrue(Files.readString(run.sweepLog()).contains("is in use by another process"));
    }

    assertEquals(List.of(new SparkRuns.Ended("a", true, "")), ended.get(5, TimeUnit.MINUTES));
  }

  @Test
  void run_oneFailedLookForTheRequest_trainsOnUntilItIsStopped() throws Exception {
    RunFiles run = new RunFiles(folder.resolve("run"));
    SparkTraining training = training(TestFileSystem.uri(run.root()));
    CompletableFuture<SparkTraining.Outcome> ended = CompletableFuture.supplyAsync(training::run);
    TestFileSystem.BUSY.set(1);
    LocalCluster.await("a failed look", () -> TestFileSystem.BUSY.get() == 0);

    training.stop();

    assertEquals(SparkTraining.Outcome.STOPPED, ended.get(5, TimeUnit.MINUTES));
    assertTrue(run.last().toFile().exists());
  }

  /** How a call in a thread of its own has ended, and whether the thread's flag was set then. */
  private record Ended(EmanException failure, boolean flag) {}

  private static final class Call extends Thread {
    private final Executable work;
    private final CompletableFuture<Ended> ended = new CompletableFuture<>();

    private Call(Executable work) {
      this.work = work;
    }

    @Override
    public void run() {
      try {
        EmanException failure = assertThrows(EmanException.class, work);
        ended.complete(new Ended(failure, Thread.currentThread().isInterrupted()));
      } catch (Throwable e) {
        ended.completeExceptionally(e);
      }
    }
  }

  private static Ended after(Call call) throws Exception {
    return call.ended.get(5, TimeUnit.MINUTES);
  }

  private void assertInterrupted(Call call, String doing) throws Exception {
    call.interrupt();
    Ended ended = after(call);

    assertTrue(
        ended.failure().getMessage().startsWith("interrupted while " + doing),
        ended.failure()::getMessage);
    assertTrue(ended.flag());
    LocalCluster.await("no jobs", () -> spark.statusTracker().getActiveJobIds().length == 0);
  }

  @Test
  void run_interrupted_cancelsItsJobAndSaves() throws Exception {
    RunFiles run = new RunFiles(folder.resolve("run"));
    Call call = new Call(training(run)::run);
    call.start();
    awaitStep(run);

    assertInterrupted(call, "training " + run.root());

    LocalCluster.await("a checkpoint", () -> run.last().toFile().exists());
    LocalCluster.await("the workers' end", () -> !TrainingRun.isTaken(run.root()));
  }

  @Test
  void train_severalRunsInterrupted_cancelsTheirJobAndSaves() throws Exception {
    RunFiles run = new RunFiles(folder.resolve("run"));
    List<SparkRuns.Row> rows =
        List.of(new SparkRuns.Row("a", endless().yaml(), run.root().toString()));
    Call call = new Call(() -> SparkRuns.train(spark, rows, new PlainLeader(), line -> {}));
    call.start();
    awaitStep(run);

    assertInterrupted(call, "training 1 runs");

    LocalCluster.await("a checkpoint", () -> run.last().toFile().exists());
    LocalCluster.await("the workers' end", () -> !TrainingRun.isTaken(run.root()));
  }

  @Test
  void pack_interrupted_cancelsItsJob() throws Exception {
    StructType columns = new StructType().add("path", "string").add("label", "string");
    Dataset<Row> slow =
        session
            .createDataFrame(List.of(RowFactory.create("a.png", "a")), columns)
            .map(
                (MapFunction<Row, Row>)
                    row -> {
                      while (!TaskContext.get().isInterrupted()) {
                        Thread.sleep(50);
                      }
                      return row;
                    },
                Encoders.row(columns));
    Call call = new Call(() -> ImagePacking.of(slow).pack(folder.resolve("set").toString()));
    call.start();
    LocalCluster.await("a job", () -> spark.statusTracker().getActiveJobIds().length > 0);

    assertInterrupted(call, "packing images at " + folder.resolve("set"));
  }

  /** No worker can save any more, so there is nothing to wait for. */
  @Test
  void run_sparkStopped_endsAtOnceAndSaysSo() throws Exception {
    RunFiles run = new RunFiles(folder.resolve("run"));
    SparkTraining training = training(run);
    Call call = new Call(training::run);
    call.start();
    awaitStep(run);

    spark.stop();

    EmanException failure = after(call).failure();
    assertEquals("Spark has ended: ", failure.getMessage().substring(0, 17), failure::getMessage);
    assertTrue(failure.getMessage().contains("SparkContext was shut down"), failure::getMessage);
    assertNotNull(failure.getCause());
    training.stop(); // The tasks of this JVM, which Spark leaves running.
    LocalCluster.await("the workers' end", () -> !TrainingRun.isTaken(run.root()));
  }
}
