package dev.eman.core.nn;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How batch normalisation divides a training batch: into groups of equal size, one behind the
 * other, each normalised with its own mean and variance. Everything else in a network treats images
 * one by one, so that one pass in groups is as many passes at once.
 *
 * @param count of the groups, at least 1; divides the batch
 * @param inTurn whether the running statistics move once for each group, in order, as in passes one
 *     after the other; otherwise they move once, to the mean of where each group would have moved
 *     them, as over devices
 */
public record NormalizationGroups(int count, boolean inTurn) {
  /** The whole batch is one group. */
  public static final NormalizationGroups WHOLE = new NormalizationGroups(1, true);

  /** Checks the count. */
  public NormalizationGroups {
    checkArgument(count > 0, "groups: expected at least 1, got %s", count);
  }

  /**
   * Whether a batch divides into the groups.
   *
   * @param images in the batch
   * @throws IllegalArgumentException if it does not
   */
  public void check(long images) {
    checkArgument(
        images % count == 0, "images: expected a multiple of %s groups, got %s", count, images);
  }
}
