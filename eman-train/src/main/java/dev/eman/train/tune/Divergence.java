package dev.eman.train.tune;

/**
 * Whether a loss has grown too far for a test to go on: its running mean is above the lowest so far
 * by half of what the loss was at the beginning.
 */
final class Divergence {
  private static final double MOMENTUM = 0.8;

  /** Steps whose mean is the loss at the beginning. */
  private static final int FIRST = 5;

  private static final double PART = 0.5;

  private int count;
  private double first;
  private double sum;
  private double weight;
  private double lowest = Double.POSITIVE_INFINITY;

  /** Adds the next loss; whether the test is over. */
  boolean add(double loss) {
    count++;
    sum = MOMENTUM * sum + (1 - MOMENTUM) * loss;
    weight = MOMENTUM * weight + (1 - MOMENTUM);
    if (count <= FIRST) {
      first += loss / FIRST;
      return false;
    }
    double mean = sum / weight;
    lowest = Math.min(lowest, mean);
    return mean > lowest + PART * Math.abs(first);
  }
}
