package dev.eman.core.nn.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;

/**
 * How a batch of {@code [rows, channels]} is shown to oneDNN: as fewer rows of more channels, which
 * is the same memory. Every {@code groups} adjacent rows become one, so that oneDNN's float32 sums
 * over a batch fall into {@code groups} short ones, whose sum is then taken in float64. Wide rows
 * are also quicker where there are few channels.
 */
final class NormalizationGroups {
  /** Channels that oneDNN's kernels treat without a remainder, under any instruction set. */
  private static final int VECTOR = 16;

  /** Rows below this are one group: their sum is short anyway. */
  private static final int FEWEST_ROWS = 64;

  private NormalizationGroups() {}

  /**
   * Rows that are treated at once.
   *
   * @param firstRow where it begins, in rows of the batch
   * @param rows how many values a channel has in each group
   * @param groups how many rows of the batch make one
   */
  record Segment(long firstRow, long rows, int groups) {}

  /** One segment, and a second one for rows that do not fit into groups. */
  static ImmutableList<Segment> of(long rows, int channels) {
    int multiple = VECTOR / Math.toIntExact(LongMath.gcd(channels, VECTOR));
    int groups = groups(rows, multiple);
    if (groups == 1) {
      return ImmutableList.of(new Segment(0, rows, 1));
    }
    long grouped = rows / groups * groups;
    Segment main = new Segment(0, rows / groups, groups);
    return grouped == rows
        ? ImmutableList.of(main)
        : ImmutableList.of(main, new Segment(grouped, rows - grouped, 1));
  }

  /**
   * About half the root of the rows: the error of a sum of n values grows with the root of n, that
   * of the mean of m such sums falls with the root of m. Where some number nearby divides the rows,
   * it is taken.
   */
  private static int groups(long rows, int multiple) {
    if (rows < FEWEST_ROWS) {
      return 1;
    }
    int best = 1;
    long leftOver = Long.MAX_VALUE;
    int wanted = Math.max(multiple, (int) Math.sqrt((double) rows) / 2 / multiple * multiple);
    for (int groups = wanted; groups <= 2 * wanted && groups <= rows; groups += multiple) {
      long rest = rows % groups;
      if (rest < leftOver) {
        best = groups;
        leftOver = rest;
      }
    }
    return best;
  }
}
