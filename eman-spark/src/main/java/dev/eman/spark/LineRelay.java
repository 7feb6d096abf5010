package dev.eman.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.CollectionAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Brings what a task prints to the driver while it runs: lines travel in an accumulator, with the
 * executors' heartbeats.
 */
final class LineRelay extends SparkListener implements AutoCloseable {
  private final SparkContext spark;
  private final CollectionAccumulator<String> sent;
  private final Consumer<String> out;

  /** How many lines of each task have been shown: a stage that is tried again begins anew. */
  private final Map<Long, Integer> shown = new HashMap<>();

  private LineRelay(SparkContext spark, Consumer<String> out) {
    this.spark = spark;
    this.out = out;
    sent = spark.collectionAccumulator("eman output");
  }

  static LineRelay open(SparkContext spark, Consumer<String> out) {
    LineRelay relay = new LineRelay(spark, out);
    spark.addSparkListener(relay);
    return relay;
  }

  /** Where the task adds its lines; goes with it to the executor. */
  CollectionAccumulator<String> lines() {
    return sent;
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            task ->
                CollectionConverters.asJava(task._4())
                    .forEach(found -> show((Long) task._1(), found)));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo() != null) {
      CollectionConverters.asJava(end.taskInfo().accumulables())
          .forEach(found -> show(end.taskInfo().taskId(), found));
    }
  }

  private void show(long task, AccumulableInfo found) {
    if (found.id() == sent.id()
        && found.update().isDefined()
        && found.update().get() instanceof List<?> lines) {
      show(task, lines);
    }
  }

  /**
   * Shows what of a task has not been shown.
   *
   * @param task its id
   * @param lines all of them so far
   */
  synchronized void show(long task, List<?> lines) {
    int from = shown.getOrDefault(task, 0);
    for (Object line : lines.subList(Math.min(from, lines.size()), lines.size())) {
      out.accept(String.valueOf(line));
    }
    shown.put(task, Math.max(from, lines.size()));
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
