package dev.eman.spark.ml;

import dev.eman.core.eval.NearestNeighbors;
import dev.eman.core.eval.NearestNeighbors.Neighbor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ids and labels of a bank that is streamed: of neighbours alone, so the bank's size is no limit.
 */
final class BankRows {
  /** An id and a label. */
  private record Entry(Object id, @Nullable Object label) {}

  private Map<Integer, Entry> entries = new HashMap<>();
  private int next;
  private int enough = 1 << 16;

  void add(Object id, @Nullable Object label) {
    entries.put(next++, new Entry(id, label));
  }

  QueryNeighbors.Found found(Neighbor neighbor) {
    Entry entry = entries.get(neighbor.index());
    if (entry == null) {
      throw new IllegalStateException("a neighbour was forgotten");
    }
    return new QueryNeighbors.Found(entry.id(), neighbor.similarity(), entry.label());
  }

  /** Forgets rows that are no neighbours, whenever they have become many. */
  void forget(NearestNeighbors search, int queries, int nearest) {
    if (entries.size() < enough) {
      return;
    }
    Set<Integer> needed = new HashSet<>();
    for (int q = 0; q < queries; q++) {
      search.neighbors(q, nearest).forEach(neighbor -> needed.add(neighbor.index()));
    }
    Map<Integer, Entry> left = new HashMap<>();
    needed.forEach(index -> left.put(index, entries.get(index)));
    entries = left;
    enough = 2 * left.size() + (1 << 16);
  }
}
