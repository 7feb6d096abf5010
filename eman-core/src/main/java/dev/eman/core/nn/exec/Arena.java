package dev.eman.core.nn.exec;

import dev.eman.core.internal.NativeBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Off-heap memory that is lent out in pieces of any size. Neighbours that come back become one, so
 * that what held many small arrays can hold a large one: activations and gradients of all of a
 * network's sizes share one memory. It grows by segments and gives nothing back before {@link
 * #close}; the same requests, from an empty arena on, get the same addresses.
 */
final class Arena {
  /** Pieces are multiples of a cache line. */
  private static final long GRANULE = 64;

  private static final long SMALLEST_SEGMENT = 1 << 20;

  /** All memory, by address. */
  private final TreeMap<Long, NativeBuffer> segments = new TreeMap<>();

  /** Free ranges: their bytes by their address. */
  private final TreeMap<Long, Long> free = new TreeMap<>();

  private long bytes;
  private long lent;
  private long mostLent;

  /** Bytes in all segments, lent or free. */
  long bytes() {
    return bytes;
  }

  /** The most bytes that were lent at one time: what of the segments was ever touched, about. */
  long mostLent() {
    return mostLent;
  }

  static long rounded(long bytes) {
    return Math.max(GRANULE, (bytes + GRANULE - 1) / GRANULE * GRANULE);
  }

  /**
   * Lends the smallest free range that is large enough, the lowest of equal ones.
   *
   * @param wanted as {@link #rounded} gives it
   * @return the address
   */
  long take(long wanted) {
    Map.Entry<Long, Long> best = null;
    for (Map.Entry<Long, Long> range : free.entrySet()) {
      long size = range.getValue();
      if (size >= wanted && (best == null || size < best.getValue())) {
        best = range;
      }
    }
    if (best == null) {
      grow(wanted);
      return take(wanted);
    }
    long address = best.getKey();
    long rest = best.getValue() - wanted;
    free.remove(address);
    if (rest > 0) {
      free.put(address + wanted, rest);
    }
    lent += wanted;
    mostLent = Math.max(mostLent, lent);
    return address;
  }

  /** By half of what there is: few segments, and the end that is not needed is never touched. */
  private void grow(long wanted) {
    long size = Math.max(wanted, rounded(Math.max(SMALLEST_SEGMENT, bytes / 2)));
    NativeBuffer segment = NativeBuffer.allocate(size);
    segments.put(segment.address(), segment);
    free.put(segment.address(), size);
    bytes += size;
  }

  /** Takes back what {@link #take} has lent. */
  void giveBack(long address, long size) {
    lent -= size;
    long from = address;
    long to = address + size;
    Map.Entry<Long, Long> before = free.floorEntry(address);
    if (before != null
        && before.getKey() + before.getValue() == from
        && !segments.containsKey(from)) {
      from = before.getKey();
    }
    Long after = segments.containsKey(to) ? null : free.remove(to);
    if (after != null) {
      to += after;
    }
    free.put(from, to - from);
  }

  /** The memory that an address belongs to. */
  NativeBuffer memoryOf(long address) {
    return segments.floorEntry(address).getValue();
  }

  /** Frees all memory; nothing may be lent. */
  void close() {
    segments.values().forEach(NativeBuffer::close);
    segments.clear();
    free.clear();
    bytes = 0;
    lent = 0;
    mostLent = 0;
  }
}
