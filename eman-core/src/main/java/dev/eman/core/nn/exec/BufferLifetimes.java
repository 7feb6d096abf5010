package dev.eman.core.nn.exec;

import dev.eman.core.internal.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Which buffer each node's value lives in, and until when. It owns the buffers. */
final class BufferLifetimes {
  private final int[] lastRead;
  private final List<NativeBuffer> all = new ArrayList<>();
  private final List<NativeBuffer> free = new ArrayList<>();
  private final List<NativeBuffer> freeForParts = new ArrayList<>();
  private final List<List<NativeBuffer>> owned = new ArrayList<>();
  private int current;

  BufferLifetimes(FoldedNetwork network) {
    int count = network.nodes().size();
    this.lastRead = new int[count];
    for (int i = 0; i < count; i++) {
      owned.add(new ArrayList<>());
      FoldedNetwork.Node node = network.nodes().get(i);
      for (int in : node.inputs()) {
        if (in >= 0) {
          lastRead[in] = i;
        }
      }
      if (node.addend() >= 0) {
        lastRead[node.addend()] = i;
      }
    }
    for (int out : network.outputs()) {
      lastRead[out] = Integer.MAX_VALUE;
    }
  }

  void beginNode(int node) {
    current = node;
  }

  /**
   * Frees what no later node reads.
   *
   * @param forParts whether only arrays of a part may use it until {@link #endSegment}: what the
   *     next part writes there must not lie in an array of the whole batch
   * @param which nodes' values may be freed
   */
  void endNode(int node, boolean forParts, IntPredicate which) {
    for (int i = 0; i <= node; i++) {
      if (lastRead[i] <= node && which.test(i)) {
        (forParts ? freeForParts : free).addAll(owned.get(i));
        owned.get(i).clear();
      }
    }
  }

  /** Ends a segment at its last node: the whole batch has gone through it. */
  void endSegment(int node) {
    endNode(node, false, value -> true);
    free.addAll(freeForParts);
    freeForParts.clear();
  }

  /** Whether a value is read by a node from {@code to} on, or is one of the network's outputs. */
  boolean readBehind(int value, int to) {
    return lastRead[value] >= to;
  }

  boolean endsAt(int value, int node) {
    return value >= 0 && lastRead[value] == node;
  }

  void inherit(int node, int from) {
    owned.get(node).addAll(owned.get(from));
    owned.get(from).clear();
  }

  /**
   * Memory for the current node's value.
   *
   * @param forParts whether for an array of a part
   */
  NativeBuffer take(long bytes, boolean forParts) {
    NativeBuffer best = forParts ? smallest(freeForParts, bytes) : null;
    if (best == null) {
      best = smallest(free, bytes);
    }
    if (best == null) {
      best = allocate(bytes);
    }
    freeForParts.remove(best);
    free.remove(best);
    owned.get(current).add(best);
    return best;
  }

  /** Memory that no node's value ever shares. */
  NativeBuffer allocate(long bytes) {
    NativeBuffer buffer = NativeBuffer.allocate(bytes);
    all.add(buffer);
    return buffer;
  }

  /** Frees all memory. */
  void close() {
    all.forEach(NativeBuffer::close);
  }

  /** The smallest that is large enough, and not far too large. */
  private static @Nullable NativeBuffer smallest(List<NativeBuffer> buffers, long bytes) {
    NativeBuffer best = null;
    for (NativeBuffer b : buffers) {
      boolean fits = b.bytes() >= bytes && b.bytes() <= 4 * bytes;
      if (fits && (best == null || b.bytes() < best.bytes())) {
        best = b;
      }
    }
    return best;
  }
}
