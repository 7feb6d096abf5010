package dev.eman.train.fit;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.eman.core.EmanException;
import dev.eman.datasets.split.LabelAmount;
import dev.eman.train.options.DataOptions;
import dev.eman.train.options.EvaluationOptions;
import dev.eman.train.options.GivenOptions;
import dev.eman.train.options.InitialOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOption;
import dev.eman.train.options.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains a classifier within a given time, and chooses the options itself: from the images, from
 * the speed of the machine, which it measures, and from the time.
 *
 * <pre>{@code
 * FitResult result = Fit.folder(Path.of("photos")).minutes(30).run();
 * System.out.println(result.predict(image).get(0));
 * }</pre>
 *
 * <p>The run's {@code config.yaml} has everything that was chosen. Called again with the same
 * images it resumes a run that was interrupted; with more minutes it continues one that has
 * finished: the minutes are those of all calls together, and from its last step on the learning
 * rate follows the schedule of the longer run, so that it rises again at first. Where the images
 * have changed since, a new run is made.
 */
public final class Fit {
  private static final double DEFAULT_MINUTES = 30;

  /** What may be decided beforehand. */
  static final ImmutableList<TrainingOption<?>> OPTIONS =
      ImmutableList.<TrainingOption<?>>builder()
          .addAll(Iterables.filter(DataOptions.ALL, option -> option != DataOptions.DATASET))
          .add(InitialOptions.INIT, InitialOptions.INIT_NETWORK, InitialOptions.INIT_PREFIX)
          .add(TrainingOptions.BACKBONE, TrainingOptions.SEED, TrainingOptions.CLASS_WEIGHTS)
          .add(EvaluationOptions.EARLY_STOP)
          .build();

  private OptionTexts texts;
  private double minutes = DEFAULT_MINUTES;
  private @Nullable Path out;
  private LongSupplier nanos = System::nanoTime;
  private @Nullable Long started;
  private Speeds speeds = Speeds.MEASURED;

  private Fit(OptionTexts texts) {
    this.texts = texts;
  }

  /** The options of a run that may be decided beforehand; the others are chosen. */
  public static ImmutableList<TrainingOption<?>> settable() {
    return OPTIONS;
  }

  /**
   * Trains on a folder or a table of images.
   *
   * @param images as the option {@code dataset} takes it
   */
  public static Fit folder(Path images) {
    return dataset(images.toString());
  }

  /**
   * Trains on a data set.
   *
   * @param name of a data set, or a folder or table of images
   */
  public static Fit dataset(String name) {
    return new Fit(OptionTexts.empty().with(DataOptions.DATASET, name));
  }

  /**
   * The time for all of it, evaluation and report included; 30 unless set.
   *
   * @param value above 0
   */
  @CanIgnoreReturnValue
  public Fit minutes(double value) {
    checkArgument(value > 0 && Double.isFinite(value), "minutes: expected above 0, got %s", value);
    minutes = value;
    return this;
  }

  /** The folder of the run; {@code runs/fit-NAME} unless set. */
  @CanIgnoreReturnValue
  public Fit out(Path folder) {
    out = folder;
    return this;
  }

  /** How many of the labels to use: all, unless set. */
  @CanIgnoreReturnValue
  public Fit labels(LabelAmount amount) {
    return options(OptionTexts.empty().with(DataOptions.LABELS, amount.toString()));
  }

  /** Seed of split, weights and batches; 0 unless set. */
  @CanIgnoreReturnValue
  public Fit seed(long seed) {
    return options(OptionTexts.empty().with(TrainingOptions.SEED, Long.toString(seed)));
  }

  /**
   * Decides options beforehand.
   *
   * @param given some of {@link #settable}
   * @throws IllegalArgumentException if there are others
   */
  @CanIgnoreReturnValue
  public Fit options(OptionTexts given) {
    OptionTexts other = given.without(OPTIONS);
    checkArgument(
        other.isEmpty(),
        "options: expected only %s, got %s",
        OPTIONS.stream().map(TrainingOption::name).toList(),
        other.yaml());
    texts = texts.and(given);
    return this;
  }

  /**
   * The beginning of the next run's time, if that was before {@link #run} is called.
   *
   * @param nanos of {@link System#nanoTime}
   */
  @CanIgnoreReturnValue
  public Fit startedAt(long nanos) {
    started = nanos;
    return this;
  }

  /** A machine whose speed and time are known. */
  @VisibleForTesting
  Fit on(Speeds machine, LongSupplier clock) {
    speeds = machine;
    nanos = clock;
    return this;
  }

  /**
   * Chooses, trains, evaluates.
   *
   * @throws dev.eman.core.UsageException if the time is too short for a single step
   * @throws EmanException if the images cannot be used, or the run was stopped
   */
  public FitResult run() {
    return run(FitDriver.SILENT)
        .orElseThrow(() -> new EmanException("the run was stopped; run it again to resume it"));
  }

  /**
   * The same, with progress.
   *
   * @return empty if the driver stopped it; the run can be resumed
   */
  public Optional<FitResult> run(FitDriver driver) {
    GivenOptions.checkData(texts, texts.only(DataOptions.ALL).resolve().data());
    OptionTexts all =
        texts.has(DataOptions.LABELS) || texts.has(DataOptions.LABELS_FILE)
            ? texts
            : texts.with(DataOptions.LABELS, LabelAmount.fraction(1).toString());
    FitClock clock =
        new FitClock(nanos, started == null ? nanos.getAsLong() : started, 0, minutes * 60);
    started = null; // The same object may continue the run later.
    return new FitRun(all, minutes, out, clock, speeds, driver).run();
  }
}
