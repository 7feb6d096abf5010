package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningTasksTest {
  /** Tasks end when they get a permit; they are in this JVM. */
  private static final Semaphore OWN = new Semaphore(0);

  private static final Semaphore OTHER = new Semaphore(0);

  private static SparkContext spark;

  /** Counts what listeners that were added before have heard of. */
  private static final class Heard extends SparkListener {
    private final Semaphore started = new Semaphore(0);
    private final Semaphore ended = new Semaphore(0);

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
      started.release();
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      ended.release();
    }
  }

  @BeforeAll
  static void startSpark() {
    spark =
        new SparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  private static Heard hear() {
    Heard heard = new Heard();
    spark.addSparkListener(heard);
    return heard;
  }

  private static JavaRDD<Integer> one() {
    return JavaSparkContext.fromSparkContext(spark).parallelize(List.of(1), 1);
  }

  private static void submitOther() {
    JavaFutureAction<List<Integer>> unused =
        one()
            .map(
                value -> {
                  OTHER.acquire();
                  return value;
                })
            .collectAsync();
  }

  private static void submitOwn() {
    JavaFutureAction<List<Integer>> unused =
        one()
            .map(
                value -> {
                  OWN.acquire();
                  return value;
                })
            .collectAsync();
  }

  @Test
  void awaitNone_taskOfAnotherThread_isNotWaitedFor() throws Exception {
    // A thread has the properties that are set where it is made.
    Thread other = new Thread(RunningTasksTest::submitOther);
    try (RunningTasks tasks = RunningTasks.open(spark)) {
      Heard heard = hear();
      other.start();
      heard.started.acquire();

      assertTrue(tasks.awaitNone(Duration.ZERO));

      OTHER.release();
      heard.ended.acquire();
      spark.removeSparkListener(heard);
    }
    other.join();
  }

  @Test
  void awaitNone_earlierTaskOfAnotherEndsMeanwhile_ownIsWaitedFor() throws Exception {
    Heard before = hear();
    submitOther();
    before.started.acquire();
    spark.removeSparkListener(before);
    try (RunningTasks tasks = RunningTasks.open(spark)) {
      Heard heard = hear();
      submitOwn();
      heard.started.acquire();
      OTHER.release();
      heard.ended.acquire();

      assertFalse(tasks.awaitNone(Duration.ZERO));

      OWN.release();
      assertTrue(tasks.awaitNone(Duration.ofMinutes(1)));
      spark.removeSparkListener(heard);
    }
  }
}
