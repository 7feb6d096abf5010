package dev.eman.train.fit;

import com.google.common.collect.ImmutableList;
import dev.eman.core.io.AtomicFiles;
import dev.eman.train.RunFiles;
import dev.eman.train.RunFolder;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Learning without labels before a run: a run of its own in the folder {@code pretrain} of the run
 * that begins with its teacher. Once it has made a step, the run's configuration and record are
 * there, too, so that the same call resumes both.
 */
final class FirstRun {
  private static final String FOLDER = "pretrain";

  /** What is decided for the run alone. */
  private static final ImmutableList<TrainingOption<?>> OF_THE_RUN =
      ImmutableList.of(TrainingOptions.CLASS_WEIGHTS, EvaluationOptions.EARLY_STOP);

  private final RunFiles run;
  private final RunFiles first;
  private final FitPhase phase;

  /**
   * What comes before a run.
   *
   * @param run the files of the run
   */
  FirstRun(RunFiles run, FitPhase phase) {
    this.run = run;
    this.first = new RunFiles(run.root().resolve(FOLDER));
    this.phase = phase;
  }

  /**
   * Trains it.
   *
   * @param options of it, with its length
   * @param before its length
   * @param own options of the run, with its length
   * @param after the run's length
   * @return the record, with the time that was spent; null if the driver stopped it
   */
  @Nullable FitRecord begin(
      OptionTexts options,
      FitPlan before,
      OptionTexts own,
      FitPlan after,
      FitClock clock,
      FitRecord record) {
    TrainingOptions without =
        options
            .without(OF_THE_RUN)
            .with(EvaluationOptions.KNN_BANK, Integer.toString(FirstRules.BANK))
            .resolve();
    TrainingOptions with =
        own.with(InitialOptions.INIT, first.root().toAbsolutePath().toString())
            .with(InitialOptions.INIT_NETWORK, "teacher")
            .resolve();
    Deadline deadline =
        new Deadline(
                clock,
                record,
                before.evaluationSeconds(),
                before.closingSeconds() + after.seconds())
            .keepingIn(
                run,
                () -> AtomicFiles.saveString(run.config(), OptionTexts.toYaml(with, run.root())));
    boolean done =
        phase.train(
            first.root(),
            deadline,
            listeners -> {
              // Killed before its first step, when less or more may have been asked for.
              RunFolder.discardWithoutCheckpoint(first.root());
              return TrainingRun.start(without, first.root(), listeners);
            });
    return done ? deadline.record() : null;
  }

  /**
   * Resumes it if it was interrupted.
   *
   * @param changes options that override its own
   * @return the record, with the time that was spent; null if the driver stopped it
   */
  @Nullable FitRecord proceed(FitClock clock, FitRecord record, OptionTexts changes) {
    if (!first.isBegun() || first.isFinished()) {
      return record;
    }
    phase
        .driver()
        .chosen(
            String.format(
                Locale.ROOT,
                "%s was interrupted while it learned without labels, and resumes there",
                run.root()));
    FitPlan after = record.plan();
    Deadline deadline =
        new Deadline(
                clock, record, after.evaluationSeconds(), after.closingSeconds() + after.seconds())
            .keepingIn(run, () -> {});
    OptionTexts own = changes.without(OF_THE_RUN);
    return phase.train(
            first.root(),
            deadline,
            listeners -> TrainingRun.resume(first.root(), false, own, listeners))
        ? deadline.record()
        : null;
  }
}
