package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.algorithm.ExchangedWorkers;
import dev.eman.core.algorithm.InMemoryExchange;
import dev.eman.core.algorithm.StepExchange;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that several workers train together, against the same in one process. */
class SharedRunTest {
  @TempDir private Path temporary;

  private static TrainingOptions options(String algorithm, int parts, String... more) {
    List<String> arguments = new ArrayList<>(arguments(algorithm, parts));
    arguments.add("--steps=5");
    arguments.addAll(List.of(more));
    return Texts.parse(arguments);
  }

  private static List<String> arguments(String algorithm, int parts) {
    return List.of(
        "--algorithm=" + algorithm,
        "--backbone=resnet8-w4",
        "--batch=" + 2 * parts,
        "--accumulate=" + parts,
        "--mu=2",
        "--checkpoint-every=2",
        "--keep-every=2",
        "--evaluate-every=3",
        "--labels=2/class",
        "--workers=1");
  }

  private Path alone(TrainingOptions options) {
    Path folder = temporary.resolve("alone");
    try (TrainingRun run = TrainingRun.start(options, folder)) {
      assertTrue(run.train());
      run.finish();
    }
    return folder;
  }

  private static void finishIfDone(TrainingRun run, boolean done) {
    if (done) {
      run.finish();
    }
  }

  /** Starts a run together; returns how many steps each worker came to. */
  private static List<Long> start(
      int workers, TrainingOptions options, Path folder, long stopAfter) {
    return ExchangedWorkers.run(
        workers,
        exchange -> {
          if (exchange.rank() > 0) {
            return train(TrainingWorker.start(options, exchange));
          }
          Stopper stopper = new Stopper(stopAfter);
          return train(TrainingRun.start(options, folder, exchange, stopper), stopper);
        });
  }

  private static List<Long> resume(int workers, Path folder) {
    return ExchangedWorkers.run(
        workers,
        exchange ->
            exchange.rank() > 0
                ? train(TrainingWorker.resume(folder, OptionTexts.empty(), exchange))
                : train(
                    TrainingRun.resume(folder, false, OptionTexts.empty(), exchange),
                    new Stopper(-1)));
  }

  private static long train(TrainingWorker opened) {
    try (TrainingWorker worker = opened) {
      long done = worker.state().plan().trained();
      boolean whole = worker.train();
      long steps = worker.state().algorithm().steps();
      assertEquals(whole, steps == done);
      return steps;
    }
  }

  private static long train(TrainingRun opened, Stopper stopper) {
    try (TrainingRun run = opened) {
      stopper.run = run;
      finishIfDone(run, run.train());
      return run.state().algorithm().steps();
    }
  }

  /** Stops a run when a step is over. */
  private static final class Stopper implements RunListener {
    private final long after;
    private TrainingRun run;

    Stopper(long after) {
      this.after = after;
    }

    @Override
    public void onStep(StepReport report) {
      if (report.step() == after) {
        run.stop();
      }
    }
  }

  private static void assertSameCheckpoints(Path expected, Path found) throws IOException {
    try (Stream<Path> files = Files.list(expected)) {
      List<Path> checkpoints =
          files.filter(file -> file.toString().endsWith(".ckpt")).sorted().toList();
      assertTrue(checkpoints.size() >= 4, checkpoints.toString());
      for (Path file : checkpoints) {
        assertArrayEquals(
            Files.readAllBytes(file),
            Files.readAllBytes(found.resolve(file.getFileName())),
            file.getFileName().toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"fixmatch, 2", "fixmatch, 3", "flexmatch, 2", "moco, 2", "mean-teacher, 2"})
  void train_together_writesTheCheckpointsOfOneProcess(String algorithm, int workers)
      throws IOException {
    String[] more =
        algorithm.equals("moco") ? new String[] {"--set=queue=16", "--knn=5"} : new String[0];
    TrainingOptions options = options(algorithm, workers, more);
    Path together = temporary.resolve("together");
    assertEquals(Collections.nCopies(workers, 5L), start(workers, options, together, -1));
    assertSameCheckpoints(alone(options), together);
    assertTrue(new RunFiles(together).isFinished());
  }

  /** A stop travels with the next step, and ends all workers after it. */
  @ParameterizedTest
  @CsvSource({"fixmatch, 2", "flexmatch, 3"})
  void stopAndResume_together_changesNothing(String algorithm, int workers) throws IOException {
    TrainingOptions options = options(algorithm, workers);
    Path together = temporary.resolve("together");
    assertEquals(Collections.nCopies(workers, 3L), start(workers, options, together, 2));
    assertFalse(new RunFiles(together).isFinished());
    assertEquals(Collections.nCopies(workers, 5L), resume(workers, together));
    assertSameCheckpoints(alone(options), together);
  }

  /** Epochs, class weights, held-out images, and images that are replaced. */
  @Test
  void train_togetherOnPhotosWithADamagedOne_writesTheCheckpointsOfOneProcess() throws IOException {
    Path photos = temporary.resolve("photos");
    Photos.classes(photos, 3, 8);
    Path damaged = photos.resolve("class 1").resolve("IMG 3.png");
    Files.write(damaged, Arrays.copyOf(Files.readAllBytes(damaged), 200));
    List<String> arguments = new ArrayList<>(arguments("fixmatch", 2));
    arguments.addAll(
        List.of(
            "--dataset=" + photos,
            "--size=8",
            "--epochs=3",
            "--corrupt-images=skip",
            "--class-weights=class 0=1,class 1=2,class 2=3"));
    TrainingOptions options = Texts.parse(arguments);
    Path together = temporary.resolve("together");
    assertEquals(List.of(6L, 6L), start(2, options, together, -1));
    assertSameCheckpoints(alone(options), together);
  }

  /** Whoever fails, all end and know why, and the run goes on from its last checkpoint. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void train_aWorkerFails_allEndAndTheRunCanBeResumed(int failing) throws IOException {
    TrainingOptions options = options("flexmatch", 2);
    Path together = temporary.resolve("together");
    TrainingListener fault =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() == 3) {
              throw new EmanException("the disk is full");
            }
          }
        };
    List<String> messages =
        ExchangedWorkers.run(
            2,
            exchange -> {
              TrainingListener[] listeners =
                  exchange.rank() == failing
                      ? new TrainingListener[] {fault}
                      : new TrainingListener[0];
              Executable training =
                  exchange.rank() > 0
                      ? () -> train(TrainingWorker.start(options, exchange, listeners))
                      : () ->
                          train(
                              TrainingRun.start(options, together, exchange, listeners),
                              new Stopper(-1));
              return String.valueOf(assertThrows(EmanException.class, training).getMessage());
            });
    assertEquals("the disk is full", messages.get(failing));
    assertEquals("worker " + failing + " has failed: the disk is full", messages.get(1 - failing));
    assertEquals(List.of(5L, 5L), resume(2, together));
    assertSameCheckpoints(alone(options), together);
  }

  @Test
  void resume_byOneProcessWhatWorkersBegan_changesNothing() throws IOException {
    TrainingOptions options = options("fixmatch", 2);
    Path together = temporary.resolve("together");
    start(2, options, together, 2);
    try (TrainingRun run = TrainingRun.resume(together)) {
      assertTrue(run.train());
      run.finish();
    }
    assertSameCheckpoints(alone(options), together);
  }

  @Test
  void start_batchThatWorkersCannotShare_isRefused() {
    for (TrainingOptions options : List.of(options("fixmatch", 3), options("fixmatch", 1))) {
      for (StepExchange exchange : InMemoryExchange.group(2)) {
        Path folder = temporary.resolve("refused");
        UsageException e =
            assertThrows(
                UsageException.class,
                () -> {
                  if (exchange.rank() == 0) {
                    TrainingRun.start(options, folder, exchange);
                  } else {
                    TrainingWorker.start(options, exchange);
                  }
                });
        assertEquals(
            "--accumulate: expected a multiple of 2, as each of 2 workers takes as many parts of a"
                + " batch, got "
                + options.batch().accumulate(),
            e.getMessage());
        assertFalse(Files.exists(folder));
      }
    }
  }

  @Test
  void start_anotherRanksPart_isRefused() {
    List<InMemoryExchange> exchanges = InMemoryExchange.group(2);
    TrainingOptions options = options("fixmatch", 2);
    assertThrows(
        IllegalArgumentException.class,
        () -> TrainingRun.start(options, temporary.resolve("refused"), exchanges.get(1)));
    assertThrows(
        IllegalArgumentException.class, () -> TrainingWorker.start(options, exchanges.get(0)));
  }

  /** Otherwise they would train different networks, or wait for one another. */
  @Test
  void train_workersWithOtherOptions_isRefusedByAll() {
    List<String> messages =
        ExchangedWorkers.run(
            2,
            exchange -> {
              Path folder = temporary.resolve("refused");
              return String.valueOf(
                  assertThrows(
                          EmanException.class,
                          () -> {
                            if (exchange.rank() == 0) {
                              train(
                                  TrainingRun.start(options("fixmatch", 2), folder, exchange),
                                  new Stopper(-1));
                            } else {
                              train(
                                  TrainingWorker.start(
                                      options("fixmatch", 2, "--seed=5"), exchange));
                            }
                          })
                      .getMessage());
            });
    for (String message : messages) {
      assertTrue(
          message.startsWith("worker 1: expected the configuration or data of worker 0, #"),
          message);
    }
  }
}
