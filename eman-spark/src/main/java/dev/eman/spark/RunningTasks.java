package dev.eman.spark;

import dev.eman.core.EmanException;
import dev.eman.spark.internal.TaggedJobs;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.jspecify.annotations.Nullable;

/**
 * Knows the tasks that have started and not ended, of the jobs that this thread submits until this
 * is closed. A cancelled job has ended before its tasks have, and Spark's status tracker may not
 * know of those that started lately.
 */
final class RunningTasks extends SparkListener implements AutoCloseable {
  /** Spark tells the listeners which stages were submitted under a property of a thread. */
  private static final String MARK = "eman.jobs";

  private final SparkContext spark;
  private final String mark = UUID.randomUUID().toString();
  private final @Nullable String before;
  private final TaggedJobs jobs;
  private final Set<Integer> stages = new HashSet<>();
  private final Set<Long> running = new HashSet<>();

  private RunningTasks(SparkContext spark) {
    this.spark = spark;
    before = spark.getLocalProperty(MARK);
    jobs = TaggedJobs.open(spark);
  }

  static RunningTasks open(SparkContext spark) {
    RunningTasks tasks = new RunningTasks(spark);
    spark.addSparkListener(tasks);
    spark.setLocalProperty(MARK, tasks.mark);
    return tasks;
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted stage) {
    Properties properties = stage.properties();
    if (properties != null && mark.equals(properties.getProperty(MARK))) {
      stages.add(stage.stageInfo().stageId());
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    if (stages.contains(start.stageId())) {
      running.add(start.taskInfo().taskId());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    notifyAll();
  }

  /**
   * Waits until none of them runs.
   *
   * @return whether none runs any more
   */
  synchronized boolean awaitNone(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toMillis(); !running.isEmpty() && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmanException("interrupted while waiting for tasks", e);
    }
    return running.isEmpty();
  }

  /** Cancels the jobs, as {@link TaggedJobs#interrupted}; their tasks end after that. */
  EmanException interrupted(InterruptedException cause, String doing) {
    return jobs.interrupted(cause, doing);
  }

  @Override
  public void close() {
    jobs.close();
    spark.setLocalProperty(MARK, before);
    spark.removeSparkListener(this);
  }
}
