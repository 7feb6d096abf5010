package dev.eman.core.model;

/**
 * Whether threads that wait for each other should give up their cores, judged by how much of their
 * time the process's threads wait for one. Measured on two cores: 0.03 to 0.15 on a quiet machine;
 * 0.33 where the threads of the kernels alone share two cores with one busy process, and then they
 * had better spin: threads that sleep are woken on one core, and the other is left to the
 * neighbour. Where there is more to run, loaders of our own or a second process, it is above 0.4,
 * and spinning threads keep the cores from those that have work.
 */
final class SpinPolicy {
  private static final double BUSY = 0.4;
  private static final double QUIET = 0.2;

  /** Quiet readings in a row before threads spin again. */
  private static final int QUIET_READINGS = 2;

  private boolean yielding;
  private int quiet;

  /**
   * Takes a reading into account.
   *
   * @param times of the threads since the last reading
   * @param nanos since then
   * @return whether to give up cores from now on
   */
  boolean update(ThreadTimes times, long nanos) {
    double wanted = (double) times.ran() + times.waited();
    if (wanted < 0.5 * nanos) {
      return yielding; // Next to idle, it says nothing.
    }
    double share = times.waited() / wanted;
    if (share > BUSY) {
      yielding = true;
      quiet = 0;
    } else if (share < QUIET) {
      quiet++;
      yielding &= quiet < QUIET_READINGS;
    } else {
      quiet = 0;
    }
    return yielding;
  }
}
