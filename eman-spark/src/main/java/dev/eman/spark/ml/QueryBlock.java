package dev.eman.spark.ml;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableList;
import dev.eman.core.UsageException;
import dev.eman.core.eval.NearestNeighbors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import scala.collection.Seq;

/** Queries that search the bank together: so many rows of features, and their ids. */
final class QueryBlock implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Rows of the bank that are searched at a time. */
  private static final int BANK_ROWS = 4096;

  private final List<Object> ids = new ArrayList<>();
  private final List<float[]> features = new ArrayList<>();

  /**
   * Blocks of queries.
   *
   * @param rows id, features
   * @param most queries a block takes
   */
  static Iterator<QueryBlock> of(Iterator<Row> rows, int most) {
    return new AbstractIterator<>() {
      @Override
      protected @Nullable QueryBlock computeNext() {
        QueryBlock block = new QueryBlock();
        while (rows.hasNext() && block.ids.size() < most) {
          Row row = rows.next();
          if (!row.isNullAt(1)) { // An image without features has no neighbours.
            block.ids.add(id(row, "queries"));
            block.features.add(features(row, "queries"));
          }
        }
        return block.ids.isEmpty() ? endOfData() : block;
      }
    };
  }

  static Object id(Row row, String table) {
    if (row.isNullAt(0)) {
      throw new UsageException(table + ": expected an id in each row, found null");
    }
    return row.get(0);
  }

  static float[] features(Row row, String table) {
    Seq<?> cell = row.getAs(1);
    float[] values = new float[cell.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (Float) cell.apply(i);
    }
    if (values.length == 0) {
      throw new UsageException(table + ": expected features, found an empty array");
    }
    return values;
  }

  /**
   * The nearest neighbours of each query in a part of the bank.
   *
   * @param bank id, features, possibly a label; in the order of ids; read to its end
   * @param nearest how many
   */
  Iterator<QueryNeighbors> search(Iterator<Row> bank, int nearest) {
    int width = features.get(0).length;
    NearestNeighbors search = new NearestNeighbors(matrix(features, width, "queries"), nearest);
    // Ids and labels of those that are, or were, among the nearest; others are forgotten.
    BankRows kept = new BankRows();
    while (bank.hasNext()) {
      List<float[]> rows = new ArrayList<>();
      while (bank.hasNext() && rows.size() < BANK_ROWS) {
        Row row = bank.next();
        if (!row.isNullAt(1)) {
          rows.add(features(row, "bank"));
          kept.add(id(row, "bank"), row.size() > 2 && !row.isNullAt(2) ? row.get(2) : null);
        }
      }
      if (!rows.isEmpty()) {
        search.add(matrix(rows, width, "bank"), new int[rows.size()]);
        kept.forget(search, ids.size(), nearest);
      }
    }
    if (search.bankSize() == 0) {
      return List.<QueryNeighbors>of().iterator();
    }
    List<QueryNeighbors> found = new ArrayList<>();
    for (int q = 0; q < ids.size(); q++) {
      ImmutableList.Builder<QueryNeighbors.Found> neighbors = ImmutableList.builder();
      for (NearestNeighbors.Neighbor neighbor : search.neighbors(q, nearest)) {
        neighbors.add(kept.found(neighbor));
      }
      found.add(new QueryNeighbors(ids.get(q), new ArrayList<>(neighbors.build())));
    }
    return found.iterator();
  }

  private static INDArray matrix(List<float[]> rows, int width, String table) {
    for (float[] row : rows) {
      if (row.length != width) {
        throw new UsageException(
            String.format(
                Locale.ROOT,
                "%s: expected %d features, as the first query has, found %d",
                table,
                width,
                row.length));
      }
    }
    INDArray matrix = Nd4j.createUninitialized(DataType.FLOAT, rows.size(), width);
    matrix.assign(Nd4j.createFromArray(rows.toArray(new float[0][])));
    return matrix;
  }
}
