package dev.eman.train.tune;

import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.train.options.BatchOptions;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import dev.eman.train.tune.Timing.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times steps with the batch that was given, twice as many images, and so on. */
final class BatchTrials {
  /** Part of the memory that can be had which a batch may need. */
  private static final double MEMORY = 0.8;

  private final TrainingOptions options;
  private final TuneListener listener;
  private final Timing timing;
  private final List<BatchTrial> trials = new ArrayList<>();
  private double opening;
  private int best;

  BatchTrials(TrainingOptions options, TuneListener listener, Timing timing) {
    this.options = options;
    this.listener = listener;
    this.timing = timing;
  }

  /**
   * Times them.
   *
   * @param seconds for all of it; the batch that was given is timed in any case
   */
  void run(double seconds) {
    long start = System.nanoTime();
    long before = timing.usedBytes();
    int batch = options.batch().size();
    Measured last = measure(batch, seconds / 3);
    while (true) {
      double left = seconds - (System.nanoTime() - start) / 1e9;
      String why = ending(last, left, before);
      if (why == null) {
        batch *= 2;
        Measured next;
        try {
          next = measure(batch, left / 2);
        } catch (UsageException e) { // Such as a queue that does not hold whole batches.
          listener.timedAll(
              String.format(Locale.ROOT, "no batch of %,d: %s", batch, e.getMessage()));
          return;
        } catch (OutOfMemoryError e) {
          listener.timedAll(tooMuchMemory(batch));
          return;
        }
        why = gain(last, next) < Tune.LEAST_GAIN ? tooLittle(batch, gain(last, next)) : null;
        last = next;
      }
      if (why != null) {
        listener.timedAll(why);
        return;
      }
      best = trials.size() - 1;
    }
  }

  private Measured measure(int batch, double most) {
    TrainingOptions sized =
        OptionTexts.of(options).with(BatchOptions.BATCH, Integer.toString(batch)).resolve();
    Measured measured = timing.measure(sized, most);
    opening = measured.openingSeconds();
    BatchTrial trial = new BatchTrial(batch, measured.images(), measured.stepSeconds());
    trials.add(trial);
    listener.timed(trial);
    return measured;
  }

  private static double gain(Measured before, Measured after) {
    return after.images() / after.stepSeconds() / (before.images() / before.stepSeconds());
  }

  /** Why a batch of twice the size is not tried; null if it is. */
  private @Nullable String ending(Measured last, double left, long before) {
    int next = 2 * trials.get(trials.size() - 1).batch();
    if (2L * last.images() > last.most()) {
      return String.format(Locale.ROOT, "there are too few images for a batch of %,d", next);
    }
    if (2 * (last.openingSeconds() + 4 * last.stepSeconds()) > left) {
      return String.format(Locale.ROOT, "the time does not allow for a batch of %,d", next);
    }
    long grown = timing.usedBytes() - before;
    if (before + 2 * grown > MEMORY * timing.mostBytes()) {
      return tooMuchMemory(next);
    }
    return null;
  }

  private static String tooMuchMemory(int batch) {
    return String.format(Locale.ROOT, "a batch of %,d needs too much memory", batch);
  }

  private static String tooLittle(int batch, double gain) {
    return String.format(
        Locale.ROOT,
        "a batch of %,d gives %.2f times the images per second of half of it, below %.1f",
        batch,
        gain,
        Tune.LEAST_GAIN);
  }

  /** In the order in which they were timed. */
  ImmutableList<BatchTrial> all() {
    return ImmutableList.copyOf(trials);
  }

  /** The largest that gave enough more than the one before it, or the one that was given. */
  BatchTrial best() {
    return trials.get(best);
  }

  /** Seconds until the last trial had done its first step. */
  double openingSeconds() {
    return opening;
  }
}
