package dev.eman.cli;

import dev.eman.core.eval.Evaluation;
import dev.eman.core.eval.EvaluationReport;
import dev.eman.core.nn.Backend;
import dev.eman.core.train.TrainingListener;
import dev.eman.report.FeatureMap;
import dev.eman.report.Maps;
import dev.eman.report.ReportPage;
import dev.eman.train.Provenance;
import dev.eman.train.RunFolder;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run with a person in front of it: progress, Ctrl-C, and the files at the end. */
public final class RunSession implements AutoCloseable {
  private static final int PATIENCE_S = 120;

  private final TrainingRun run;
  private final RunFolder folder;
  private final Instant started = Instant.now();
  private final List<Watchers> watchers = new ArrayList<>();
  private final CountDownLatch saved = new CountDownLatch(1);
  private @Nullable Thread hook;

  private RunSession(TrainingRun run, RunFolder folder) {
    this.run = run;
    this.folder = folder;
  }

  public static RunSession start(TrainingOptions options, RunFolder folder, PrintWriter out) {
    Watchers watchers = new Watchers(out);
    TrainingRun run = TrainingRun.start(options, folder, watchers.list());
    watchers.begin(run, folder);
    RunSession session = new RunSession(run, folder);
    session.watchers.add(watchers);
    return session;
  }

  public static RunSession resume(RunFolder folder, boolean rebuildMetrics, PrintWriter out) {
    Watchers watchers = new Watchers(out);
    TrainingRun run = TrainingRun.resume(folder, rebuildMetrics, watchers.list());
    watchers.begin(run, folder);
    RunSession session = new RunSession(run, folder);
    session.watchers.add(watchers);
    return session;
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
      return run.run();
    } finally {
      removeHook();
      closeWatchers(); // Before the results are printed.
    }
  }

  private void removeHook() {
    try {
      if (hook != null) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    } catch (IllegalStateException e) {
      // The process is ending: the hook waits until close.
    }
  }

  /** Measures on the test set and writes what a finished run has. */
  public EvaluationReport finish() {
    EvaluationReport report = run.test();
    Map<String, Object> facts = new LinkedHashMap<>(run.describe());
    facts.put("name", String.valueOf(folder.root().getFileName()));
    facts.put("started", started.toString());
    facts.put(
        "last_session_seconds", (Instant.now().toEpochMilli() - started.toEpochMilli()) / 1000.0);
    facts.put("version", Provenance.version());
    facts.put("commit", Provenance.commit());
    facts.put("backend", Backend.describe());
    Map<String, @Nullable Object> results = new LinkedHashMap<>();
    results.put("student", run.history().summary(false));
    results.put("teacher", run.history().summary(true));
    results.put("chosen_on", facts.get("chosen_on"));
    results.put("test_student_top1", report.student().top1());
    results.put("test_teacher_top1", report.teacher() == null ? null : report.teacher().top1());
    facts.put("results", results);
    folder.writeJson("run.json", facts);
    Map<String, @Nullable Object> evaluations = new LinkedHashMap<>();
    evaluations.put("student", describe(report.student()));
    evaluations.put("teacher", report.teacher() == null ? null : describe(report.teacher()));
    folder.writeJson("evaluation.json", evaluations);
    folder.writeJson("pseudo_errors.json", run.pseudoErrors());
    FeatureMap map = map();
    folder.writeJson("map.json", map == null ? Map.of() : map.facts());
    run.flush();
    ReportPage.write(List.of(folder.root()), folder.report());
    return report;
  }

  /** Where test images lie by the features of the network that would be deployed, or null. */
  private @Nullable FeatureMap map() {
    int most = run.options().evaluation().mapImages();
    return most == 0
        ? null
        : Maps.of(run.deployedFeatures(), run.images(), run.testImages(), most, run.deployedName());
  }

  static Map<String, Object> describe(Evaluation evaluation) {
    int classes = evaluation.classes();
    long[][] confusion = new long[classes][classes];
    for (int truth = 0; truth < classes; truth++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        confusion[truth][predicted] = evaluation.confusion(truth, predicted);
      }
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("count", evaluation.count());
    facts.put("top1", evaluation.top1());
    facts.put("top5", evaluation.top5());
    facts.put("confusion", confusion);
    return facts;
  }

  @Override
  public void close() {
    try {
      closeWatchers();
    } finally {
      run.close();
      saved.countDown();
    }
  }

  private void closeWatchers() {
    watchers.forEach(Watchers::close);
  }

  /** Progress, which can only be shown once the run knows its length. */
  private static final class Watchers implements AutoCloseable {
    private final PrintWriter out;
    private @Nullable ProgressLines progress;

    Watchers(PrintWriter out) {
      this.out = out;
    }

    List<TrainingListener> list() {
      return List.of(
          new TrainingListener() {
            @Override
            public void onStep(StepReport report) {
              if (progress != null) {
                progress.onStep(report);
              }
            }

            @Override
            public void onEvaluation(EvaluationReport report) {
              if (progress != null) {
                progress.onEvaluation(report);
              }
            }
          });
    }

    void begin(TrainingRun run, RunFolder folder) {
      String name = String.valueOf(folder.root().getFileName());
      run.unlabeledKinds().ifPresent(kinds -> out.printf("%s: %s%n", name, kinds));
      progress = new ProgressLines(out, name, run.algorithm().steps(), run.totalSteps());
    }

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }
}
