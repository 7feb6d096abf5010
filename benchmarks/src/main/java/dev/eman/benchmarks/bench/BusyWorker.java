package dev.eman.benchmarks.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
    System.out.println("ready");
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null && !line.equals("quit"); ) {
        worker.stop();
        if (line.equals("work")) {
          worker.start();
        }
        System.out.println(line);
        line = in.readLine();
      }
    }
    worker.stop();
  }

  private void start() {
    working = true;
    thread = new Thread(this::spin, "busy");
    thread.start();
  }

  private void stop() throws IOException {
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
