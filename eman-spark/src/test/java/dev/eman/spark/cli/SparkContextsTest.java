package dev.eman.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.cli.ClusterTraining.Cluster;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SparkContextsTest {
  private static final String SPECULATION = "spark.speculation";

  private static String speculation(Map<String, String> settings) {
    return SparkContexts.conf(new Cluster("local[1]", 0, settings), "test").get(SPECULATION);
  }

  @AfterEach
  void forgetClustersOwn() {
    System.clearProperty(SPECULATION);
  }

  @Test
  void conf_speculationOfTheCluster_isOffUnlessTheUserWantsIt() {
    System.setProperty(SPECULATION, "true"); // As spark-defaults.conf has it.

    assertEquals("false", speculation(Map.of()));
    assertEquals("true", speculation(Map.of(SPECULATION, "true")));
  }
}
