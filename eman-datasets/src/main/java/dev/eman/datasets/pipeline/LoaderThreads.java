package dev.eman.datasets.pipeline;

import java.util.function.Supplier;

/** How many threads a pipeline has where nobody says so: one for every two processors. */
public final class LoaderThreads {
  private static final int MOST = 16;

  private static final ThreadLocal<Integer> PROCESSORS =
      ThreadLocal.withInitial(() -> Runtime.getRuntime().availableProcessors());

  private LoaderThreads() {}

  /**
   * Does something for which this process has a share of the machine, as a task of Spark has.
   *
   * @param processors of the share; pipelines that this thread describes meanwhile keep to them
   */
  public static <T> T within(int processors, Supplier<T> work) {
    int before = PROCESSORS.get();
    PROCESSORS.set(processors);
    try {
      return work.get();
    } finally {
      PROCESSORS.set(before);
    }
  }

  static int usual() {
    return Math.max(1, Math.min(MOST, PROCESSORS.get() / 2));
  }
}
