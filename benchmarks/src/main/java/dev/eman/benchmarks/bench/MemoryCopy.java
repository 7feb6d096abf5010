package dev.eman.benchmarks.bench;

import dev.eman.core.EmanException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies between two buffers far larger than any cache, with several threads. */
final class MemoryCopy implements AutoCloseable {
  private static final int BYTES_PER_THREAD = 96 << 20;
  private static final int REPEATS = 5;

  private final ExecutorService pool;
  private final List<Callable<Integer>> parts = new ArrayList<>();

  MemoryCopy(int threads) {
    pool = Executors.newFixedThreadPool(threads);
    for (int i = 0; i < threads; i++) {
      ByteBuffer from = ByteBuffer.allocateDirect(BYTES_PER_THREAD);
      ByteBuffer to = ByteBuffer.allocateDirect(BYTES_PER_THREAD);
      parts.add(() -> to.put(0, from, 0, BYTES_PER_THREAD).capacity());
    }
  }

  /** The best of some copies, read and written bytes counted. */
  double gigabytesPerSecond() {
    double best = 0;
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      long bytes = copied();
      best = Math.max(best, 2.0 * bytes / (System.nanoTime() - start));
    }
    return best;
  }

  private long copied() {
    try {
      long bytes = 0;
      for (Future<Integer> part : pool.invokeAll(parts)) {
        bytes += part.get();
      }
      return bytes;
    } catch (ExecutionException e) {
      throw new EmanException("copying in memory failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted", e);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
