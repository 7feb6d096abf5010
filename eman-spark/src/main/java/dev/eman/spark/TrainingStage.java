package dev.eman.spark;

import com.google.common.base.Throwables;
import dev.eman.core.EmanException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import scala.Function1;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;

/** One submission of the barrier stage in which all workers train. */
final class TrainingStage {
  /**
   * What Spark says of what is no failure: somebody has pressed "kill" on its page, for example.
   * Spark 3.5 has no name for it, as 4.0 has. Both say the same of jobs that end with Spark itself.
   */
  private static final Pattern CANCELLED =
      Pattern.compile(
          "(\\[SPARK_JOB_CANCELLED] )?Job \\d+ cancelled(?! because SparkContext was shut down).*");

  /** Code that travels to executors. */
  @FunctionalInterface
  interface TaskFunction<A, B> extends Function1<A, B>, Serializable {}

  private TrainingStage() {}

  /**
   * Runs the stage to its end.
   *
   * @param workers for which there are slots
   * @return how the run has ended
   * @throws StageLostException if it may go better the next time
   * @throws CancellationException if somebody has cancelled the job
   * @throws InterruptedException if this thread is interrupted; the job runs on
   * @throws EmanException if Spark has ended
   */
  static WorkerResult run(
      SparkContext spark, int workers, WorkerAssignment assignment, Consumer<String> output)
      throws StageLostException, InterruptedException {
    spark.setJobDescription("eman train " + assignment.folder());
    try (LineRelay relay = LineRelay.open(spark, output)) {
      WorkerTask task =
          new WorkerTask(
              assignment,
              RingKeys.draw(spark.conf()),
              new SerializableConfiguration(spark.hadoopConfiguration()),
              relay.lines(),
              WorkerCounters.of(spark));
      List<WorkerResult> results =
          JavaSparkContext.fromSparkContext(spark)
              .parallelize(IntStream.range(0, workers).boxed().toList(), workers)
              .rdd()
              .barrier()
              .mapPartitions(
                  (TaskFunction<Iterator<Integer>, Iterator<WorkerResult>>) ranks -> task.run(),
                  false,
                  ClassTag$.MODULE$.<WorkerResult>apply(WorkerResult.class))
              .toJavaRDD()
              .collect();
      WorkerResult lead = results.get(0);
      relay.show(lead.task(), lead.lines());
      return WorkerResult.decisive(results);
    } catch (Exception e) { // Scala does not declare what it throws.
      Throwables.throwIfInstanceOf(e, InterruptedException.class);
      throwIfEnded(spark, e);
      Throwables.throwIfUnchecked(e);
      throwIfCancelled(e);
      throw new StageLostException(firstLine(e), e);
    }
  }

  /** Says so where Spark has been stopped: nothing can be tried again, nor waited for. */
  static void throwIfEnded(SparkContext spark, Exception failure) {
    if (spark.isStopped()) {
      throw new EmanException("Spark has ended: " + firstLine(failure), failure);
    }
  }

  /**
   * Tells a job that was cancelled from one that has failed.
   *
   * @throws CancellationException if somebody has cancelled the job
   */
  static void throwIfCancelled(Exception failure) {
    if (failure instanceof SparkException && CANCELLED.matcher(firstLine(failure)).matches()) {
      CancellationException cancelled = new CancellationException(firstLine(failure));
      cancelled.initCause(failure);
      throw cancelled;
    }
  }

  /** What Spark says of a failure, without stack traces. */
  static String firstLine(Exception failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
