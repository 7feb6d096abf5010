package dev.eman.spark;

import dev.eman.core.EmanException;
import java.time.Duration;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/**
 * Counts the tasks that have started and not ended since this was opened. A cancelled job has ended
 * before its tasks have, and Spark's status tracker may not know of those that started lately.
 */
final class RunningTasks extends SparkListener implements AutoCloseable {
  private final SparkContext spark;
  private int running;

  private RunningTasks(SparkContext spark) {
    this.spark = spark;
  }

  static RunningTasks open(SparkContext spark) {
    RunningTasks tasks = new RunningTasks(spark);
    spark.addSparkListener(tasks);
    return tasks;
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    running++;
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running = Math.max(0, running - 1); // One that ran before does not count.
    notifyAll();
  }

  /**
   * Waits until no task runs.
   *
   * @return whether none runs any more
   */
  synchronized boolean awaitNone(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toMillis(); running > 0 && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while waiting for tasks", e);
    }
    return running == 0;
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
