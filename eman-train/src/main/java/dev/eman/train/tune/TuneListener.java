package dev.eman.train.tune;

/** Follows a search while it measures; every method does nothing unless overridden. */
public interface TuneListener {
  /** Does nothing. */
  TuneListener NONE = new TuneListener() {};

  /** A batch size was timed. */
  default void timed(BatchTrial trial) {}

  /**
   * No larger batch is timed.
   *
   * @param why in words
   */
  default void timedAll(String why) {}

  /**
   * Range tests begin.
   *
   * @param tests how many
   * @param steps of each, at most
   */
  default void testing(int tests, int steps) {}

  /** A range test is over. */
  default void tested(RateCurve curve) {}
}
