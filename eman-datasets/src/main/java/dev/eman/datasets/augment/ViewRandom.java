package dev.eman.datasets.augment;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * The random numbers of one view of one image (SplitMix64). They follow from seed, epoch, index and
 * view alone, so that a view is the same whichever thread makes it, and in whatever order. To be
 * seeded again for each view; not safe for use by several threads at once.
 */
public final class ViewRandom {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;

  /** Seeded with zeros. */
  public ViewRandom() {
    seed(0, 0, 0, 0);
  }

  /**
   * Starts the numbers of one view.
   *
   * @param seed of the run
   * @param epoch of the stream that the image is drawn from
   * @param index of the image in its data set
   * @param view 0 for the first view of the image, such as the weak one
   */
  public void seed(long seed, long epoch, long index, long view) {
    // Mixed after each, so that neighbours in one do not meet neighbours in another.
    state = mix(mix(mix(mix(seed ^ GOLDEN) + epoch) + index) + view);
  }

  /** 64 random bits. */
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  /** Uniform over 0 to {@code bound - 1}. */
  public int nextInt(int bound) {
    checkArgument(bound > 0, "bound: expected at least 1, got %s", bound);
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** Uniform over {@code first} to {@code last}, both included. */
  public int nextInt(int first, int last) {
    return first + nextInt(last - first + 1);
  }

  /** Uniform in [0, 1). */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [low, high). */
  public double uniform(double low, double high) {
    return low + nextDouble() * (high - low);
  }

  /** True with the given probability. */
  public boolean chance(double probability) {
    return nextDouble() < probability;
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
