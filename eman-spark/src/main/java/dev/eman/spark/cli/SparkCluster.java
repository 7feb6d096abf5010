package dev.eman.spark.cli;

import com.google.common.collect.ImmutableList;
import dev.eman.cli.ClusterTraining;
import dev.eman.cli.ExitCodes;
import dev.eman.core.io.CommandLines;
import dev.eman.datasets.Datasets;
import dev.eman.spark.SparkRuns;
import dev.eman.spark.SparkTraining;
import dev.eman.spark.data.AddressImages;
import dev.eman.spark.internal.HadoopFiles;
import dev.eman.train.options.OptionTexts;
import dev.eman.train.options.TrainingOptions;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/** {@code eman train --spark}. */
public final class SparkCluster implements ClusterTraining {
  private static final int PATIENCE_S = 120;

  /** Spark's own hook, of priority 40, stops its tasks; hooks of higher priority come first. */
  private static final int BEFORE_SPARK = 60;

  /** For {@link java.util.ServiceLoader}. */
  public SparkCluster() {}

  @Override
  public int start(
      Cluster cluster,
      @Nullable String folder,
      String usual,
      TrainingOptions options,
      PrintWriter out) {
    return run(
        cluster,
        out,
        training -> {
          String data = options.data().dataset();
          if (Datasets.isAddress(data) && !AddressImages.arePacked(data)) {
            training.images(AddressImages.at(data));
          }
          return (folder == null ? training.numberedFolder(usual) : training.folder(folder))
              .options(options);
        });
  }

  @Override
  public int resume(
      Cluster cluster,
      String folder,
      boolean rebuildMetrics,
      OptionTexts changes,
      PrintWriter out) {
    return run(cluster, out, training -> training.folder(folder).resume(changes, rebuildMetrics));
  }

  @Override
  public ImmutableList<Integer> trainEach(Cluster cluster, List<Row> rows, PrintWriter out) {
    SparkContext spark = SparkContexts.open(cluster, "eman sweep");
    try {
      return SparkRuns.train(
              spark,
              rows.stream()
                  .map(row -> new SparkRuns.Row(row.name(), row.options(), row.folder()))
                  .toList(),
              new CommandLeader(),
              line -> print(out, line))
          .stream()
          .map(ended -> ended.finished() ? 0 : 1)
          .collect(ImmutableList.toImmutableList());
    } catch (CancellationException e) {
      print(out, String.valueOf(e.getMessage()));
      return ImmutableList.copyOf(Collections.nCopies(rows.size(), ExitCodes.INTERRUPTED));
    } finally {
      spark.stop();
    }
  }

  private static void print(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  private interface Setting {
    SparkTraining.Builder apply(SparkTraining.Builder training);
  }

  private static int run(Cluster cluster, PrintWriter out, Setting setting) {
    SparkContext spark = SparkContexts.open(cluster, "eman train");
    HadoopFiles.use(spark.hadoopConfiguration());
    CountDownLatch ended = new CountDownLatch(1);
    try {
      SparkTraining training =
          setting
              .apply(
                  SparkTraining.builder(spark)
                      .workers(cluster.workers())
                      .leader(new CommandLeader())
                      .output(line -> print(out, line)))
              .build();
      Runnable hook = () -> stop(training, ended, out);
      ShutdownHookManager hooks = ShutdownHookManager.get();
      hooks.addShutdownHook(hook, BEFORE_SPARK, 2L * PATIENCE_S, TimeUnit.SECONDS);
      try {
        return end(cluster, training, training.run(), out);
      } finally {
        if (!hooks.isShutdownInProgress()) {
          hooks.removeShutdownHook(hook);
        }
      }
    } finally {
      ended.countDown();
      spark.stop();
    }
  }

  private static int end(
      Cluster cluster, SparkTraining training, SparkTraining.Outcome outcome, PrintWriter out) {
    if (outcome == SparkTraining.Outcome.STOPPED) {
      print(
          out,
          "stopped and saved; to resume: "
              + CommandLines.eman(
                  "train", "--spark", cluster.master(), "--resume", training.folder()));
      return ExitCodes.INTERRUPTED;
    }
    print(out, "run folder: " + training.folder());
    print(out, "report: " + training.folder() + "/report.html");
    return 0;
  }

  private static void stop(SparkTraining training, CountDownLatch ended, PrintWriter out) {
    print(out, "stopping: finishing this step and saving, within " + PATIENCE_S + " s");
    training.stop();
    try {
      ended.await(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
