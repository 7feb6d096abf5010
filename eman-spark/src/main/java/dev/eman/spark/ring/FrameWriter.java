package dev.eman.spark.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * Sends frames over a connection in the order in which they are given. What waits here is a place
 * in a vector, not a copy; what is under way is bounded by the channel's water mark.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Handlers hear of failures.
final class FrameWriter {
  /** A frame that waits; the payload is asked for when its turn comes. */
  private record Waiting(Frame frame, Supplier<ByteBuf> payload, Runnable sent) {}

  private final Channel channel;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean wroteSinceAsked;
  private boolean stopped;

  FrameWriter(Channel channel) {
    this.channel = channel;
  }

  /**
   * Sends a frame after those before it.
   *
   * @param payload of the frame's length; called on the channel's thread
   * @param sent called when the system has taken all of it
   */
  void send(Frame frame, Supplier<ByteBuf> payload, Runnable sent) {
    if (!stopped) {
      waiting.add(new Waiting(frame, payload, sent));
      pump();
    }
  }

  /** Sends a frame with bytes that nobody changes. */
  void send(Frame frame, byte[] payload) {
    send(frame, () -> Unpooled.wrappedBuffer(payload), () -> {});
  }

  /** Writes as much as may be under way. */
  void pump() {
    boolean wrote = false;
    while (!waiting.isEmpty() && channel.isWritable()) {
      write(waiting.removeFirst());
      wrote = true;
    }
    if (wrote) {
      wroteSinceAsked = true;
      channel.flush();
    }
  }

  /** Sends a sign of life, unless something was sent since the last call or is still waiting. */
  void heartbeat() {
    if (!wroteSinceAsked && waiting.isEmpty() && channel.isWritable()) {
      send(Frame.empty(Frame.Type.HEARTBEAT), new byte[0]);
    }
    wroteSinceAsked = false;
  }

  /** Forgets what is waiting. */
  void drop() {
    waiting.clear();
  }

  /** Sends one last frame; the connection ends behind it, in this direction. */
  void end(Frame frame, byte[] payload) {
    if (!stopped) {
      send(
          frame,
          () -> Unpooled.wrappedBuffer(payload),
          () -> ((DuplexChannel) channel).shutdownOutput());
      stopped = true;
    }
  }

  private void write(Waiting next) {
    ByteBuf header = channel.alloc().directBuffer(Frame.BYTES, Frame.BYTES);
    next.frame.write(header);
    channel.write(header);
    // The listener holds what the payload is a part of until the system has taken it.
    channel
        .write(next.payload.get())
        .addListener(
            written -> {
              if (written.isSuccess()) {
                next.sent.run();
              } else if (!stopped) {
                channel.pipeline().fireExceptionCaught(written.cause());
              }
            });
  }
}
