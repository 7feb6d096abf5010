package dev.eman.cli;

import com.google.common.collect.ImmutableList;
import dev.eman.core.Services;
import dev.eman.core.UsageException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say on which cluster a command works. */
public final class ClusterOptions {
  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "Train on Apache Spark: local[N] (N workers in this process), spark://HOST:PORT, yarn and"
              + " so on; submitted, if the program was started by spark-submit.")
  private @Nullable String master;

  @Option(
      names = "--spark-workers",
      paramLabel = "N",
      description =
          "With --spark: workers that train together, each on its part of every batch (default: as"
              + " many as the cluster has room for).")
  private @Nullable Integer workers;

  @Option(
      names = "--spark-conf",
      paramLabel = "KEY=VALUE",
      description =
          "With --spark: a setting of Spark, such as spark.executor.memory=8g; repeatable.")
  private Map<String, String> settings = Map.of();

  /** For picocli. */
  public ClusterOptions() {}

  /**
   * The cluster; empty for this machine.
   *
   * @throws UsageException for options that do not go together
   */
  public Optional<ClusterTraining.Cluster> cluster() {
    if (master == null) {
      if (workers != null || !settings.isEmpty()) {
        throw new UsageException(
            (workers != null ? "--spark-workers" : "--spark-conf") + ": expected with --spark");
      }
      return Optional.empty();
    }
    if (workers != null && workers < 1) {
      throw new UsageException("--spark-workers: expected at least 1, got " + workers);
    }
    return Optional.of(
        new ClusterTraining.Cluster(master, workers == null ? 0 : workers, settings));
  }

  /**
   * What trains on it.
   *
   * @throws UsageException if the program came without
   */
  public static ClusterTraining training() {
    ImmutableList<ClusterTraining> found = Services.load(ClusterTraining.class);
    if (found.size() != 1) {
      throw new UsageException(
          "--spark: expected eman-spark on the class path, found "
              + (found.isEmpty() ? "nothing of that kind" : found.size() + " of its kind")
              + "; ./eman brings it, or add eman-spark and Spark to the program");
    }
    return found.get(0);
  }
}
