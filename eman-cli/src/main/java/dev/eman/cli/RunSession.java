package dev.eman.cli;

import dev.eman.core.io.Printable;
import dev.eman.report.FeatureMap;
import dev.eman.report.Maps;
import dev.eman.report.ReportPage;
import dev.eman.train.RunFolder;
import dev.eman.train.RunResult;
import dev.eman.train.TestImages;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An interactive run: shows progress, handles Ctrl-C, and writes the report at the end. */
public final class RunSession implements AutoCloseable {
  private static final int PATIENCE_S = 120;

  private final TrainingRun run;
  private final ProgressLines progress;
  private final CountDownLatch saved = new CountDownLatch(1);
  private @Nullable Thread hook;

  private RunSession(TrainingRun run, ProgressLines progress) {
    this.run = run;
    this.progress = progress;
  }

  /** Starts a new run in a folder. */
  public static RunSession start(TrainingOptions options, Path folder, PrintWriter out) {
    return open(out, progress -> TrainingRun.start(options, folder, progress));
  }

  /** Resumes the run in a folder. */
  public static RunSession resume(Path folder, boolean rebuildMetrics, PrintWriter out) {
    return open(
        out,
        progress ->
            rebuildMetrics
                ? TrainingRun.resumeRebuildingMetrics(folder, progress)
                : TrainingRun.resume(folder, progress));
  }

  private static RunSession open(PrintWriter out, Function<ProgressLines, TrainingRun> opening) {
    ProgressLines progress = new ProgressLines(out);
    TrainingRun run;
    try {
      run = opening.apply(progress);
    } catch (Throwable e) {
      progress.close();
      throw e;
    }
    RunSession session = new RunSession(run, progress);
    try {
      Path name = run.files().root().getFileName();
      out.printf("%s: %s%n", name, Printable.escape(run.state().trainingImages().summary()));
      Notes.print(out, run.notes());
      Notes.print(out, run.state().orientationNote().stream().toList());
      return session;
    } catch (Throwable e) {
      try (session) {
        throw e;
      }
    }
  }

  TrainingRun run() {
    return run;
  }

  /** Trains; an interrupt finishes the step and saves. Returns whether the end was reached. */
  public boolean train() {
    Thread stopper =
        new Thread(
            () -> {
              run.stop();
              try {
                saved.await(PATIENCE_S, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "eman-stop");
    hook = stopper;
    Runtime.getRuntime().addShutdownHook(stopper);
    try {
      return run.train();
    } finally {
      removeHook();
      progress.close(); // Before the results are printed.
    }
  }

  private void removeHook() {
    try {
      if (hook != null) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook waits until close.
    }
  }

  /** Writes the results of a finished run, including its feature map and report. */
  public RunResult finish() {
    RunResult result = run.finish();
    FeatureMap map = map();
    RunFolder.writeJson(run.files().map(), map == null ? Map.of() : map.facts());
    ReportPage.write(List.of(run.files().root()), run.files().report());
    return result;
  }

  /** The map of test images by the deployed network's features, or null. */
  private @Nullable FeatureMap map() {
    int most = run.state().options().evaluation().mapImages();
    return most == 0 || run.state().testImages() == TestImages.NONE
        ? null
        : Maps.of(
            run.deployedFeatures(),
            run.state().images(),
            run.state().test(),
            most,
            run.deployed().label());
  }

  @Override
  public void close() {
    try {
      progress.close();
    } finally {
      try {
        run.close();
      } finally {
        saved.countDown();
      }
    }
  }
}
