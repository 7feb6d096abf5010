package dev.eman.train;

import com.google.common.collect.ImmutableList;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionDifferences;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.ScheduleOptions;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Files;
import java.util.ArrayList;
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

  /** What makes no difference to a run that has finished. */
  private static final ImmutableList<TrainingOption<?>> OF_TRAINING_ALONE =
      ImmutableList.of(
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
    OptionTexts texts = recorded(files).asRecorded();
    texts.and(changes).checkFound(places(files));
    return of(texts, changes, files.config().toString());
  }

  /**
   * Those of the run in a folder, with all that may change as it is in others. A place that these
   * do not name stays; a limit that they do not have ends.
   *
   * @param wanted as if the run began today
   * @throws EmanException if they differ in an option that cannot change; names it
   */
  static ResumedOptions read(RunFiles files, TrainingOptions wanted) {
    OptionTexts own = recorded(files);
    OptionTexts given = OptionTexts.of(wanted);
    checkSame(files, own, wanted);
    List<TrainingOption<?>> taken = taken(given);
    OptionTexts texts = own.asRecorded();
    OptionTexts all = texts.without(taken).and(given.only(taken));
    all.checkFound(places(files));
    String where = files.config().toString();
    return new ResumedOptions(texts.resolve(where), all.resolve(where));
  }

  /**
   * Whether a run in a folder has finished, and would not train if it were resumed with these
   * options.
   *
   * @throws EmanException if they differ in an option that cannot change; names it
   */
  static boolean isFinished(RunFiles files, TrainingOptions wanted) {
    if (!files.isFinished()) {
      return false;
    }
    OptionTexts own = recorded(files);
    checkSame(files, own, wanted);
    List<TrainingOption<?>> taken = new ArrayList<>(taken(OptionTexts.of(wanted)));
    taken.removeAll(OF_TRAINING_ALONE);
    List<TrainingOption<?>> others = new ArrayList<>(TrainingOptions.all());
    others.removeAll(taken);
    return OptionDifferences.of(own, files.config().toString(), wanted, others).isEmpty();
  }

  /** What a run has recorded, whatever it was trained with: never nothing. */
  private static OptionTexts recorded(RunFiles files) {
    OptionTexts texts = OptionTexts.read(files.config());
    if (texts.isEmpty()) {
      throw new EmanException(
          files.config()
              + " is damaged: expected the options of the run, found none; put back a copy of it");
    }
    return texts;
  }

  private static List<TrainingOption<?>> taken(OptionTexts given) {
    return CHANGEABLE.stream()
        .filter(option -> option == ScheduleOptions.LIMIT_STEPS || given.has(option))
        .toList();
  }

  private static void checkSame(RunFiles files, OptionTexts own, TrainingOptions wanted) {
    List<TrainingOption<?>> changeable = new ArrayList<>(CHANGEABLE);
    if (own.has(ScheduleOptions.EPOCHS) != (wanted.schedule().epochs() != null)) {
      changeable.remove(ScheduleOptions.EPOCHS); // The unit of the schedule's other lengths, too.
    }
    if (own.has(DataOptions.UNLABELED_DATA) != (wanted.data().unlabeledData() != null)) {
      changeable.remove(DataOptions.UNLABELED_DATA); // Its place may change, not that there is one.
    }
    OptionDifferences others =
        OptionDifferences.of(own, files.config().toString(), wanted, changeable);
    if (!others.isEmpty()) {
      throw new EmanException(
          files.root()
              + " holds a run with other options ("
              + others
              + "); give its own, move it away, or choose another folder (--out)");
    }
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
