package dev.eman.spark.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.eman.core.UsageException;
import dev.eman.core.eval.NearestNeighbors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import scala.jdk.javaapi.CollectionConverters;

class NeighborSearchTest {
  private static final int WIDTH = 16;
  private static final int BANK = 300;
  private static final int QUERIES = 23;
  private static final int K = 7;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() throws IOException {
    spark.close();
  }

  /** Features of which many are copies, so that there are ties. */
  private static float[][] features(int rows, long seed) {
    Random random = new Random(seed);
    float[][] all = new float[rows][WIDTH];
    for (int i = 0; i < rows; i++) {
      if (i % 3 == 2) {
        all[i] = all[random.nextInt(i)].clone();
        continue;
      }
      for (int d = 0; d < WIDTH; d++) {
        all[i][d] = (float) random.nextGaussian();
      }
    }
    return all;
  }

  private static Dataset<Row> table(float[][] features, boolean labels) {
    StructType schema =
        new StructType()
            .add("id", DataTypes.LongType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < features.length; i++) {
      List<Float> values = new ArrayList<>();
      for (float value : features[i]) {
        values.add(value);
      }
      Object cell = CollectionConverters.asScala(values).toSeq();
      rows.add(
          labels ? RowFactory.create((long) i, cell, i % 5) : RowFactory.create((long) i, cell));
    }
    return spark.createDataFrame(
        rows, labels ? schema.add("class", DataTypes.IntegerType) : schema);
  }

  private static NeighborSearch search() {
    return new NeighborSearch(K).setIdCol("id").setLabelCol("class");
  }

  private static List<String> rows(Dataset<Row> found) {
    return LocalSpark.texts((Row[]) found.collect());
  }

  @Test
  void search_anyPartitionsAndBlocks_isTheCoresSearchOfTheWholeBank() {
    float[][] bank = features(BANK, 1);
    float[][] queries = features(QUERIES, 2);
    int[] labels = new int[BANK];
    for (int i = 0; i < BANK; i++) {
      labels[i] = i % 5;
    }
    NearestNeighbors core = new NearestNeighbors(Nd4j.createFromArray(queries), K);
    core.add(Nd4j.createFromArray(bank), labels);
    float[] votes = core.votes(K, 0.07, 5);
    List<String> expected = new ArrayList<>();
    double[] shares = new double[QUERIES];
    for (int q = 0; q < QUERIES; q++) {
      List<Row> neighbors = new ArrayList<>();
      for (NearestNeighbors.Neighbor n : core.neighbors(q, K)) {
        neighbors.add(RowFactory.create(n.index(), n.similarity(), n.index() % 5));
      }
      int best = 0;
      for (int c = 1; c < 5; c++) {
        best = votes[q * 5 + c] > votes[q * 5 + best] ? c : best;
      }
      double all = 0;
      for (int c = 0; c < 5; c++) {
        all += votes[q * 5 + c];
      }
      shares[q] = votes[q * 5 + best] / all;
      expected.add(
          RowFactory.create(q, CollectionConverters.asScala(neighbors).toList(), best)
              .toString()
              .replace("List(", "ArraySeq("));
    }
    expected.sort(null);
    for (int partitions : new int[] {1, 3, 17}) {
      Dataset<Row> found =
          search()
              .setQueryBlock(partitions == 3 ? 5 : 4096)
              .search(
                  table(queries, false).repartition(2), table(bank, true).repartition(partitions));
      assertEquals(
          expected, rows(found.select("id", "neighbors", "label")), partitions + " partitions");
      for (Row row : found.select("id", "share").collectAsList()) {
        assertEquals(shares[(int) row.getLong(0)], row.getDouble(1), 1e-5);
      }
    }
  }

  @Test
  void search_equallyNearRowsInAnyOrder_findsTheLowestIds() {
    float[][] equal = new float[40][];
    Arrays.fill(equal, features(1, 5)[0]);
    Dataset<Row> bank = table(equal, true);
    List<Row> backwards = new ArrayList<>(bank.collectAsList());
    Collections.reverse(backwards);

    Row found =
        search()
            .search(
                table(features(1, 3), false),
                spark.createDataFrame(backwards, bank.schema()).coalesce(1))
            .first();

    assertEquals(
        List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L),
        found.<Row>getList(1).stream().map(row -> row.getLong(0)).toList());
  }

  @Test
  void search_bankSmallerThanK_findsAllOfIt() {
    Row found = search().search(table(features(1, 3), false), table(features(2, 4), true)).first();
    List<Row> both = found.getList(1);
    assertEquals(2, both.size());
    assertEquals(both.get(0).getInt(2), found.getInt(2));
    double further = Math.exp((both.get(1).getDouble(1) - both.get(0).getDouble(1)) / 0.07);
    assertEquals(1 / (1 + further), found.getDouble(3), 1e-9);
  }

  @Test
  void search_otherTablesThanExpected_areRefused() {
    Dataset<Row> bank = table(features(4, 3), true);
    Dataset<Row> queries = table(features(2, 3), false);
    assertEquals(
        "queries: expected a column path, found id, features",
        assertThrows(UsageException.class, () -> new NeighborSearch(1).search(queries, bank))
            .getMessage());
    assertEquals(
        "bank: expected class to be of strings or whole numbers (int, bigint), found double",
        assertThrows(
                UsageException.class,
                () ->
                    search()
                        .search(
                            queries, bank.withColumn("class", bank.col("class").cast("double"))))
            .getMessage());
    Dataset<Row> twice = bank.union(bank).repartition(3);
    assertThrows(SparkException.class, () -> search().search(queries, twice).count());
  }
}
