package dev.eman.spark.ml;

import dev.eman.core.UsageException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query's nearest neighbours in a part of the bank, or in all of it.
 *
 * @param query its id
 * @param neighbors the nearest first, of equally near ones the one of the lower id
 */
record QueryNeighbors(Object query, List<Found> neighbors) implements Serializable {
  /** Nearer ones first, then lower ids: the core's order of a bank that is sorted by id. */
  private static final Comparator<Found> ORDER =
      Comparator.comparingDouble(Found::similarity)
          .reversed()
          .thenComparing(Found::id, QueryNeighbors::compareIds);

  /**
   * A neighbour.
   *
   * @param similarity cosine
   * @param label null where the bank has none
   */
  record Found(Object id, double similarity, @Nullable Object label) implements Serializable {}

  /** Ids as Spark sorts them. */
  private static int compareIds(Object a, Object b) {
    if (a instanceof String text && b instanceof String other) { // By bytes of UTF-8.
      return Arrays.compareUnsigned(
          text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
    return Long.compare(((Number) a).longValue(), ((Number) b).longValue());
  }

  /**
   * The nearest of two parts of the bank.
   *
   * @throws UsageException if an id is in both
   */
  QueryNeighbors and(QueryNeighbors other, int nearest) {
    List<Found> all = new ArrayList<>(neighbors);
    all.addAll(other.neighbors);
    all.sort(ORDER);
    List<Found> first = all.subList(0, Math.min(nearest, all.size()));
    for (int i = 1; i < first.size(); i++) {
      if (first.get(i).id().equals(first.get(i - 1).id())) {
        throw new UsageException(
            "expected each id once, found "
                + first.get(i).id()
                + " twice in the bank, or the id "
                + query
                + " twice among the queries");
      }
    }
    return new QueryNeighbors(query, new ArrayList<>(first));
  }
}
