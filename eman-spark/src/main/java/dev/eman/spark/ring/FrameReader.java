package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames off a connection. Without TLS the channel reads payloads straight into their places
 * ({@link ReadInto}); with it they are copied there from the decrypted buffers.
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
  /** Who takes the frames. Exceptions of the first two end the ring. */
  interface Sink {
    /**
     * A frame's header has come.
     *
     * @return where its payload goes, with room for its length and owned by the reader; null if it
     *     cannot be taken yet: then nothing is read before {@link #resume}
     */
    @Nullable ByteBuf open(Frame frame);

    /** The payload is in its place. */
    void received(Frame frame, ByteBuf payload);

    /** Something has come, whatever it is. */
    void heard();

    /** The connection is closed, or broken. */
    void lost(Throwable cause);

    /** What has come is not what can be. */
    void refused(RuntimeException problem);
  }

  private final Sink sink;
  private final ByteBuf header = Unpooled.directBuffer(Frame.BYTES, Frame.BYTES);
  // Decrypted, and not looked at yet: a few records, as nothing is read while they wait.
  private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Frame frame;
  private @Nullable ByteBuf payload;
  private @Nullable ByteBuf lent;
  private boolean stopped;

  FrameReader(Sink sink) {
    this.sink = sink;
  }

  /** Whether a frame has come that cannot be taken yet. */
  boolean isPaused() {
    return frame != null && payload == null;
  }

  /** Takes no more, and lets go of all memory. */
  void stop() {
    stopped = true;
    arrived.forEach(ByteBuf::release);
    arrived.clear();
    if (payload != null) {
      payload.release();
      payload = null;
    }
    frame = null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().config().getRecvByteBufAllocator() instanceof ReadInto direct) {
      direct.redirect(this::lend);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    stop();
    header.release();
  }

  /** The rest of the place that is being filled; null for pooled memory. */
  private @Nullable ByteBuf lend() {
    ByteBuf place = frame == null ? header : payload;
    if (stopped || place == null || !place.isDirect() || place.maxWritableBytes() == 0) {
      return null;
    }
    int at = place.writerIndex();
    lent = place.retainedSlice(at, place.maxCapacity() - at).clear();
    return lent;
  }

  @SuppressWarnings("ReferenceEquality") // Others may have equal bytes.
  private boolean isLent(ByteBuf bytes) {
    return bytes == lent;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (stopped) {
      bytes.release();
      return;
    }
    sink.heard();
    try {
      if (isLent(bytes)) {
        ByteBuf place = frame == null ? header : payload;
        int count = bytes.readableBytes();
        bytes.release();
        if (place != null) {
          place.writerIndex(place.writerIndex() + count);
        }
        lent = null;
      } else {
        arrived.add(bytes);
      }
      proceed();
    } catch (RuntimeException e) {
      sink.refused(e);
    }
  }

  /** Takes the frame that had to wait, if it may be taken now, and what came behind it. */
  void resume() {
    if (stopped || !isPaused()) {
      return;
    }
    try {
      proceed();
    } catch (RuntimeException e) {
      sink.refused(e);
    }
    if (!stopped && !isPaused() && context != null) {
      sink.heard();
      context.channel().config().setAutoRead(true);
    }
  }

  private void proceed() {
    boolean moved = true;
    while (moved && !stopped) {
      moved = frame == null ? readHeader() : payload == null ? open() : readPayload();
    }
    if (!stopped && isPaused() && context != null) {
      context.channel().config().setAutoRead(false);
    }
  }

  private boolean readHeader() {
    fill(header);
    if (header.writerIndex() < Frame.BYTES) {
      return false;
    }
    frame = Frame.read(header);
    header.clear();
    return true;
  }

  private boolean open() {
    payload = frame == null ? null : sink.open(frame);
    return payload != null;
  }

  private boolean readPayload() {
    ByteBuf place = payload;
    Frame whole = frame;
    if (place == null || whole == null) {
      return false;
    }
    fill(place);
    if (place.writerIndex() < whole.length()) {
      return false;
    }
    payload = null;
    frame = null;
    try {
      sink.received(whole, place);
    } finally {
      place.release();
    }
    return true;
  }

  /** Copies what has arrived, as far as there is room. */
  private void fill(ByteBuf place) {
    while (!arrived.isEmpty() && place.maxWritableBytes() > 0) {
      ByteBuf first = arrived.getFirst();
      first.readBytes(place, Math.min(first.readableBytes(), place.maxWritableBytes()));
      if (!first.isReadable()) {
        arrived.removeFirst().release();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!stopped) {
      sink.lost(new java.nio.channels.ClosedChannelException());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!stopped) {
      sink.lost(cause);
    }
  }
}
