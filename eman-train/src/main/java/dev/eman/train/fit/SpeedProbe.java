package dev.eman.train.fit;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.algorithm.StudentTeacherAlgorithm;
import dev.eman.core.data.Batch;
import dev.eman.core.io.AtomicFiles;
import dev.eman.core.io.Printable;
import dev.eman.core.model.SpinGuard;
import dev.eman.core.train.TrainingListener;
import dev.eman.train.AlgorithmFactory;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Times steps on this machine. */
public final class SpeedProbe {
  private static final Logger LOG = LoggerFactory.getLogger(SpeedProbe.class);

  /** Images in a step of {@link #referenceMs}. */
  public static final int REFERENCE_BATCH = 16;

  private static final int TRIES = 5;
  private static final int CLASSES = 10;
  private static final int COLOURS = 3;
  private static final double RATE = 1e-6;
  private static final int STEPS = 12;
  private static final int FEWEST_STEPS = 3;

  private SpeedProbe() {}

  /**
   * Milliseconds that the reference network ({@code resnet14-w16}) takes to learn from one image of
   * 32 x 32 pixels in colour, in a batch of 16: the fastest of a few steps, because other programs
   * may use the machine too.
   */
  public static double referenceMs() {
    SpinGuard.start();
    TrainingOptions options =
        TrainingOptions.builder("supervised").backbone(FitRules.REFERENCE).build();
    StudentTeacherAlgorithm algorithm =
        new AlgorithmFactory(options, COLOURS, CLASSES, REFERENCE_BATCH, 0, TRIES, null)
            .create(null);
    try {
      Batch batch =
          Batch.of(
              Nd4j.rand(
                  DataType.FLOAT,
                  REFERENCE_BATCH,
                  COLOURS,
                  FitRules.REFERENCE_SIZE,
                  FitRules.REFERENCE_SIZE),
              new int[REFERENCE_BATCH]);
      double shortest = Double.POSITIVE_INFINITY;
      for (int i = 0; i <= TRIES; i++) {
        long start = System.nanoTime();
        algorithm.step(batch, RATE);
        if (i > 0) { // The first includes one-time setup.
          shortest = Math.min(shortest, (System.nanoTime() - start) / 1e9);
        }
      }
      return 1000 * shortest / REFERENCE_BATCH;
    } finally {
      algorithm.student().releaseMemory();
    }
  }

  /**
   * Seconds of a step of a run, reading and augmenting included: the median of a few after the
   * first ones, in a folder that is deleted.
   *
   * @param options of a run that is longer
   * @param most seconds after which no further step is taken, unless there are very few
   */
  public static double stepSeconds(TrainingOptions options, double most) {
    Path folder = temporaryFolder();
    Thread atExit = new Thread(() -> delete(folder), "eman-fit-probe"); // After a Ctrl-C.
    Runtime.getRuntime().addShutdownHook(atExit);
    try {
      Timer timer = new Timer(most);
      try (TrainingRun run = TrainingRun.start(options, folder.resolve("probe"), timer)) {
        timer.run = run;
        run.train();
      }
      return timer.median();
    } finally {
      delete(folder);
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // It runs already.
      }
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("eman-fit");
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(Path.of(System.getProperty("java.io.tmpdir", "/tmp")), e);
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) { // It only takes space.
      LOG.warn("cannot delete {}: {}", Printable.escape(folder.toString()), e.getMessage());
    }
  }

  /** Stops a run after a few steps. */
  private static final class Timer implements TrainingListener {
    private final List<Double> seconds = new ArrayList<>();
    private final double most;
    private final long start = System.nanoTime();
    private @Nullable TrainingRun run;

    Timer(double most) {
      this.most = most;
    }

    @Override
    public void onStep(StepReport report) {
      seconds.add(report.seconds());
      boolean late = (System.nanoTime() - start) / 1e9 >= most && seconds.size() >= FEWEST_STEPS;
      if (run != null && (late || seconds.size() >= STEPS)) {
        run.stop();
      }
    }

    double median() {
      ImmutableList<Double> later =
          seconds.stream().skip(seconds.size() / 2).sorted().collect(toImmutableList());
      return later.get(later.size() / 2);
    }
  }
}
