package dev.eman.benchmarks.bench;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process that keeps one core busy between the commands {@code work} and {@code rest}, as another
 * user's program does.
 */
final class BusyWorker {
  private volatile boolean working;
  private @Nullable Thread thread;

  private BusyWorker() {}

  /** Without arguments; {@code quit} or the end of the input ends it. */
  public static void main(String[] args) throws IOException {
    BusyWorker worker = new BusyWorker();
    Answers.serve(
        "busy", Map.of("work", argument -> worker.start(), "rest", argument -> worker.stop()));
    worker.stop();
  }

  private String start() throws IOException {
    stop();
    working = true;
    thread = new Thread(this::spin, "busy");
    thread.start();
    return "work";
  }

  private String stop() throws IOException {
    working = false;
    if (thread != null) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      thread = null;
    }
    return "rest";
  }

  /** Arithmetic that never waits: {@code Thread.onSpinWait} would leave the core to others. */
  private void spin() {
    double sum = 0;
    for (double i = 1; working; i++) {
      sum += Math.sqrt(i);
    }
    if (Double.isNaN(sum)) { // Never; it keeps the loop from being optimised away.
      System.err.println(sum);
    }
  }
}
