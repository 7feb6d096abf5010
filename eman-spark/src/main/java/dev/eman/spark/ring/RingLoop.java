package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one worker knows of its ring. Everything here happens on one thread, that of the
 * connections, which never waits: neither for the other workers nor for this worker's own.
 */
final class RingLoop implements Link.Listener {
  private final int rank;
  private final int size;
  private final RingOptions options;
  private final Link next;
  private final Link previous;
  private final List<Link> links;
  private final Gathering gathering;
  // For the partial sum of one bucket; native, and freed at the end.
  private final ByteBuf scratch;
  private @Nullable Future<?> watching;
  private @Nullable Sum sum;
  private @Nullable RingException failure;
  private long steps;
  private long lastLook;
  private boolean leaving;

  /**
   * A ring whose connections have been made.
   *
   * @param toNext the connection to rank + 1
   * @param fromPrevious the connection from rank - 1, with the same thread
   */
  RingLoop(
      int rank,
      List<HostAndPort> addresses,
      RingOptions options,
      Channel toNext,
      Channel fromPrevious) {
    this.rank = rank;
    this.size = addresses.size();
    this.options = options;
    int after = (rank + 1) % size;
    int before = (rank + size - 1) % size;
    this.next = new Link(after, addresses.get(after), toNext, this);
    this.previous = new Link(before, addresses.get(before), fromPrevious, this);
    this.links = List.of(next, previous);
    this.gathering = new Gathering(rank, size, options.messageBytes(), next.writer()::send);
    this.scratch =
        PooledByteBufAllocator.DEFAULT.directBuffer(options.bucketFloats() * Float.BYTES);
  }

  /** Begins to read from both neighbours. */
  void start(EventLoop thread) {
    long tick = Math.max(1, options.patience().dividedBy(8).toMillis());
    lastLook = System.nanoTime();
    watching = thread.scheduleWithFixedDelay(() -> watch(tick), tick, tick, TimeUnit.MILLISECONDS);
    links.forEach(Link::start);
  }

  private void watch(long tick) {
    long now = System.nanoTime();
    boolean onTime = now - lastLook < TimeUnit.MILLISECONDS.toNanos(3 * tick);
    lastLook = now;
    for (Link link : links) {
      if (failure == null && !link.hasLeft()) {
        link.writer().heartbeat();
        // After a pause of this whole process there may be news that nobody has read yet.
        if (onTime && link.isSilent(options.patience().toNanos())) {
          broken(link, silence(link));
        }
      }
    }
  }

  private RingException silence(Link link) {
    Duration patience = options.patience();
    return new RingException(
        link.name()
            + " has been silent for "
            + patience.toMillis() / 1000.0
            + " s, expected a sign of life every "
            + patience.toMillis() / 8000.0
            + " s: its worker hangs or the network is cut; if it is only slow, ask for more"
            + " patience");
  }

  /**
   * The next step; not before the last one is done.
   *
   * @param done as for {@link Sum}
   */
  void begin(VectorMemory vector, CompletableFuture<@Nullable Void> done) {
    steps++;
    sum = new Sum(vector, rank, size, options.bucketFloats(), steps, next.writer()::send, done);
    checkAllThere();
    if (failure == null) {
      advance(vector.length());
    } else {
      sum.fail(failure);
    }
  }

  /** Elements from {@code from} on may be sent. */
  void advance(long from) {
    if (failure == null && sum != null) {
      sum.advance(from);
      previous.reader().resume();
    }
  }

  /** Says this worker's message. */
  void speak(byte[] message, CompletableFuture<List<byte[]>> all) {
    checkAllThere();
    if (failure == null) {
      gathering.speak(message, all);
    } else {
      all.completeExceptionally(failure);
    }
  }

  @Override
  public @Nullable ByteBuf open(Link link, Frame frame) {
    if (link != previous && frame.type().isFromPrevious()) {
      throw new RingException("expected signs of life alone, got a " + frame);
    }
    return switch (frame.type()) {
      case PARTIAL_SUM, SUM -> openBucket(frame);
      case MESSAGE -> gathering.open(frame);
      case FAILURE -> {
        if (frame.length() > Frame.LONGEST_TEXT) {
          frame.checkLength(Frame.LONGEST_TEXT);
        }
        yield Unpooled.buffer(frame.length(), frame.length());
      }
      case HEARTBEAT, FAREWELL -> {
        frame.checkLength(0);
        yield Unpooled.EMPTY_BUFFER;
      }
    };
  }

  private @Nullable ByteBuf openBucket(Frame frame) {
    Sum step = sum;
    boolean over = step == null || step.isSummed();
    if (over && frame.sequence() == steps + 1 && frame.type() == Frame.Type.PARTIAL_SUM) {
      return null; // The neighbour has begun a step that this worker has not come to yet.
    }
    if (step == null) {
      throw new RingException("expected step " + (steps + 1) + ", got a " + frame);
    }
    return step.open(frame, scratch);
  }

  @Override
  public void received(Link link, Frame frame, ByteBuf payload) {
    switch (frame.type()) {
      case PARTIAL_SUM, SUM -> {
        if (sum != null) {
          sum.received(frame, payload);
        }
      }
      case MESSAGE -> gathering.received(frame);
      case FAILURE -> {
        String why = Failures.decode(payload);
        long origin = frame.index();
        fail(new RingException("rank " + origin + " has ended the ring: " + why), origin, why);
      }
      case FAREWELL -> left(link);
      case HEARTBEAT -> {}
    }
  }

  private void left(Link link) {
    link.setLeft();
    link.close();
    if (link == previous && isAwaited()) {
      broken(link, new RingException(link.name() + " has left the ring in the middle of a step"));
    }
  }

  private void checkAllThere() {
    for (Link link : links) {
      if (link.hasLeft()) {
        broken(link, new RingException(link.name() + " has left the ring before its last step"));
      }
    }
  }

  /** Whether the neighbour before owes something; what this worker passes on does not need it. */
  private boolean isAwaited() {
    return (sum != null && sum.isUnderWay() && !sum.isSummed()) || gathering.isWaiting();
  }

  private boolean isUnderWay() {
    return (sum != null && sum.isUnderWay()) || gathering.isWaiting();
  }

  @Override
  public void broken(Link link, RingException problem) {
    fail(problem, rank, String.valueOf(problem.getMessage()));
  }

  /** Ends the ring on this worker's behalf, and tells the others why. */
  void abort(String why) {
    fail(new RingException("this worker has ended the ring: " + why), rank, why);
  }

  private void fail(RingException problem, long origin, String text) {
    if (failure != null || leaving) {
      return;
    }
    failure = problem;
    for (Link link : links) {
      link.reader().stop(); // Nothing is written into the vector from here on.
    }
    byte[] line = Failures.encode(text);
    for (Link link : links) {
      link.writer().drop();
      link.end(new Frame(Frame.Type.FAILURE, line.length, 0, origin, 0), line);
    }
    if (sum != null) {
      sum.fail(problem);
    }
    gathering.fail(problem);
  }

  /**
   * Leaves, with a farewell to the neighbours; before the end of a step that is a failure.
   *
   * @return the connections, closed after a while at the latest
   */
  List<ChannelFuture> leave() {
    if (isUnderWay()) {
      abort("it was closed in the middle of a step");
    }
    leaving = true;
    for (Link link : links) {
      link.reader().stop();
      link.end(Frame.empty(Frame.Type.FAREWELL), new byte[0]);
    }
    if (watching != null) {
      watching.cancel(false);
    }
    return links.stream().map(Link::closed).toList();
  }

  /** Lets go of all memory; the connections are closed. */
  void release() {
    scratch.release();
    sum = null;
  }
}
