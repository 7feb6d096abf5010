package dev.eman.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.io.CommandLines;
import dev.eman.core.io.LockFile;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.spark.ring.Ring;
import dev.eman.spark.ring.RingServer;
import dev.eman.train.RunFiles;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SparkTrainingTest {
  private static SparkContext spark;

  @TempDir Path folder;

  @BeforeAll
  static void startSpark() {
    spark =
        new SparkContext(
            new SparkConf()
                .setMaster("local[3]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.executor.heartbeatInterval", "1s"));
    TestFileSystem.configure(spark.hadoopConfiguration());
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @AfterEach
  void emptyDisk() {
    TestFileSystem.FREE.set(Long.MAX_VALUE);
  }

  private static OptionTexts texts() {
    return OptionTexts.empty()
        .with("dataset", "fashion-mnist-mini")
        .with("labels", "40/class")
        .with("backbone", "resnet8-w8")
        .with("steps", "12")
        .with("batch", "6")
        .with("mu", "2")
        .with("evaluate-every", "0")
        .with("checkpoint-every", "4")
        .with("map-images", "0");
  }

  private static TrainingOptions options() {
    return texts().resolve();
  }

  private static SparkTraining.Builder training(int workers) {
    return SparkTraining.builder(spark).workers(workers).patience(Duration.ZERO);
  }

  static void assertSameTraining(Path expected, Path actual) throws IOException {
    for (String part : List.of("student", "teacher", "optimizer")) {
      assertArrayEquals(
          part(new RunFiles(expected).last(), part), part(new RunFiles(actual).last(), part), part);
    }
  }

  private static byte[] part(Path checkpoint, String name) throws IOException {
    try (ZipFile file = new ZipFile(checkpoint.toFile())) {
      return file.getInputStream(file.getEntry(name)).readAllBytes();
    }
  }

  /** The same run in one process, on one thread. */
  private Path alone(int parts) {
    return alone(parts, texts());
  }

  private Path alone(int parts, OptionTexts texts) {
    Path run = folder.resolve("alone");
    TrainingOptions options = texts.with("accumulate", "" + parts).resolve();
    return TaskThreads.within(
        1,
        () -> {
          try (TrainingRun training = TrainingRun.start(options, run)) {
            assertTrue(training.train());
            training.finish();
          }
          return run;
        });
  }

  @Test
  void run_threeWorkers_sameBitsAsThreePartsOfOne() throws IOException {
    Path run = folder.resolve("run");
    SparkTraining training = training(3).options(options()).folder(run.toString()).build();

    assertEquals(SparkTraining.Outcome.FINISHED, training.run());

    assertSameTraining(alone(3), run);
    assertTrue(new RunFiles(run).isFinished());
  }

  @Test
  void run_stoppedAndResumed_sameBitsAsUndisturbed() throws Exception {
    Path run = folder.resolve("run");
    // One that has no end before it is stopped, and a rate that does not depend on the end.
    OptionTexts constant = texts().with("schedule", "constant");
    TrainingOptions longer = constant.with("steps", "100000").resolve();
    SparkTraining training = training(2).options(longer).folder(run.toString()).build();
    List<SparkTraining.Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    Thread thread = new Thread(() -> outcomes.add(training.run()));
    thread.start();
    LocalCluster.await("a checkpoint", () -> Files.exists(new RunFiles(run).last()));
    training.stop();
    thread.join();

    assertEquals(List.of(SparkTraining.Outcome.STOPPED), outcomes);
    assertFalse(Files.exists(run.resolve("stop")), "the request would stop the next run as well");
    long done =
        Long.parseLong(new String(part(new RunFiles(run).last(), "meta/steps"), UTF_8).strip());
    SparkTraining resumed =
        training(2)
            .folder(run.toString())
            .resume(OptionTexts.empty().with("steps", "" + (done + 5)), false)
            .build();
    assertEquals(SparkTraining.Outcome.FINISHED, resumed.run());
    assertTrue(new RunFiles(run).isFinished());
    assertSameTraining(alone(2, constant.with("steps", "" + (done + 5))), run);
  }

  /** So that one asked for during the wait is not forgotten. */
  @Test
  void run_waitsForSlots_hasForgottenAnEarlierStop() {
    Path run = folder.resolve("run");
    SparkTraining training =
        training(4).options(texts().with("batch", "8").resolve()).folder(run.toString()).build();
    training.stop();

    assertThrows(EmanException.class, training::run);

    assertFalse(Files.exists(run.resolve("stop")));
  }

  @Test
  void run_jobCancelledOnSparksPage_savesAndDoesNotBeginAgain() throws Exception {
    Path run = folder.resolve("run");
    TrainingOptions endless =
        texts().with("steps", "100000").with("checkpoint-every", "0").resolve();
    SparkTraining training = training(2).options(endless).folder(run.toString()).build();
    List<SparkTraining.Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    Thread thread = new Thread(() -> outcomes.add(training.run()));
    thread.start();
    RunFiles files = new RunFiles(run);
    LocalCluster.await("a step", () -> files.metrics().toFile().length() > 200);
    assertFalse(Files.exists(files.last()));

    spark.cancelAllJobs();
    thread.join();

    assertEquals(List.of(SparkTraining.Outcome.STOPPED), outcomes);
    assertTrue(Files.exists(files.last()), "the step was saved");
  }

  @Test
  void run_folderOfAnotherFileSystem_sameBitsAsOnDisk() throws IOException {
    Path run = folder.resolve("far/run");
    SparkTraining training = training(2).options(options()).folder(TestFileSystem.uri(run)).build();

    assertEquals(SparkTraining.Outcome.FINISHED, training.run());

    assertSameTraining(alone(2), run);
    assertTrue(new RunFiles(run).isFinished());
  }

  @Test
  void run_diskFull_saysWhyAndWhere() {
    Path run = folder.resolve("far/run");
    SparkTraining training = training(2).options(options()).folder(TestFileSystem.uri(run)).build();
    TestFileSystem.FREE.set(100_000); // Less than two checkpoints.

    EmanException failure = assertThrows(EmanException.class, training::run);

    assertTrue(failure.getMessage().contains("worker 0 on 127.0.0.1"), failure::getMessage);
    assertTrue(failure.getMessage().contains("No space left"), failure::getMessage);
  }

  /** Trains, and then finds no room for a report. */
  private static boolean leadWithoutReport(
      RunLeader.Opening opening, Consumer<TrainingRun> opened, PrintWriter out) {
    try (TrainingRun run = opening.open()) {
      opened.accept(run);
      out.println("no room today");
      assertTrue(run.train());
      run.finishPart(
          run.finish(),
          "the report",
          () -> {
            throw new EmanException("no room in " + run.files().root());
          });
      return true;
    }
  }

  private static String withoutReport(String place) {
    return "the run is trained and saved, but its results lack the report: no room in "
        + place
        + "; once that is put right, this makes them: "
        + CommandLines.eman("train", "--spark", "MASTER", "--resume", place);
  }

  @Test
  void run_incompleteResultsAtAnAddress_areThereAndNamed() {
    Path run = folder.resolve("far/run");
    SparkTraining training =
        training(2)
            .options(options())
            .folder(TestFileSystem.uri(run))
            .leader(SparkTrainingTest::leadWithoutReport)
            .build();

    EmanException failure = assertThrows(EmanException.class, training::run);

    assertEquals(
        "worker 0 on 127.0.0.1: " + withoutReport(TestFileSystem.uri(run)), failure.getMessage());
    assertTrue(Files.exists(new RunFiles(run).record()), "the record says what is missing");
    assertTrue(Files.exists(new RunFiles(run).evaluation()));
  }

  @Test
  void train_severalRunsAtAddresses_resultsAndLogOfOneThatFailsAreThere() throws IOException {
    RunFiles run = new RunFiles(folder.resolve("far/run"));
    String place = TestFileSystem.uri(run.root());

    List<SparkRuns.Ended> ended =
        SparkRuns.train(
            spark,
            List.of(new SparkRuns.Row("a", texts().yaml(), place)),
            SparkTrainingTest::leadWithoutReport,
            line -> {});

    assertEquals(withoutReport(place), ended.get(0).message());
    assertTrue(Files.exists(run.record()), "the record says what is missing");
    assertEquals("no room today\n", Files.readString(run.sweepLog()));
  }

  /** As that of a rank 0 which still evaluates when the stage begins again. */
  @Test
  void run_folderInUseForAWhile_waitsAndTrains() throws Exception {
    Path run = Files.createDirectories(folder.resolve("run"));
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    SparkTraining training =
        training(2).options(options()).folder(run.toString()).output(lines::add).build();
    List<SparkTraining.Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    Thread thread = new Thread(() -> outcomes.add(training.run()));
    try (LockFile lock = LockFile.tryAcquire(run.resolve("lock"))) {
      assertNotNull(lock);
      thread.start();
      LocalCluster.await("word of the wait", () -> lines.toString().contains("is in use by"));
    }
    thread.join();
    assertEquals(List.of(SparkTraining.Outcome.FINISHED), outcomes);
  }

  /** Two commands choose the same free folder; the other was quicker. */
  @Test
  void run_otherRunBeginsInItsFolderMeanwhile_isRefused() throws Exception {
    Path other = alone(2);
    Path run = Files.createDirectories(folder.resolve("run"));
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    SparkTraining training =
        training(2)
            .options(texts().with("seed", "7").resolve())
            .folder(run.toString())
            .output(lines::add)
            .build();
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread thread = new Thread(() -> thrown.add(assertThrows(EmanException.class, training::run)));
    try (LockFile lock = LockFile.tryAcquire(run.resolve("lock"))) {
      assertNotNull(lock);
      thread.start();
      LocalCluster.await("word of the wait", () -> lines.toString().contains("is in use by"));
      copy(other, run);
    }
    thread.join();

    assertEquals(1, thrown.size());
    String message = thrown.get(0).getMessage();
    assertTrue(message.contains(run + " already holds a run: resume it"), message);
  }

  /** As a rank 0 does whose stage has begun again while it evaluates. */
  @Test
  void run_checkpointSavedByTheFoldersOwnerMeanwhile_allReadTheNewOne() throws Exception {
    Path whole = alone(2, texts().with("keep-every", "2"));
    Path run = Files.createDirectories(folder.resolve("run"));
    copy(whole, run);
    Files.delete(new RunFiles(run).record());
    Files.move(run.resolve("step-2.ckpt"), new RunFiles(run).last(), REPLACE_EXISTING);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    SparkTraining training =
        training(2)
            .folder(run.toString())
            .resume(OptionTexts.empty(), false)
            .output(lines::add)
            .build();
    List<SparkTraining.Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    Thread thread = new Thread(() -> outcomes.add(training.run()));
    try (LockFile lock = LockFile.tryAcquire(run.resolve("lock"))) {
      assertNotNull(lock);
      thread.start();
      LocalCluster.await("word of the wait", () -> lines.toString().contains("is in use by"));
      Files.move(run.resolve("step-4.ckpt"), new RunFiles(run).last(), REPLACE_EXISTING);
    }
    thread.join();

    assertEquals(List.of(SparkTraining.Outcome.FINISHED), outcomes);
    assertSameTraining(whole, run);
  }

  /** All files but the lock. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(one -> !one.endsWith("lock")).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /** How a training ends whose rank 0 fails before it has opened the run. */
  private String messageOfRunThatFailsWith(RuntimeException failure) {
    SparkTraining training =
        training(2)
            .options(options())
            .folder(folder.resolve("run").toString())
            .leader(
                (opening, opened, out) -> {
                  throw failure;
                })
            .build();
    return assertThrows(EmanException.class, training::run).getMessage();
  }

  @Test
  void run_rankZeroFailsBeforeItOpensTheRun_endsForAllWithItsReason() {
    assertEquals(
        "worker 0 on 127.0.0.1: no room for a report",
        messageOfRunThatFailsWith(new EmanException("no room for a report")));
  }

  @Test
  void join_workerThatCannotListen_endsForAllWithItsReason() {
    RingKeys keys = RingKeys.draw(spark.conf());

    List<String> ends =
        JavaSparkContext.fromSparkContext(spark)
            .parallelize(List.of(0, 1, 2), 3)
            .rdd()
            .barrier()
            .mapPartitions(
                (TrainingStage.TaskFunction<Iterator<Integer>, Iterator<String>>)
                    ranks -> CollectionConverters.asScala(List.of(end(keys)).iterator()),
                false,
                ClassTag$.MODULE$.<String>apply(String.class))
            .toJavaRDD()
            .collect();

    assertTrue(
        ends.get(1).startsWith("EmanException: cannot listen at 192.0.2.1 ("), ends::toString);
    String others = ends.get(1).replace("EmanException: ", "RingException: worker 1: ");
    assertEquals(List.of(others, others), List.of(ends.get(0), ends.get(2)));
  }

  /** How a worker's way into the ring ends where rank 1 has an address of no machine. */
  private static String end(RingKeys keys) {
    BarrierTaskContext task = BarrierTaskContext.get();
    String host = task.partitionId() == 1 ? "192.0.2.1" : "127.0.0.1";
    try (Ring ring = WorkerTask.join(task, keys, () -> RingServer.bind(host))) {
      return "a ring of " + ring.size();
    } catch (EmanException e) {
      return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
  }

  /** It would fail again, and is no lost machine. */
  @Test
  void run_defectInAWorker_endsForAllAtOnceWithItsName() {
    assertEquals(
        "worker 0 on 127.0.0.1: unexpected java.lang.IllegalStateException: a defect",
        messageOfRunThatFailsWith(new IllegalStateException("a defect")));
  }

  @Test
  void train_severalRunsOneWithADefect_othersGoOn() {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    String whole = folder.resolve("a").toString();
    List<SparkRuns.Ended> ended =
        SparkRuns.train(
            spark,
            List.of(
                new SparkRuns.Row("a", texts().yaml(), whole),
                new SparkRuns.Row(
                    "b", texts().with("seed", "7").yaml(), folder.resolve("b").toString())),
            (opening, opened, out) -> {
              try (TrainingRun run = opening.open()) {
                opened.accept(run);
                if (run.state().options().seed() == 7) {
                  throw new IllegalStateException("a defect");
                }
                return run.train();
              }
            },
            lines::add);

    assertEquals(List.of(true, false), ended.stream().map(SparkRuns.Ended::finished).toList());
    assertEquals("unexpected java.lang.IllegalStateException: a defect", ended.get(1).message());
  }

  @Test
  void train_rowsBegunWithDataElsewhere_goOnWithThoseOfNow() throws IOException {
    Path run = folder.resolve("a");
    for (String place : List.of("first", "second")) {
      Path data = Files.createDirectory(folder.resolve(place));
      String options = texts().with("steps", "2").with("data", data.toString()).yaml();
      List<SparkRuns.Ended> ended =
          SparkRuns.train(
              spark,
              List.of(new SparkRuns.Row("a", options, run.toString())),
              new PlainLeader(),
              line -> {});
      assertTrue(ended.get(0).finished(), ended.get(0).message());
      String config = Files.readString(new RunFiles(run).config());
      assertTrue(config.contains(data.toString()), config);
      Files.delete(new RunFiles(run).record()); // As if it had been killed.
    }
  }

  /** It would start a second task for the slowest run, and kill one of the two. */
  @Test
  void train_severalRunsWithSpeculation_isAMistakeOfTheUser() {
    List<SparkRuns.Row> rows =
        List.of(new SparkRuns.Row("a", texts().yaml(), folder.resolve("a").toString()));
    spark.conf().set("spark.speculation", "true");
    try {
      UsageException failure =
          assertThrows(
              UsageException.class,
              () -> SparkRuns.train(spark, rows, new PlainLeader(), line -> {}));

      assertTrue(
          failure.getMessage().startsWith("spark.speculation: expected false"),
          failure::getMessage);
    } finally {
      spark.conf().remove("spark.speculation");
    }
  }

  @Test
  void run_moreWorkersThanSlots_saysWhatIsMissing() {
    SparkTraining training =
        training(4)
            .options(texts().with("batch", "8").resolve())
            .folder(folder.resolve("run").toString())
            .build();

    EmanException failure = assertThrows(EmanException.class, training::run);

    assertEquals(
        "local[3]: expected slots for 4 workers at once, found 3 (threads of this machine of"
            + " spark.task.cpus 1): ask for local[4], or for fewer workers",
        failure.getMessage());
  }

  @Test
  void run_batchThatDoesNotDivide_isAMistakeOfTheUser() {
    TrainingOptions odd = texts().with("batch", "7").resolve();
    SparkTraining.Builder training =
        training(2).options(odd).folder(folder.resolve("run").toString());

    UsageException failure = assertThrows(UsageException.class, training::build);

    assertEquals(
        "--batch: expected a multiple of 2, as each of 2 workers takes as many of its images, got"
            + " 7",
        failure.getMessage());
  }

  /** Before images are packed for it. */
  @Test
  void build_earlyStopOfSeveralWorkers_isAMistakeOfTheUser() {
    TrainingOptions options = texts().with("evaluate-every", "4").with("early-stop", "2").resolve();
    SparkTraining.Builder training =
        training(2).options(options).folder(folder.resolve("run").toString());

    UsageException failure = assertThrows(UsageException.class, training::build);

    assertEquals(
        "--early-stop: expected 0 where 2 workers share a run, got 2", failure.getMessage());
  }

  @Test
  void run_folderWithARun_isRefused() throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(new RunFiles(run).config(), "algorithm: fixmatch");
    SparkTraining training = training(2).options(options()).folder(run.toString()).build();

    EmanException failure = assertThrows(EmanException.class, training::run);

    assertTrue(failure.getMessage().contains("already holds a run"), failure::getMessage);
  }

  /** Those of this program's working folder, which executors do not share. */
  @Test
  void assignment_relativePathsOfAResumedRun_areAbsolute() {
    OptionTexts moved = OptionTexts.empty().with("dataset", "pom.xml").with("images", "moved");

    SparkTraining training = training(2).folder(folder.toString()).resume(moved, false).build();

    OptionTexts absolute =
        OptionTexts.empty()
            .with("dataset", Path.of("pom.xml").toAbsolutePath().toString())
            .with("images", Path.of("moved").toAbsolutePath().toString());
    assertEquals(absolute.yaml(), training.assignment(null).changes());
  }

  private SparkTraining resumed(int parts, int workers) throws IOException {
    Files.writeString(new RunFiles(folder).config(), "accumulate: " + parts);
    return training(workers).folder(folder.toString()).resume(OptionTexts.empty(), false).build();
  }

  /** The parts of a run's batches are those of the cluster that it was begun on. */
  @Test
  void build_resumedRunOnAsManyWorkersAsThereIsRoomFor_sharesItsParts() throws IOException {
    assertEquals(1, resumed(1, 0).workers());
    assertEquals(2, resumed(2, 0).workers());
    assertEquals(3, resumed(3, 0).workers());
    assertEquals(2, resumed(8, 0).workers());
    assertEquals(1, resumed(5, 0).workers());
  }

  @Test
  void build_resumedRunWhosePartsDoNotDivide_isAMistakeOfTheUser() {
    UsageException failure = assertThrows(UsageException.class, () -> resumed(8, 3));

    assertEquals(
        "--spark-workers: expected one of 1, 2, 4, 8, as the run's batches have 8 parts, got 3",
        failure.getMessage());
  }

  @Test
  void run_resumeWhereNothingIs_isRefused() {
    SparkTraining training =
        training(2)
            .folder(folder.resolve("none").toString())
            .resume(OptionTexts.empty(), false)
            .build();

    EmanException failure = assertThrows(EmanException.class, training::run);

    assertTrue(failure.getMessage().contains("expected the folder of a run"), failure::getMessage);
  }

  @Test
  void train_severalRuns_allFinishAndOneFailureIsItsOwn() {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    List<SparkRuns.Ended> ended =
        SparkRuns.train(
            spark,
            List.of(
                new SparkRuns.Row("a", texts().yaml(), folder.resolve("a").toString()),
                new SparkRuns.Row(
                    "b", texts().with("dataset", "none").yaml(), folder.resolve("b").toString()),
                new SparkRuns.Row("c", texts().yaml(), folder.resolve("c").toString())),
            new PlainLeader(),
            lines::add);

    assertEquals(
        List.of(true, false, true), ended.stream().map(SparkRuns.Ended::finished).toList());
    assertTrue(ended.get(1).message().contains("none"), ended.get(1)::message);
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(new RunFiles(folder.resolve("c")).isFinished());
  }

  @Test
  void train_severalRunsAndTheJobCancelled_saveAndEndAsCancelled() throws Exception {
    RunFiles files = new RunFiles(folder.resolve("a"));
    OptionTexts endless = texts().with("steps", "100000").with("checkpoint-every", "0");
    List<SparkRuns.Row> rows =
        List.of(new SparkRuns.Row("a", endless.yaml(), files.root().toString()));
    List<Exception> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread thread =
        new Thread(
            () ->
                thrown.add(
                    assertThrows(
                        CancellationException.class,
                        () -> SparkRuns.train(spark, rows, new PlainLeader(), line -> {}))));
    thread.start();
    LocalCluster.await("a step", () -> files.metrics().toFile().length() > 200);

    spark.cancelAllJobs();
    thread.join();

    assertEquals(1, thrown.size());
    assertTrue(Files.exists(files.last()), "the step was saved");
  }

  @Test
  void train_severalRunsAndTheJobAborted_saysWhyInOneLine() {
    List<SparkRuns.Row> rows =
        List.of(new SparkRuns.Row("a", texts().yaml(), folder.resolve("a").toString()));

    EmanException failure =
        assertThrows(
            EmanException.class,
            () ->
                SparkRuns.train(
                    spark,
                    rows,
                    (opening, opened, out) -> {
                      throw new AssertionError("no memory");
                    },
                    line -> {}));

    assertTrue(
        failure.getMessage().matches("Job aborted .*java.lang.AssertionError: no memory"),
        failure::getMessage);
  }
}
