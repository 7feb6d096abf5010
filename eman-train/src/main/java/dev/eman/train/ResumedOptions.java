package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The options of a run that is resumed.
 *
 * @param before those that it was trained with so far
 * @param now those from this step on
 */
record ResumedOptions(TrainingOptions before, TrainingOptions now) {
  /** Its length, where its data are, and what is measured and saved when: not what is learnt. */
  private static final ImmutableList<TrainingOption<?>> CHANGEABLE =
      ImmutableList.of(
          ScheduleOptions.STEPS,
          ScheduleOptions.EPOCHS,
          ScheduleOptions.LIMIT_STEPS,
          DataOptions.DATASET,
          DataOptions.DATA,
          DataOptions.IMAGES,
          DataOptions.UNLABELED_DATA,
          DataOptions.CORRUPT_IMAGES,
          DataOptions.WORKERS,
          EvaluationOptions.EVALUATE_EVERY,
          EvaluationOptions.MAP_IMAGES,
          EvaluationOptions.CHECKPOINT_EVERY,
          EvaluationOptions.CHECKPOINT_MINUTES,
          EvaluationOptions.EARLY_STOP,
          EvaluationOptions.KEEP_EVERY);

  /** Whether an option may change when a run is resumed. */
  static boolean isChangeable(TrainingOption<?> option) {
    return CHANGEABLE.contains(option);
  }

  /**
   * Those of the run in a folder.
   *
   * @param changes options that override its own
   * @throws UsageException if one of these cannot change
   */
  static ResumedOptions read(RunFiles files, OptionTexts changes) {
    OptionTexts texts = OptionTexts.read(files.config()).asRecorded();
    texts.and(changes).checkFound(places(files));
    return of(texts, changes, files.config().toString());
  }

  /** The options whose files or folders a run needs to be resumed. */
  private static List<TrainingOption<?>> places(RunFiles files) {
    boolean begins = !Files.exists(files.last());
    boolean draws = !Files.exists(files.split());
    return TrainingOptions.all().stream()
        .filter(
            option -> begins || !(option == InitialOptions.INIT || option == DataOptions.CLASSES))
        .filter(option -> draws || option != DataOptions.LABELS_FILE)
        .toList();
  }

  /**
   * Resolves them.
   *
   * @param own the run's configuration
   * @param changes options that override it
   * @param where the configuration's origin, for messages
   * @throws UsageException if an option cannot change
   */
  static ResumedOptions of(OptionTexts own, OptionTexts changes, String where) {
    for (TrainingOption<?> option : TrainingOptions.all()) {
      if (changes.has(option) && !CHANGEABLE.contains(option)) {
        throw cannotChange("--" + option.name());
      }
    }
    if (changes.hasSettings()) {
      throw cannotChange("--" + OptionTexts.SET);
    }
    boolean epochs = own.has(ScheduleOptions.EPOCHS);
    if (epochs ? changes.has(ScheduleOptions.STEPS) : changes.has(ScheduleOptions.EPOCHS)) {
      throw new UsageException(
          epochs
              ? "--steps: the length of this run is in epochs; change --epochs"
              : "--epochs: the length of this run is in steps; change --steps");
    }
    TrainingOptions before = own.resolve(where);
    return new ResumedOptions(before, changes.isEmpty() ? before : own.and(changes).resolve(where));
  }

  private static UsageException cannotChange(String name) {
    return new UsageException(
        name
            + ": cannot change when a run is resumed; these can: "
            + CHANGEABLE.stream()
                .map(option -> "--" + option.name())
                .collect(Collectors.joining(", ")));
  }

  boolean changed() {
    return !OptionTexts.toYaml(before).equals(OptionTexts.toYaml(now));
  }
}
