package dev.eman.core.nn.exec;

import dev.eman.core.internal.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/** Which buffer each node's value lives in, and until when. */
final class BufferLifetimes {
  private final int[] lastRead;
  private final List<NativeBuffer> free = new ArrayList<>();
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

  /** Frees what no later node reads. */
  void endNode(int node) {
    for (int i = 0; i <= node; i++) {
      if (lastRead[i] <= node) {
        free.addAll(owned.get(i));
        owned.get(i).clear();
      }
    }
  }

  boolean endsAt(int value, int node) {
    return value >= 0 && lastRead[value] == node;
  }

  void inherit(int node, int from) {
    owned.get(node).addAll(owned.get(from));
    owned.get(from).clear();
  }

  NativeBuffer take(long bytes) {
    NativeBuffer best = null;
    for (NativeBuffer b : free) {
      if (b.bytes() >= bytes && (best == null || b.bytes() < best.bytes())) {
        best = b;
      }
    }
    if (best == null || best.bytes() > 4 * bytes) {
      best = NativeBuffer.allocate(bytes);
    } else {
      free.remove(best);
    }
    owned.get(current).add(best);
    return best;
  }
}
