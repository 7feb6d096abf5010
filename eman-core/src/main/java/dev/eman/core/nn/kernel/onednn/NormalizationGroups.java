package dev.eman.core.nn.kernel.onednn;

import com.google.common.math.LongMath;

/**
 * How a batch of {@code [rows, channels]} is shown to oneDNN: as fewer rows of more channels, which
 * is the same memory. Every {@code groups} adjacent rows become one.
 *
 * @param rows values that a channel has in each group
 * @param groups rows of the batch that make one
 * @param leftOver rows of the batch behind the last group
 */
record NormalizationGroups(long rows, int groups, int leftOver) {
  /** Channels that oneDNN's kernels treat without a remainder, under any instruction set. */
  private static final int VECTOR = 16;

  /** Rows below this are one group: their sum is short, and there is little to gain. */
  private static final int FEWEST_ROWS = 64;

  /** Channels of a row that is wide enough: wider ones gain nothing. */
  private static final int WIDE = 1024;

  /** Rows of a group that a kernel takes as one line of an image, where they divide. */
  private static final int LINE = 4;

  /**
   * Groups for oneDNN's float32 sums over a batch, which become short ones, to be added in float64:
   * as many groups as there are rows in each. A sum of n values is off by some root of n roundings,
   * and the mean of m such sums by a root of m fewer.
   */
  static NormalizationGroups forSums(long rows, int channels) {
    return of(rows, channels, (int) Math.sqrt((double) rows));
  }

  /** Groups for arithmetic on each value, in rows that are wide enough to be quick. */
  static NormalizationGroups forWidth(long rows, int channels) {
    return of(rows, channels, WIDE / channels);
  }

  /**
   * At least {@code wanted} groups, at most twice as many. Where a number in between divides the
   * rows, and leaves whole lines, it is taken.
   */
  private static NormalizationGroups of(long rows, int channels, int wanted) {
    int multiple = VECTOR / Math.toIntExact(LongMath.gcd(channels, VECTOR));
    int best = 1;
    if (rows >= FEWEST_ROWS) {
      int least = Math.max(multiple, (wanted + multiple - 1) / multiple * multiple);
      long fewest = Long.MAX_VALUE;
      for (int groups = least; groups <= 2 * least && groups <= rows; groups += multiple) {
        long badness = rows % groups * LINE + (rows / groups % LINE == 0 ? 0 : 1);
        if (badness < fewest) {
          best = groups;
          fewest = badness;
        }
      }
    }
    return new NormalizationGroups(rows / best, best, (int) (rows % best));
  }

  /** The line's length: 4, 2 or 1. */
  int line() {
    return Math.toIntExact(LongMath.gcd(rows, LINE));
  }
}
