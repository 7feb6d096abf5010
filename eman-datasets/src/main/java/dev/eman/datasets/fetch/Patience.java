package dev.eman.datasets.fetch;

import java.time.Duration;
import java.util.function.IntFunction;

/**
 * How long to wait for a server.
 *
 * @param connect for a connection
 * @param stall for the next bytes
 * @param retries how many times in a row to try again without getting any further
 * @param delay before each of those tries, which count from 1
 */
record Patience(Duration connect, Duration stall, int retries, IntFunction<Duration> delay) {
  /** Waits 1, 2, 4, 8 and 16 seconds between tries. */
  static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          5,
          attempt -> Duration.ofSeconds(1L << (attempt - 1)));
}
