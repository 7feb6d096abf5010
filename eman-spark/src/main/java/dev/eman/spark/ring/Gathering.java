package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Rounds of messages, one from every rank, that each rank passes on until all have them. */
final class Gathering {
  private final int rank;
  private final int longest;
  private final BiConsumer<Frame, byte[]> sender;
  private final int size;
  private Map<Integer, byte[]> messages = new TreeMap<>();
  private byte @Nullable [] incoming;
  private long sequence = 1;
  private @Nullable CompletableFuture<List<byte[]>> waiting;

  /**
   * Nothing has been said yet.
   *
   * @param longest message in bytes
   * @param sender takes what goes to the next rank
   */
  Gathering(int rank, int size, int longest, BiConsumer<Frame, byte[]> sender) {
    this.rank = rank;
    this.longest = longest;
    this.sender = sender;
    this.size = size;
  }

  /** Whether this rank has spoken and others have not. */
  boolean isWaiting() {
    return waiting != null;
  }

  /** Ends without an answer. */
  void fail(RingException problem) {
    if (waiting != null) {
      waiting.completeExceptionally(problem);
    }
  }

  /** Says this rank's message of the round. */
  void speak(byte[] message, CompletableFuture<List<byte[]>> all) {
    waiting = all;
    take(rank, message);
  }

  /** Where a message goes. */
  ByteBuf open(Frame frame) {
    long origin = frame.index();
    if (frame.sequence() != sequence
        || origin < 0
        || origin >= size
        || origin == rank
        || messages.containsKey((int) origin)) {
      throw new RingException("expected messages of round " + sequence + ", got " + frame);
    }
    if (frame.length() > longest) {
      throw new RingException(
          "expected messages of at most "
              + longest
              + " bytes, got "
              + frame
              + " of "
              + frame.length());
    }
    incoming = new byte[frame.length()];
    return Unpooled.wrappedBuffer(incoming).clear();
  }

  /** Takes the message whose place was given last. */
  void received(Frame frame) {
    byte[] message = incoming;
    incoming = null;
    if (message != null) {
      take((int) frame.index(), message);
    }
  }

  private void take(int origin, byte[] message) {
    messages.put(origin, message);
    if ((rank + 1) % size != origin) {
      sender.accept(new Frame(Frame.Type.MESSAGE, message.length, sequence, origin, 0), message);
    }
    CompletableFuture<List<byte[]>> whole = waiting;
    if (messages.size() == size && whole != null) {
      List<byte[]> all = List.copyOf(messages.values());
      messages = new TreeMap<>();
      sequence++;
      waiting = null;
      whole.complete(all);
    }
  }
}
