package dev.eman.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** Spark and ND4J in one JVM, whose libraries are of other versions than each would bring. */
class TogetherTest {
  @Test
  void tasks_productsOfMatrices_areRight() throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate()) {
      List<Double> sums =
          JavaSparkContext.fromSparkContext(spark.sparkContext())
              .parallelize(List.of(2, 3), 2)
              .map(n -> Nd4j.ones(n, n).mmul(Nd4j.ones(n, n)).sumNumber().doubleValue())
              .collect();

      assertEquals(List.of(8.0, 27.0), sums);
    }
  }

  /** The release that Spark 4.0.1 is made with (scala.version in its spark-parent_2.13). */
  @Test
  void scala_isOfSparksRelease() {
    assertEquals("2.13.16", scala.util.Properties.versionNumberString());
  }
}
