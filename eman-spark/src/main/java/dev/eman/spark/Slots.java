package dev.eman.spark;

import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import java.time.Duration;
import java.util.Locale;
import org.apache.spark.SparkContext;

/**
 * Whether a cluster can run all workers at the same moment. Spark finds out as well, but looks
 * again for ten minutes before it says so.
 */
final class Slots {
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** Executors of one cluster come within this time of each other. */
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private Slots() {}

  /** How many tasks can run at once now. */
  static int available(SparkContext spark) {
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  /**
   * How many there are once executors have stopped to register.
   *
   * @return at least 1
   * @throws EmanException if there are none after that time
   * @throws UsageException for settings under which their number does not stay
   */
  static int settled(SparkContext spark, Duration patience) {
    checkStay(spark);
    long end = System.nanoTime() + patience.toNanos();
    int found = available(spark);
    long since = System.nanoTime();
    while (!spark.isLocal()
        && System.nanoTime() < end
        && (found == 0 || System.nanoTime() - since < SETTLED.toNanos())) {
      pause();
      int now = available(spark);
      if (now != found) {
        found = now;
        since = System.nanoTime();
      }
    }
    if (found == 0) {
      throw new EmanException(missing(spark, 1, 0));
    }
    return found;
  }

  /**
   * Waits until the workers have slots: executors register some seconds after a program's start.
   *
   * @throws EmanException if there are too few after that time
   * @throws UsageException for settings under which there never will be
   */
  static void await(SparkContext spark, int workers, Duration patience) {
    checkStay(spark);
    long end = System.nanoTime() + patience.toNanos();
    int found = available(spark);
    while (found < workers && !spark.isLocal() && System.nanoTime() < end) {
      pause();
      found = available(spark);
    }
    if (found < workers) {
      throw new EmanException(missing(spark, workers, found));
    }
  }

  private static void checkStay(SparkContext spark) {
    if (spark.conf().getBoolean("spark.dynamicAllocation.enabled", false)) {
      throw new UsageException(
          "spark.dynamicAllocation.enabled: expected false, since all workers of a training run at"
              + " once; set it, and spark.executor.instances or spark.cores.max");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while waiting for executors", e);
    }
  }

  private static String missing(SparkContext spark, int workers, int found) {
    // The driver counts as one of them.
    int executors = Math.max(0, spark.statusTracker().getExecutorInfos().length - 1);
    return String.format(
        Locale.ROOT,
        "%s: expected %s, found %,d (%s of spark.task.cpus %s): %s",
        spark.master(),
        workers == 1
            ? "a slot for a worker"
            : String.format(Locale.ROOT, "slots for %,d workers at once", workers),
        found,
        spark.isLocal() ? "threads of this machine" : executors + " executors, tasks",
        spark.conf().get("spark.task.cpus", "1"),
        advice(spark.isLocal(), workers));
  }

  private static String advice(boolean local, int workers) {
    if (local) {
      return "ask for local[" + workers + "], or for fewer workers";
    }
    return workers == 1
        ? "add machines or cores, or wait until other programs have ended"
        : "add machines or cores, wait until other programs have ended, or ask for fewer workers";
  }
}
