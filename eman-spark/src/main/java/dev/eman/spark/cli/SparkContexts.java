package dev.eman.spark.cli;

import dev.eman.cli.ClusterTraining.Cluster;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/** Makes Spark's context with settings that suit training. */
final class SparkContexts {
  /** In place of a master: the one that spark-submit was given. */
  private static final String SUBMITTED = "submitted";

  /**
   * Of executors: arrays live outside of the Java heap, which JavaCPP would limit to its size; and
   * the method that makes native calls is interpreted, so that arrays outlive them.
   */
  private static final String JAVA_OPTIONS =
      "-Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0"
          + " -XX:CompileCommand=quiet"
          + " -XX:CompileCommand=exclude,org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner::exec";

  private SparkContexts() {}

  /**
   * Opens a context; close it after use.
   *
   * @param name of the program, for Spark's page
   */
  static SparkContext open(Cluster cluster, String name) {
    SparkConf conf = conf(cluster, name);
    try {
      return SparkContext.getOrCreate(conf);
    } catch (Exception e) { // Scala does not declare what it throws.
      String why = String.valueOf(e.getMessage());
      if (why.startsWith("Could not parse Master URL")) {
        throw new UsageException(
            "--spark: expected local[N], spark://HOST:PORT, yarn, k8s://... or submitted, got "
                + cluster.master(),
            e);
      }
      throw new EmanException(
          "Spark does not start at " + conf.get("spark.master") + ": " + why, e);
    }
  }

  /** The settings: a cluster's own, those of the user, and what is left of ours. */
  static SparkConf conf(Cluster cluster, String name) {
    SparkConf conf = new SparkConf().setAppName(name);
    conf.set("spark.speculation", "false"); // Two tasks would meet in one run's folder.
    if (!cluster.master().equals(SUBMITTED)) {
      conf.setMaster(cluster.master());
    } else if (!conf.contains("spark.master")) {
      throw new UsageException(
          "--spark submitted: expected a program started by spark-submit; give the master, such as"
              + " local[2] or spark://HOST:PORT");
    }
    for (Map.Entry<String, String> setting : cluster.settings().entrySet()) {
      if (!setting.getKey().startsWith("spark.")) {
        throw new UsageException(
            "--spark-conf: expected names that begin with spark., got " + setting.getKey());
      }
      conf.set(setting.getKey(), setting.getValue());
    }
    boolean local = conf.get("spark.master").startsWith("local");
    if (local) { // Nothing that other machines could reach.
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    if (!local && !cluster.master().equals(SUBMITTED)) {
      OwnJars.ship(conf);
    }
    conf.setIfMissing("spark.executor.heartbeatInterval", "2s"); // Progress travels with it.
    conf.set(
        "spark.executor.extraJavaOptions",
        (JAVA_OPTIONS + " " + conf.get("spark.executor.extraJavaOptions", "")).trim());
    conf.setIfMissing("spark.executorEnv.OPENBLAS_THREAD_TIMEOUT", "4");
    conf.setIfMissing("spark.executorEnv.MALLOC_ARENA_MAX", "2");
    return conf;
  }
}
