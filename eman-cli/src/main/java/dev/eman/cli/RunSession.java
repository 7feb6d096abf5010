package dev.eman.cli;

import dev.eman.core.io.Printable;
import dev.eman.report.FeatureMap;
import dev.eman.report.Maps;
import dev.eman.report.ReportPage;
import dev.eman.train.RunFolder;
import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TestImages;
import dev.eman.train.TrainingImages;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
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
  private static final String STOPPING =
      "stopping: finishing this step and saving, within " + PATIENCE_S + " s";

  private final TrainingRun run;
  private final ProgressLines progress;
  private final PrintWriter out;
  private final CountDownLatch saved = new CountDownLatch(1);
  private @Nullable Thread hook;

  private RunSession(TrainingRun run, ProgressLines progress, PrintWriter out) {
    this.run = run;
    this.progress = progress;
    this.out = out;
  }

  /** Starts a new run in a folder. */
  public static RunSession start(TrainingOptions options, Path folder, PrintWriter out) {
    return open(out, progress -> TrainingRun.start(options, folder, progress));
  }

  /** Starts a new run in a folder, or in the next free one where that holds a run. */
  static RunSession startNumbered(TrainingOptions options, Path wanted, PrintWriter out) {
    RunSession session =
        open(out, progress -> TrainingRun.startNumbered(options, wanted, progress));
    Path folder = session.run.files().root();
    if (!folder.equals(wanted)) {
      out.printf("%s is taken; this run is in %s%n", wanted, folder);
      out.flush();
    }
    return session;
  }

  /** Resumes the run in a folder. */
  public static RunSession resume(Path folder, PrintWriter out) {
    return resume(folder, false, OptionTexts.empty(), out);
  }

  /** Resumes the run in a folder with options of today, as far as these may change. */
  public static RunSession resume(Path folder, TrainingOptions options, PrintWriter out) {
    return extended(open(out, progress -> TrainingRun.resume(folder, options, progress)), out);
  }

  /** Resumes the run in a folder with some options changed. */
  static RunSession resume(
      Path folder, boolean rebuildMetrics, OptionTexts changes, PrintWriter out) {
    return extended(
        open(out, progress -> TrainingRun.resume(folder, rebuildMetrics, changes, progress)), out);
  }

  private static RunSession extended(RunSession session, PrintWriter out) {
    Path name = session.run.files().root().getFileName();
    session.run.extension().ifPresent(extension -> out.printf("%s: %s%n", name, extension));
    out.flush();
    return session;
  }

  /**
   * Opens a run and shows its progress.
   *
   * @param opening opens it with this listener
   */
  public static RunSession open(
      PrintWriter out, Function<? super RunListener, TrainingRun> opening) {
    ProgressLines progress = new ProgressLines(out);
    TrainingRun run;
    try {
      run = opening.apply(progress);
    } catch (Throwable e) {
      progress.close();
      throw e;
    }
    progress.measures(run.accuracyName());
    RunSession session = new RunSession(run, progress, out);
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

  /** The run. */
  public TrainingRun run() {
    return run;
  }

  /** Trains; an interrupt finishes the step and saves. Returns whether the end was reached. */
  public boolean train() {
    Thread stopper =
        new Thread(
            () -> {
              run.stop();
              out.println(STOPPING);
              out.flush();
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
    run.finishPart(result, "the map of features", this::writeMap);
    run.finishPart(
        result,
        "the report",
        () -> ReportPage.write(List.of(run.files().root()), run.files().report()));
    TrainingImages.Counts images = result.record().images();
    if (images != null && images.replaced() != null) {
      Notes.print(out, List.of(images.replaced() + "; eman data check names them"));
    }
    return result;
  }

  private void writeMap() {
    FeatureMap map = map();
    RunFolder.writeJson(run.files().map(), map == null ? Map.of() : map.facts());
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
