package dev.eman.train.fit;

import dev.eman.core.eval.EvaluationReport;
import dev.eman.train.RunFiles;
import dev.eman.train.RunListener;
import dev.eman.train.TrainingRun;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Stops a run that would not be evaluated and reported within its time, or that its own steps show
 * to be planned too short or too long, and keeps its record up to date.
 */
final class Deadline implements RunListener {
  private final FitClock clock;
  private final double closingSeconds;
  private FitRecord record;
  private double evaluationSeconds;
  private long total;
  private @Nullable RunFiles files;
  private @Nullable TrainingRun run;
  private @Nullable RunFiles elsewhere;
  private @Nullable Pace pace;
  private @Nullable FitPlan anew;
  private Runnable begun = () -> {};
  private double evaluating;
  private boolean cut;

  /**
   * A guard of a run.
   *
   * @param evaluationSeconds estimated time of an evaluation, until one is measured
   * @param closingSeconds time kept for what follows the last one
   */
  Deadline(FitClock clock, FitRecord record, double evaluationSeconds, double closingSeconds) {
    this.clock = clock;
    this.record = record;
    this.evaluationSeconds = evaluationSeconds;
    this.closingSeconds = closingSeconds;
  }

  /**
   * Keeps the record in another run's folder, for what comes before that run.
   *
   * @param files where; nothing is written there before the first step
   * @param afterRecord called once the record is written for the first time
   */
  Deadline keepingIn(RunFiles files, Runnable afterRecord) {
    elsewhere = files;
    begun = afterRecord;
    return this;
  }

  /** Plans the run's length anew once its own steps have been timed. */
  Deadline replanning(FitPlan plan) {
    pace = new Pace(plan, clock);
    return this;
  }

  /** The length that it stopped the run for, once; null if it did not. */
  @Nullable FitPlan anew() {
    FitPlan plan = anew;
    anew = null;
    return plan;
  }

  /** The record with what has been spent so far. */
  FitRecord record() {
    return record.withSpent(clock.spent());
  }

  /** The run to stop. */
  TrainingRun watch(TrainingRun opened) {
    run = opened;
    return opened;
  }

  /** Whether it stopped the run. */
  boolean cut() {
    return cut;
  }

  @Override
  public void onStart(RunStart start) {
    total = start.total();
    evaluating = clock.spent(); // An evaluation that is made up comes before any step.
    if (elsewhere == null) {
      save(start.folder());
    }
  }

  private void save(Path folder) {
    files = new RunFiles(folder);
    save();
  }

  /** Writes what has been spent so far. */
  void save() {
    if (files != null) {
      record = record.withSpent(clock.spent());
      record.write(files);
    }
  }

  @Override
  public void onStep(StepReport report) {
    if (elsewhere != null && files == null) {
      save(elsewhere.root()); // Now its own files are there, so that it can be resumed.
      begun.run();
    }
    double reserve = closingSeconds + evaluationSeconds + report.seconds();
    evaluating = clock.spent();
    if (report.step() >= total || run == null) {
      return;
    }
    if (clock.left() < reserve) {
      cut = true;
      run.stop();
    } else if (pace != null) {
      anew = pace.onStep(report.step(), evaluationSeconds);
      if (anew != null) {
        record = record.withPlan(anew);
        run.stop();
      }
    }
  }

  @Override
  public void onEvaluation(EvaluationReport report) {
    evaluationSeconds = Math.max(0, clock.spent() - evaluating);
    if (pace != null) {
      pace.onEvaluation(evaluationSeconds);
    }
  }

  @Override
  public void onSaved(long step) {
    save();
  }
}
