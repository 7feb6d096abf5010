package dev.eman.spark;

import dev.eman.core.train.TrainingListener;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.DoubleAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * Figures of each worker on Spark's page, among its stage's accumulators.
 *
 * @param steps that a worker has done
 * @param seconds that they took
 * @param waited of these, for images
 */
record WorkerCounters(LongAccumulator steps, DoubleAccumulator seconds, DoubleAccumulator waited)
    implements Serializable {
  static WorkerCounters of(SparkContext spark) {
    return new WorkerCounters(
        spark.longAccumulator("eman steps"),
        spark.doubleAccumulator("eman seconds of steps"),
        spark.doubleAccumulator("eman seconds of waiting for images"));
  }

  /** Counts one worker's steps. */
  TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        steps.add(1L);
        seconds.add(report.seconds());
        waited.add(report.waited());
      }
    };
  }
}
