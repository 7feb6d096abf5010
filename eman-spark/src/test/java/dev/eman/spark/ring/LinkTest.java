package dev.eman.spark.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.net.HostAndPort;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinkTest {
  private final List<String> problems = new ArrayList<>();

  private final Link.Listener listener =
      new Link.Listener() {
        @Override
        public @Nullable ByteBuf open(Link link, Frame frame) {
          return null;
        }

        @Override
        public void received(Link link, Frame frame, ByteBuf payload) {}

        @Override
        public void broken(Link link, RingException problem) {
          problems.add(problem.getMessage());
        }
      };

  @Test
  void start_closedSinceTheHandshake_broken() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.close();

    new Link(3, HostAndPort.fromParts("127.0.0.1", 7), channel, listener).start();

    assertEquals(
        List.of(
            "rank 3 at 127.0.0.1:7 has closed its connection at once: its worker has probably died;"
                + " see the executor's log"),
        problems);
  }
}
