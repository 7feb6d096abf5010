package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection to one neighbour. Belongs to the channel's thread. */
@SuppressWarnings("FutureReturnValueIgnored") // Handlers hear of failures.
final class Link {
  /** What happens on a link. */
  interface Listener {
    /** As {@link FrameReader.Sink#open}; for frames that are not the link's own affair. */
    @Nullable ByteBuf open(Link link, Frame frame);

    /** As {@link FrameReader.Sink#received}. */
    void received(Link link, Frame frame, ByteBuf payload);

    /** The link is of no use any more. */
    void broken(Link link, RingException problem);
  }

  private static final long LINGER_MILLIS = 2000;

  private final int peer;
  private final HostAndPort address;
  private final FrameWriter writer;
  private final FrameReader reader;
  private final Channel channel;
  private final Listener listener;
  private long heard = System.nanoTime();
  private boolean left;

  /**
   * A connection on which both sides have proved the secret.
   *
   * @param peer the neighbour's rank
   * @param address at which it listened
   */
  Link(int peer, HostAndPort address, Channel channel, Listener listener) {
    this.peer = peer;
    this.address = address;
    this.channel = channel;
    this.listener = listener;
    this.writer = new FrameWriter(channel);
    this.reader = new FrameReader(new Frames());
  }

  FrameWriter writer() {
    return writer;
  }

  FrameReader reader() {
    return reader;
  }

  /** Begins to read, and takes over from the handshake. */
  void start() {
    if (!channel.isActive()) {
      lost("has closed its connection at once");
      return;
    }
    channel.pipeline().addLast(reader, new Writability());
    heard = System.nanoTime();
    channel.config().setAutoRead(true);
    channel.pipeline().remove(Handshake.class); // It hands on what came behind its end.
  }

  /** The neighbour has said farewell. */
  void setLeft() {
    left = true;
  }

  boolean hasLeft() {
    return left;
  }

  /** Whether nothing has come for longer than that, although this side was reading. */
  boolean isSilent(long nanos) {
    return !left && !reader.isPaused() && System.nanoTime() - heard > nanos;
  }

  /** Names the neighbour in messages. */
  String name() {
    return "rank " + peer + " at " + address;
  }

  void close() {
    channel.close();
  }

  /** Says the last word, and closes when the neighbour has heard it, or after a while. */
  void end(Frame word, byte[] payload) {
    writer.end(word, payload);
    channel.config().setAutoRead(true); // What comes is thrown away, so that the word arrives.
    var late = channel.eventLoop().schedule(this::close, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> late.cancel(false));
  }

  /** Done when it is closed. */
  ChannelFuture closed() {
    return channel.closeFuture();
  }

  private void lost(String how) {
    if (!left) {
      listener.broken(
          this,
          new RingException(
              name() + " " + how + ": its worker has probably died; see the executor's log"));
    }
  }

  private final class Frames implements FrameReader.Sink {
    @Override
    public @Nullable ByteBuf open(Frame frame) {
      return listener.open(Link.this, frame);
    }

    @Override
    public void received(Frame frame, ByteBuf payload) {
      listener.received(Link.this, frame, payload);
    }

    @Override
    public void heard() {
      heard = System.nanoTime();
    }

    @Override
    public void lost(Throwable cause) {
      Link.this.lost(
          cause instanceof java.nio.channels.ClosedChannelException
              ? "has closed its connection without a word"
              : "cannot be reached any more (" + cause.getMessage() + ")");
    }

    @Override
    public void refused(RuntimeException problem) {
      listener.broken(
          Link.this, new RingException("from " + name() + ": " + problem.getMessage(), problem));
    }
  }

  /** Goes on sending when there is room again. */
  private final class Writability extends ChannelInboundHandlerAdapter {
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      writer.pump();
    }
  }
}
