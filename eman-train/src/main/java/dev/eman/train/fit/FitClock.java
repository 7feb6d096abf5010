package dev.eman.train.fit;

import java.util.function.LongSupplier;

/**
 * The time that goes into a run, over several processes.
 *
 * @param nanos a clock
 * @param start of this process's part
 * @param before seconds that earlier ones have spent
 * @param seconds for all of it
 */
record FitClock(LongSupplier nanos, long start, double before, double seconds) {
  /** Seconds spent so far. */
  double spent() {
    return before + (nanos.getAsLong() - start) / 1e9;
  }

  /** Seconds left; negative if there are none. */
  double left() {
    return seconds - spent();
  }

  /** The same clock for a run that others have worked on. */
  FitClock after(double spentBefore) {
    return new FitClock(nanos, start, spentBefore, seconds);
  }
}
