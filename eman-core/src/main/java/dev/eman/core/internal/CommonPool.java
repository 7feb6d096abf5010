package dev.eman.core.internal;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work that is shared with the JVM's common pool. */
final class CommonPool {
  private CommonPool() {}

  /** Threads of the pool, the caller's included. */
  static int all() {
    return ForkJoinPool.getCommonPoolParallelism() + 1;
  }

  /**
   * Threads for work of microseconds between native kernels: half of the pool, whose other half
   * would meet OpenMP's threads, which spin for a while after a kernel. One on two cores.
   */
  static int besideOpenMp() {
    return ForkJoinPool.getCommonPoolParallelism() / 2 + 1;
  }

  /** Calls {@code action} once for each index below {@code count}, in any order. */
  static void forEachIndex(int count, int threads, IntConsumer action) {
    if (threads <= 1 || count <= 1) {
      for (int i = 0; i < count; i++) {
        action.accept(i);
      }
      return;
    }
    AtomicInteger next = new AtomicInteger();
    IntStream.range(0, Math.min(count, threads))
        .parallel()
        .forEach(
            thread -> {
              for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                action.accept(i);
              }
            });
  }
}
