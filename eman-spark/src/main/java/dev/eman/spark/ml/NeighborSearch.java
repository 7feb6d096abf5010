package dev.eman.spark.ml;

import static com.google.common.base.Preconditions.checkArgument;

import dev.eman.core.UsageException;
import dev.eman.core.eval.KnnEvaluator;
import dev.eman.core.eval.NearestNeighbors;
import dev.eman.spark.internal.TaskThreads;
import dev.eman.spark.ml.QueryNeighbors.Found;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.collection.immutable.ArraySeq;

/**
 * Exact nearest neighbours by cosine similarity of a DataFrame of queries in a DataFrame, the bank,
 * with the core's search in each of the bank's partitions. The result depends neither on partitions
 * nor on the order of rows: of neighbours that are equally near the lower id counts.
 *
 * <p>Neither table is collected. A task holds one block of queries and streams one partition of the
 * bank, sorted by id, past it; partitions are read once for each block.
 */
public final class NeighborSearch {
  private static final int QUERIES = 4096;

  private final int k;
  private double temperature = KnnEvaluator.TEMPERATURE;
  private String idCol = "path";
  private String featuresCol = "features";
  private @Nullable String labelCol;
  private int queryBlock = QUERIES;

  /**
   * A search.
   *
   * @param k number of neighbours, at least 1; fewer are found in a smaller bank
   */
  public NeighborSearch(int k) {
    checkArgument(k > 0, "k: expected at least 1, got %s", k);
    this.k = k;
  }

  /**
   * Sets the column of ids, strings or whole numbers, each once a table; {@code path} unless set.
   */
  public NeighborSearch setIdCol(String name) {
    idCol = name;
    return this;
  }

  /** Sets the column of features, {@code array<float>}; {@code features} unless set. */
  public NeighborSearch setFeaturesCol(String name) {
    featuresCol = name;
    return this;
  }

  /** Sets the bank's column of labels, strings or whole numbers, which vote; none unless set. */
  public NeighborSearch setLabelCol(String name) {
    labelCol = name;
    return this;
  }

  /**
   * Sets the temperature of votes, above 0: one weighs {@code exp(similarity / T)}; 0.07 unless
   * set, infinite for votes of equal weight.
   */
  public NeighborSearch setTemperature(double value) {
    checkArgument(value > 0, "temperature: expected above 0, got %s", value);
    temperature = value;
    return this;
  }

  /** Sets how many queries a task holds, at least 1; 4,096 unless set. Changes no result. */
  public NeighborSearch setQueryBlock(int queries) {
    checkArgument(queries > 0, "query block: expected at least 1, got %s", queries);
    queryBlock = queries;
    return this;
  }

  /**
   * Searches; runs when the result is asked for. Rows without features are passed over.
   *
   * @param queries ids and features
   * @param bank ids, features and possibly labels
   * @return the query's id, {@code neighbors}: array of {@code struct<id, similarity: double,
   *     label>}, the nearest first, and with labels {@code label}, the one with most votes (of
   *     equal ones the lower), and {@code share}, its part of all votes
   * @throws UsageException if columns are missing or of other types
   */
  public Dataset<Row> search(Dataset<Row> queries, Dataset<Row> bank) {
    check(queries, "queries", idCol, true);
    check(bank, "bank", idCol, true);
    check(queries, "queries", featuresCol, false);
    check(bank, "bank", featuresCol, false);
    if (labelCol != null) {
      check(bank, "bank", labelCol, true);
    }
    int block = queryBlock;
    int nearest = k;
    JavaRDD<QueryBlock> blocks =
        queries
            .select(functions.col(idCol), functions.col(featuresCol))
            .toJavaRDD()
            .mapPartitions(rows -> QueryBlock.of(rows, block));
    // Shuffled, so that what makes the queries runs once, not for each partition of the bank.
    JavaRDD<QueryBlock> spread = blocks.repartition(Math.max(1, blocks.getNumPartitions()));
    JavaPairRDD<QueryBlock, Row> pairs = spread.cartesian(bankRows(bank).toJavaRDD());
    JavaRDD<Row> rows =
        pairs
            .mapPartitions(all -> new BlockSearch(all, nearest))
            .mapToPair(found -> new Tuple2<>(found.query(), found))
            .reduceByKey((a, b) -> a.and(b, nearest))
            .values()
            .map(new Answer(nearest, labelCol != null, temperature));
    return queries.sparkSession().createDataFrame(rows, schema(queries, bank));
  }

  private Dataset<Row> bankRows(Dataset<Row> bank) {
    Column[] columns =
        labelCol == null
            ? new Column[] {functions.col(idCol), functions.col(featuresCol)}
            : new Column[] {
              functions.col(idCol), functions.col(featuresCol), functions.col(labelCol)
            };
    return bank.select(columns).sortWithinPartitions(idCol);
  }

  private static void check(Dataset<Row> table, String name, String column, boolean plain) {
    StructType schema = table.schema();
    if (!Arrays.asList(schema.fieldNames()).contains(column)) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected a column %s, found %s",
              name,
              column,
              String.join(", ", schema.fieldNames())));
    }
    String type = schema.apply(column).dataType().simpleString();
    boolean fits =
        plain ? List.of("string", "int", "bigint").contains(type) : type.equals("array<float>");
    if (!fits) {
      throw new UsageException(
          String.format(
              Locale.ROOT,
              "%s: expected %s to be of %s, found %s",
              name,
              column,
              plain ? "strings or whole numbers (int, bigint)" : "array<float>",
              type));
    }
  }

  private StructType schema(Dataset<Row> queries, Dataset<Row> bank) {
    DataType id = bank.schema().apply(idCol).dataType();
    StructType neighbor =
        new StructType().add("id", id, false).add("similarity", DataTypes.DoubleType, false);
    DataType label = labelCol == null ? null : bank.schema().apply(labelCol).dataType();
    if (label != null) {
      neighbor = neighbor.add("label", label);
    }
    StructType all =
        new StructType()
            .add(idCol, queries.schema().apply(idCol).dataType(), false)
            .add("neighbors", DataTypes.createArrayType(neighbor, false), false);
    return label == null ? all : all.add("label", label).add("share", DataTypes.DoubleType);
  }

  /** Pairs of a block and a row of the bank, block after block. */
  private static final class BlockSearch implements Iterator<QueryNeighbors> {
    private final Iterator<Tuple2<QueryBlock, Row>> pairs;
    private final int nearest;
    private @Nullable Tuple2<QueryBlock, Row> ahead;
    private Iterator<QueryNeighbors> found = List.<QueryNeighbors>of().iterator();

    BlockSearch(Iterator<Tuple2<QueryBlock, Row>> pairs, int nearest) {
      this.pairs = pairs;
      this.nearest = nearest;
      this.ahead = pairs.hasNext() ? pairs.next() : null;
    }

    @Override
    public boolean hasNext() {
      while (!found.hasNext() && ahead != null) {
        QueryBlock block = ahead._1();
        found = TaskThreads.within(() -> block.search(bankOf(block), nearest));
      }
      return found.hasNext();
    }

    @Override
    public QueryNeighbors next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return found.next();
    }

    /** The rows of the bank that follow with the same block. */
    private Iterator<Row> bankOf(QueryBlock block) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return ahead != null && ahead._1() == block;
        }

        @Override
        public Row next() {
          Tuple2<QueryBlock, Row> pair = ahead;
          if (pair == null || pair._1() != block) {
            throw new NoSuchElementException();
          }
          ahead = pairs.hasNext() ? pairs.next() : null;
          return pair._2();
        }
      };
    }
  }

  /** Makes a row of the result. */
  private record Answer(int k, boolean labels, double temperature)
      implements Function<QueryNeighbors, Row> {
    @Override
    public Row call(QueryNeighbors all) {
      Row[] neighbors =
          all.neighbors().stream()
              .map(
                  found ->
                      labels
                          ? RowFactory.create(found.id(), found.similarity(), found.label())
                          : RowFactory.create(found.id(), found.similarity()))
              .toArray(Row[]::new);
      Object cells = ArraySeq.unsafeWrapArray(neighbors);
      if (!labels) {
        return RowFactory.create(all.query(), cells);
      }
      Map<Object, Double> votes = new TreeMap<>();
      double sum = 0;
      for (Found found : all.neighbors()) {
        if (found.label() != null) {
          double nearest = all.neighbors().get(0).similarity();
          double weight = NearestNeighbors.voteWeight(found.similarity(), nearest, temperature);
          votes.merge(found.label(), weight, Double::sum);
          sum += weight;
        }
      }
      Map.Entry<Object, Double> best = null;
      for (Map.Entry<Object, Double> vote : votes.entrySet()) {
        if (best == null || vote.getValue() > best.getValue()) {
          best = vote;
        }
      }
      return best == null
          ? RowFactory.create(all.query(), cells, null, null)
          : RowFactory.create(all.query(), cells, best.getKey(), best.getValue() / sum);
    }
  }
}
