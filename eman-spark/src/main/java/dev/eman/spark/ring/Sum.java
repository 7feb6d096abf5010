package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One vector's way to its sum over the ranks. Buckets are counted from the vector's end. Each goes
 * as a partial sum from rank 0 to the last, which every rank adds its own elements to, and then as
 * the sum from the last rank to rank 0 and on to the last but one. Each worker's vector holds in
 * turn its own elements, the partial sum and the sum: no other memory is needed than that for one
 * bucket.
 */
final class Sum {
  /** Who sends buckets to the next rank. */
  interface Sender {
    /** Sends {@code bytes}; {@code sent} is called when they may be written again. */
    void send(Frame frame, Supplier<ByteBuf> bytes, Runnable sent);
  }

  private final VectorMemory vector;
  private final int rank;
  private final int last;
  private final int bucket;
  private final long sequence;
  private final long buckets;
  private final Sender sender;
  private final CompletableFuture<@Nullable Void> done;
  private long frontier; // From here on, elements have their final value on this machine.
  private long added; // Buckets with this rank's elements in them.
  private long summed; // Buckets that hold the sum.
  private long sending;

  /**
   * Begins with nothing announced.
   *
   * @param size how many ranks, at least 2
   * @param bucket elements of a bucket; the last one may be smaller
   * @param done completed when the vector holds the sum, and may be written again
   */
  Sum(
      VectorMemory vector,
      int rank,
      int size,
      int bucket,
      long sequence,
      Sender sender,
      CompletableFuture<@Nullable Void> done) {
    this.vector = vector;
    this.done = done;
    this.rank = rank;
    this.last = size - 1;
    this.bucket = bucket;
    this.sequence = sequence;
    this.sender = sender;
    this.buckets = (vector.length() + bucket - 1) / bucket;
    this.frontier = vector.length();
  }

  /** Whether the vector is still read or written. */
  boolean isUnderWay() {
    return !done.isDone();
  }

  /** Whether nothing more can come for it. */
  boolean isSummed() {
    return summed == buckets;
  }

  /** Ends without a sum; the vector is not written any more. */
  void fail(RingException problem) {
    done.completeExceptionally(problem);
  }

  /** Says that elements from {@code from} on have their final values. */
  void advance(long from) {
    frontier = from;
    while (rank == 0 && added < buckets && frontier <= start(added)) {
      pass(Frame.Type.PARTIAL_SUM, added);
      added++;
    }
    checkDone();
  }

  /** Where a bucket's payload goes; null while this rank's own elements are not announced. */
  @Nullable ByteBuf open(Frame frame, ByteBuf scratch) {
    boolean partial = frame.type() == Frame.Type.PARTIAL_SUM;
    long expected = partial ? added : summed;
    boolean possible = partial ? rank > 0 && added < buckets : rank < last && summed < added;
    if (frame.total() != vector.length()) {
      throw new RingException(
          "expected vectors of one length on all workers, "
              + vector.length()
              + " elements, got a "
              + frame);
    }
    if (!possible || frame.index() != expected || frame.sequence() != sequence) {
      throw new RingException(
          "expected bucket "
              + added
              + " or the sum of bucket "
              + summed
              + " of step "
              + sequence
              + ", got a "
              + frame);
    }
    int bytes = (int) (end(expected) - start(expected)) * Float.BYTES;
    frame.checkLength(bytes);
    if (!partial) {
      return vector.bytes(start(expected), end(expected)).clear();
    }
    return frontier <= start(expected) ? scratch.retainedSlice(0, bytes).clear() : null;
  }

  /** Takes a bucket whose payload is in its place. */
  void received(Frame frame, ByteBuf payload) {
    if (frame.type() == Frame.Type.SUM) {
      if (rank < last - 1) {
        pass(Frame.Type.SUM, summed);
      }
      summed++;
    } else {
      vector.add(start(added), payload);
      pass(rank == last ? Frame.Type.SUM : Frame.Type.PARTIAL_SUM, added);
      added++;
      summed += rank == last ? 1 : 0;
    }
    checkDone();
  }

  private void pass(Frame.Type type, long index) {
    long from = start(index);
    long to = end(index);
    sending++;
    sender.send(
        new Frame(type, (int) (to - from) * Float.BYTES, sequence, index, vector.length()),
        () -> vector.bytes(from, to),
        this::sent);
  }

  private void sent() {
    sending--;
    checkDone();
  }

  private void checkDone() {
    if (summed == buckets && sending == 0) {
      done.complete(null);
    }
  }

  private long start(long index) {
    return Math.max(0, vector.length() - (index + 1) * bucket);
  }

  private long end(long index) {
    return vector.length() - index * bucket;
  }
}
