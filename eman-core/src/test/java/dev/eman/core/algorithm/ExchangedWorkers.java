package dev.eman.core.algorithm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Workers that exchange their steps: threads of one JVM. */
public final class ExchangedWorkers {
  private ExchangedWorkers() {}

  /**
   * Runs workers to their ends.
   *
   * @param work of each, on a thread of its own
   * @return their results by rank
   * @throws AssertionError with the first rank's failure as its cause, if any fails
   */
  public static <T> List<T> run(int workers, Function<InMemoryExchange, T> work) {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (InMemoryExchange exchange : InMemoryExchange.group(workers)) {
        running.add(
            threads.submit(
                () -> {
                  try (exchange) {
                    return work.apply(exchange);
                  }
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> worker : running) {
        results.add(worker.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError("a worker failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      threads.shutdownNow();
    }
  }
}
