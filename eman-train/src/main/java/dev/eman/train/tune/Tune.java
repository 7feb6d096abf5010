package dev.eman.train.tune;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.core.optimizer.OptimizerKind;
import dev.eman.core.train.LearningRateSchedule;
import dev.eman.train.TrialSteps;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.util.Locale;

/**
 * Suggests a batch size and a learning rate for a training, by short trials on its own data,
 * augmentation and networks; nothing of them is kept.
 *
 * <p>First the batch, from which the learning rate follows: it is doubled, with as many images
 * without labels for each labelled one, as long as that gives a tenth more images per second. Then
 * range tests with this batch ({@link RateCurve}), each with another seed.
 *
 * <pre>{@code
 * TrainingOptions tuned = Tune.of(options).minutes(2).run(TuneListener.NONE).tuned();
 * }</pre>
 */
public final class Tune {
  /** A larger batch must give at least this many times the images per second. */
  public static final double LEAST_GAIN = 1.1;

  /** Steps of a range test. */
  static final int STEPS = 100;

  /** With fewer, a test says too little. */
  static final int FEWEST_STEPS = 40;

  /** Factor between the first and the last rate of a test. */
  private static final double RANGE = 1e6;

  private static final double HIGHEST = 10;

  /** LARS scales a layer's step by the length of its weights. */
  private static final double HIGHEST_LARS = 1000;

  private static final int MOST_TESTS = 3;
  private static final double DEFAULT_MINUTES = 2;

  /** Part of the time that is spent on batch sizes. */
  private static final double FOR_BATCHES = 0.35;

  /** Steps are not all as fast as those that were timed. */
  private static final double SLACK = 1.15;

  private final TrainingOptions options;
  private double minutes = DEFAULT_MINUTES;
  private Timing timing = Timing.MEASURED;

  private Tune(TrainingOptions options) {
    this.options = options;
  }

  /** For the training with these options. */
  public static Tune of(TrainingOptions options) {
    return new Tune(options);
  }

  /**
   * The time for all of it; 2 unless set.
   *
   * @param value above 0
   */
  @CanIgnoreReturnValue
  public Tune minutes(double value) {
    checkArgument(value > 0 && Double.isFinite(value), "minutes: expected above 0, got %s", value);
    minutes = value;
    return this;
  }

  /** A machine whose speed is known. */
  @VisibleForTesting
  Tune on(Timing machine) {
    timing = machine;
    return this;
  }

  /**
   * Measures.
   *
   * @throws UsageException if the time is too short for one range test
   * @throws EmanException if the data cannot be opened or a step fails
   */
  public TuneResult run(TuneListener listener) {
    long start = System.nanoTime();
    double seconds = 60 * minutes;
    BatchTrials trials = new BatchTrials(options, listener, timing);
    trials.run(FOR_BATCHES * seconds);
    double spent = (System.nanoTime() - start) / 1e9;
    double opening = trials.openingSeconds();
    double step = trials.best().stepSeconds();
    double left = seconds - spent;
    int tests = (int) Math.max(1, Math.min(MOST_TESTS, left / (opening + SLACK * STEPS * step)));
    int steps = (int) Math.min(STEPS, (left / tests - opening) / (SLACK * step));
    if (steps < FEWEST_STEPS) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "--minutes: expected at least %.1f, for a test of %d steps of %.2f s each, got %s",
              Math.ceil(10 * (spent + opening + SLACK * FEWEST_STEPS * step) / 60) / 10,
              FEWEST_STEPS,
              step,
              minutes));
    }
    listener.testing(tests, steps);
    int batch = trials.best().batch();
    ImmutableList.Builder<RateCurve> curves = ImmutableList.builder();
    for (int i = 0; i < tests; i++) {
      RateCurve curve = test(with(batch, options.seed() + i), steps);
      listener.tested(curve);
      curves.add(curve);
    }
    return new TuneResult(options, trials.all(), batch, curves.build());
  }

  private TrainingOptions with(int batch, long seed) {
    return OptionTexts.of(options)
        .with(BatchOptions.BATCH, Integer.toString(batch))
        .with(TrainingOptions.SEED, Long.toString(seed))
        .resolve();
  }

  private static RateCurve test(TrainingOptions options, int steps) {
    double highest = options.optimizer().kind() == OptimizerKind.LARS ? HIGHEST_LARS : HIGHEST;
    Divergence divergence = new Divergence();
    ImmutableDoubleArray.Builder rates = ImmutableDoubleArray.builder();
    ImmutableDoubleArray.Builder losses = ImmutableDoubleArray.builder();
    boolean[] over = {false};
    try (TrialSteps trial = TrialSteps.open(options)) {
      boolean finite =
          trial.train(
              LearningRateSchedule.exponential(highest / RANGE, highest, steps),
              steps,
              report -> {
                double loss = report.scalars().getOrDefault("loss", Double.NaN);
                rates.add(report.learningRate());
                losses.add(loss);
                over[0] = divergence.add(loss);
                return !over[0];
              });
      return new RateCurve(options.seed(), rates.build(), losses.build(), over[0] || !finite);
    }
  }
}
