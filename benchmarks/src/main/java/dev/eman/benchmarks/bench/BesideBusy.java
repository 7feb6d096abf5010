package dev.eman.benchmarks.bench;

import dev.eman.cli.JavaProcess;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares our time on a quiet machine with that beside one other busy process. */
final class BesideBusy {
  static final String QUIET = "eman_ms";
  static final String BUSY = "eman_beside_busy_ms";
  static final String RATIO = "beside_busy_ratio";

  private BesideBusy() {}

  /**
   * Measures in turn, round by round, with one core kept busy in every second turn.
   *
   * @param eman started and warm
   * @param work its command
   * @param count times in each turn
   * @param skipped of them at the beginning, which still have what was prepared in the turn before
   * @return the medians in ms, quiet and busy, and busy over quiet
   */
  static Map<String, @Nullable Object> measure(
      Contender eman, String work, int count, int skipped, int rounds) {
    Samples samples = new Samples();
    try (Contender busy =
        Contender.start("busy", 1, JavaProcess.command(BusyWorker.class, List.of()))) {
      for (int round = 0; round < rounds; round++) {
        busy.say("rest");
        samples.add(QUIET, turn(eman, work, count, skipped));
        busy.say("work");
        samples.add(BUSY, turn(eman, work, count, skipped));
      }
    }
    Map<String, @Nullable Object> result = samples.medians(List.of(QUIET, BUSY));
    result.put(RATIO, Samples.ratio(samples.median(BUSY), samples.median(QUIET)));
    return result;
  }

  /** The rows below that of the quiet time. */
  static void print(Rows rows) {
    rows.times("  beside one busy process", "ms", BUSY, RATIO, "times the quiet one");
  }

  private static double[] turn(Contender eman, String work, int count, int skipped) {
    return Arrays.stream(eman.measure(work, count)).skip(skipped).toArray();
  }
}
