package dev.eman.train.fit;

import dev.eman.train.RunCheckpoint;
import dev.eman.train.RunCheckpoint.Which;
import dev.eman.train.RunListener;
import dev.eman.train.RunResult;
import dev.eman.train.TrainingRun;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;

/** Trains a run to its end, or as far as the time allows. */
record FitPhase(FitDriver driver) {
  /** Opens a run with listeners. */
  interface Opening {
    TrainingRun with(RunListener... listeners);
  }

  /**
   * Trains and finishes a run. One whose steps take another time than planned gets another length;
   * one that its deadline has stopped becomes one of that length.
   *
   * @return whether it is finished; false if the driver stopped it
   */
  boolean train(Path folder, Deadline deadline, Opening opening) {
    RunResult result = driver.train(watched(deadline, opening));
    FitPlan anew = deadline.anew();
    while (result == null && anew != null) {
      FitPlan plan = anew;
      driver.chosen(
          String.format(
              Locale.ROOT,
              "a step takes %.3g s by now: %,d steps in all",
              plan.stepSeconds(),
              plan.steps()));
      result =
          driver.train(
              watched(
                  deadline,
                  listeners -> TrainingRun.resume(folder, false, plan.length(), listeners)));
      anew = deadline.anew();
    }
    if (result == null && deadline.cut()) {
      long done = RunCheckpoint.openFacts(folder, Which.LAST).steps();
      driver.chosen(
          String.format(
              Locale.ROOT,
              "the time is over after %,d steps, as they took longer than measured",
              done));
      OptionTexts end = OptionTexts.empty().with(ScheduleOptions.LIMIT_STEPS, Long.toString(done));
      result =
          driver.train(
              watched(deadline, listeners -> TrainingRun.resume(folder, false, end, listeners)));
    }
    if (result == null) {
      return false;
    }
    deadline.save();
    return true;
  }

  private static Function<RunListener, TrainingRun> watched(Deadline deadline, Opening opening) {
    return listener -> deadline.watch(opening.with(listener, deadline));
  }
}
