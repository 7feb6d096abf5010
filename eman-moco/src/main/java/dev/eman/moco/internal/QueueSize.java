package dev.eman.moco.internal;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.UsageException;
import dev.eman.core.option.IntegerOption;
import dev.eman.core.option.OptionSpec;

/** The size of a {@link KeyQueue} as an option, and what it must be at least. */
public final class QueueSize {
  private QueueSize() {}

  /**
   * The option {@code queue}.
   *
   * @param size its default
   * @param text what it is
   */
  public static IntegerOption option(int size, String text) {
    return OptionSpec.integer("queue", size).between(1, Integer.MAX_VALUE).describedAs(text);
  }

  /** Whether it is a size at all. */
  public static void check(int size) {
    checkArgument(size > 0, "queue: expected at least 1, got %s", size);
  }

  /**
   * Whether a queue holds the keys of a batch.
   *
   * @throws IllegalArgumentException if it does not
   */
  public static void checkHolds(int size, long images) {
    checkArgument(
        images <= size, "queue: expected at least the %s keys of a batch, got %s", images, size);
  }

  /**
   * The same before a run, and whether its batch divides into groups.
   *
   * @throws UsageException if it does not
   */
  public static void checkRun(int size, int groups, long images) {
    try {
      checkHolds(size, images);
      ShuffledGroups.checkDivides(groups, images);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }
}
