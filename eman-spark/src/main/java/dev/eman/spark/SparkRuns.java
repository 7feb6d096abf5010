package dev.eman.spark;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterators;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Several runs at the same time, each by one worker: the rows of a sweep. */
public final class SparkRuns {
  /**
   * One of several runs.
   *
   * @param name for messages
   * @param options in YAML; a run in the folder that has begun is resumed with its own, but for the
   *     place of its data, if these name one
   * @param folder a path that is the same on all machines, or a URI
   */
  public record Row(String name, String options, String folder) implements Serializable {}

  /**
   * How a run has ended.
   *
   * @param name of its row
   * @param finished whether it has reached its end
   * @param message why not; empty if it has
   */
  public record Ended(String name, boolean finished, String message) implements Serializable {}

  private SparkRuns() {}

  /**
   * Trains all of them, as many at once as the cluster has room for. A task that is lost with its
   * machine is tried again, and resumes from the run's last checkpoint.
   *
   * @param leader what is done with each
   * @param out gets a line for each that has ended
   * @return in the order of the rows
   * @throws CancellationException if somebody has cancelled the job; its runs have saved
   * @throws EmanException if the job fails, for another reason than that of a run, or this thread
   *     is interrupted
   * @throws UsageException if Spark would start a second task for a slow run
   */
  public static ImmutableList<Ended> train(
      SparkContext spark, List<Row> rows, RunLeader leader, Consumer<String> out) {
    if (spark.conf().getBoolean("spark.speculation", false)) {
      throw new UsageException(
          "spark.speculation: expected false, since a second task for a run would meet the first"
              + " one in its folder; set it");
    }
    SerializableConfiguration configuration =
        new SerializableConfiguration(spark.hadoopConfiguration());
    spark.setJobDescription("eman: " + rows.size() + " runs");
    try (RunningTasks running = RunningTasks.open(spark)) {
      return train(spark, rows, leader, configuration, out, running);
    }
  }

  private static ImmutableList<Ended> train(
      SparkContext spark,
      List<Row> rows,
      RunLeader leader,
      SerializableConfiguration configuration,
      Consumer<String> out,
      RunningTasks running) {
    try (LineRelay relay = LineRelay.open(spark, out)) {
      var lines = relay.lines();
      List<RowTask.Result> results =
          collect(
              spark,
              JavaSparkContext.fromSparkContext(spark)
                  .parallelize(IntStream.range(0, rows.size()).boxed().toList(), rows.size())
                  .mapPartitions(
                      numbers ->
                          Iterators.transform(
                              numbers,
                              i ->
                                  RowTask.run(i, rows.get(i), leader, configuration, lines::add))));
      results.forEach(result -> relay.show(result.task(), List.of(result.line())));
      return results.stream()
          .sorted(Comparator.comparingInt(RowTask.Result::row))
          .map(RowTask.Result::ended)
          .collect(ImmutableList.toImmutableList());
    } catch (InterruptedException e) {
      throw running.interrupted(
          e, "training " + rows.size() + " runs; their workers finish their step and save");
    } catch (CancellationException e) {
      if (!running.awaitNone(SparkTraining.SAVING)) {
        throw new EmanException(
            "the runs were stopped, but have not ended within "
                + SparkTraining.SAVING.toSeconds()
                + " s; what counts are their last checkpoints",
            e);
      }
      throw e;
    }
  }

  private static List<RowTask.Result> collect(SparkContext spark, JavaRDD<RowTask.Result> tasks)
      throws InterruptedException {
    try {
      return tasks.collect();
    } catch (Exception e) { // Scala does not declare what it throws.
      Throwables.throwIfInstanceOf(e, InterruptedException.class);
      TrainingStage.throwIfEnded(spark, e);
      Throwables.throwIfUnchecked(e);
      TrainingStage.throwIfCancelled(e);
      throw new EmanException(TrainingStage.firstLine(e), e);
    }
  }
}
