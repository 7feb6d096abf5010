package dev.eman.spark.ring;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * N workers, each connected to the next, the last to the first. Together they sum float32 vectors
 * in place, in the order of their ranks: every element becomes ((v0 + v1) + v2) + ..., to the bit,
 * on all of them. Elements travel in buckets as soon as they are announced, first from rank 0 to
 * the last, which adds up, then the sums from the last to the last but one; each connection carries
 * at most twice the vector.
 *
 * <pre>{@code
 * try (RingServer server = RingServer.bind(host)) {
 *   // Every worker tells its server.address() to all others.
 *   try (Ring ring = server.join(addresses, rank, secret, RingOptions.DEFAULTS)) {
 *     ring.begin(vector);
 *     ring.ready(1000, vector.length()); // From its end to its beginning.
 *     ring.ready(0, 1000);
 *     ring.await();
 *   }
 * }
 * }</pre>
 *
 * <p>Waiting lasts as long as the others need, if they give a sign of life. When one worker fails,
 * is closed or is interrupted in the middle of a step, falls silent, or sends what it should not,
 * the ring is over for all of them, and every call on every worker throws a {@link RingException}
 * with the first cause. One thread uses a ring, except for {@link #abort} and {@link #close}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Failures end the ring.
public final class Ring implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private final int rank;
  private final int size;
  private final int longestMessage;
  private final @Nullable EventLoopGroup group;
  private final @Nullable RingLoop loop;
  private @Nullable CompletableFuture<@Nullable Void> done;
  private long length;
  private long frontier;

  Ring(
      int rank,
      int size,
      RingOptions options,
      @Nullable EventLoopGroup group,
      @Nullable RingLoop loop) {
    this.longestMessage = options.messageBytes();
    this.rank = rank;
    this.size = size;
    this.group = group;
    this.loop = loop;
    if (group != null && loop != null) {
      group.execute(() -> loop.start(group.next()));
    }
  }

  static Ring alone(RingOptions options) {
    return new Ring(0, 1, options, null, null);
  }

  /** This worker's rank, from 0. */
  public int rank() {
    return rank;
  }

  /** How many workers there are. */
  public int size() {
    return size;
  }

  /**
   * Begins a sum. Nothing is sent yet.
   *
   * @param vector {@code [n]} or {@code [1, n]}, float32, elements adjacent; of one length on all
   *     workers; mutated until {@link #await} has returned, and not to be touched where announced
   * @throws IllegalStateException if the last sum was not awaited
   */
  public void begin(INDArray vector) {
    checkState(done == null, "begin: expected await for the sum before");
    VectorMemory memory = new VectorMemory(vector);
    CompletableFuture<@Nullable Void> sum = new CompletableFuture<>();
    done = sum;
    length = memory.length();
    frontier = length;
    if (loop == null) {
      sum.complete(null);
    } else {
      execute(() -> loop.begin(memory, sum));
    }
  }

  /**
   * Says that elements {@code [from, to)} have their final value on this machine. Returns at once.
   * The sum does not depend on how the vector is announced.
   *
   * @param to where the region announced before begins; the vector's length at first
   * @throws IllegalArgumentException if the region does not adjoin
   */
  public void ready(long from, long to) {
    checkState(done != null, "ready: expected begin first");
    checkArgument(
        to == frontier && from >= 0 && from <= to,
        "region: expected one that ends at %s, where the last one begins, got [%s, %s)",
        frontier,
        from,
        to);
    frontier = from;
    if (loop != null) {
      execute(() -> loop.advance(from));
    }
  }

  /** Announces what is left. */
  void readyToBeginning() {
    if (frontier > 0) {
      ready(0, frontier);
    }
  }

  /**
   * Announces what is left, and waits for the sum.
   *
   * @throws RingException if the ring has broken; what the vector holds is undefined, and nothing
   *     touches it any more
   */
  public void await() {
    CompletableFuture<@Nullable Void> sum = done;
    checkState(sum != null, "await: expected begin first");
    readyToBeginning();
    try {
      get(sum, "the sum");
    } finally {
      done = null;
    }
  }

  /**
   * Hands out a message of every worker to all of them; also while a sum is under way. A barrier.
   *
   * @param message of this worker, at most as long as the options say; not to be changed
   * @return the messages in the order of ranks
   * @throws RingException if the ring has broken
   */
  public List<byte[]> allGather(byte[] message) {
    checkArgument(
        message.length <= longestMessage,
        "message: expected at most %s bytes, got %s",
        longestMessage,
        message.length);
    if (loop == null) {
      return List.of(message);
    }
    CompletableFuture<List<byte[]>> all = new CompletableFuture<>();
    execute(() -> loop.speak(message, all));
    return get(all, "the other workers' messages");
  }

  /**
   * Ends the ring for all workers.
   *
   * @param why told to all of them; one line
   */
  public void abort(String why) {
    if (loop != null && group != null && !group.isShuttingDown()) {
      group.submit(() -> loop.abort(why)).awaitUninterruptibly();
    }
  }

  private void execute(Runnable task) {
    checkState(group != null && !group.isShuttingDown(), "the ring is closed");
    group.execute(task);
  }

  private <T extends @Nullable Object> T get(CompletableFuture<T> result, String what) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      abort("rank " + rank + " was interrupted");
      Thread.currentThread().interrupt();
      throw new RingException("interrupted while waiting for " + what, e);
    } catch (ExecutionException e) {
      throw RingException.of(e);
    }
  }

  /** Leaves the ring; in the middle of a step, this ends it for all. Waits for no other worker. */
  @Override
  public void close() {
    if (loop == null || group == null || group.isShuttingDown()) {
      return;
    }
    List<ChannelFuture> connections = group.submit(loop::leave).syncUninterruptibly().getNow();
    connections.forEach(c -> c.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS));
    group.submit(loop::release).syncUninterruptibly();
    shutDown(group);
  }

  static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    group.terminationFuture().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
