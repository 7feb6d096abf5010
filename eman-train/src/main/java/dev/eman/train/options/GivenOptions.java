package dev.eman.train.options;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import dev.eman.core.UsageException;
import dev.eman.core.optimizer.ScheduleKind;
import dev.eman.datasets.split.LabelFile;
import java.util.List;

/**
 * Checks that the options somebody gives for a new run have an effect. Only for these: the
 * configuration of a run names every option, with its default if need be.
 */
public final class GivenOptions {
  private GivenOptions() {}

  /**
   * Checks the options of a new run.
   *
   * @param given what was given, without configuration files and a command's own defaults
   * @param all the run's options, with those given
   * @throws UsageException if one has no effect beside the others
   */
  public static void check(OptionTexts given, TrainingOptions all) {
    checkSchedule(given, all.schedule());
    checkData(given, all.data());
    UsedByAlgorithm.check(given, all.provider());
    all.provider().checkEffect(all.algorithmOptions(), given.settingNames());
  }

  private static void checkSchedule(OptionTexts given, ScheduleOptions schedule) {
    Checks.require(
        !given.has(ScheduleOptions.STEPS) || schedule.epochs() == null,
        "--steps: expected no --epochs beside it, found %s, which the length is of; omit one, or"
            + " give --epochs or --limit-steps where a configuration has the epochs",
        String.valueOf(schedule.epochs()));
    boolean steps = schedule.kind() == ScheduleKind.STEP;
    String kind = Ascii.toLowerCase(schedule.kind().name());
    Checks.require(
        steps || !given.has(ScheduleOptions.MILESTONES),
        "--milestones: expected --schedule step beside it, found %s, which has none",
        kind);
    Checks.require(
        steps || !given.has(ScheduleOptions.STEP_FACTOR),
        "--step-factor: expected --schedule step beside it, found %s, which has no steps",
        kind);
    Checks.require(
        !(steps && given.has(ScheduleOptions.SCHEDULE)) || !schedule.milestones().isEmpty(),
        "--schedule step: expected --milestones beside it, such as 60,80; without any the rate"
            + " never falls: --schedule constant");
  }

  /**
   * Checks the options of the images alone.
   *
   * @param given what was given, without configuration files and a command's own defaults
   * @param all of the images, with those given
   * @throws UsageException if one has no effect beside the others
   */
  public static void checkData(OptionTexts given, DataOptions all) {
    Checks.require(
        !given.has(DataOptions.LABELS) || all.labelsFile() == null,
        "--labels: expected no --labels-file beside it, found %s, which says what is labelled;"
            + " omit one",
        String.valueOf(all.labelsFile()));
    for (TrainingOption<?> option : List.of(DataOptions.VALIDATION, DataOptions.UNLABELED)) {
      if (all.labelsFile() != null && given.has(option)) {
        LabelFile.checkDraw("--" + option.name(), all.labelsFile());
      }
    }
    if (given.has(DataOptions.IMAGES)) {
      DataOptions.checkTable(requireNonNull(all.images()), all.provider());
    }
  }
}
