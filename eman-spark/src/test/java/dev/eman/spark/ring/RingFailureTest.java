package dev.eman.spark.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rings that break: always an error, the same for all, and soon. */
@Timeout(60)
class RingFailureTest {
  private static final int LENGTH = 2500;

  /** Joining has to end in it as well, in which Netty's classes are loaded. */
  private static final RingOptions IMPATIENT = Workers.OPTIONS.withPatience(Duration.ofSeconds(2));

  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  /** What a peer, which knows the secret, does to a ring. */
  private interface Mischief {
    void run(RawPeer peer) throws IOException;
  }

  private static Frame partial(int length, long step, long index, long total) {
    return new Frame(Frame.Type.PARTIAL_SUM, length, step, index, total);
  }

  /** The message with which rank 1 ends when rank 0 does that, and what it tells rank 0. */
  private List<String> messages(RingOptions options, Mischief mischief) throws Exception {
    RingSecret secret = RingSecret.draw("test");
    try (RawPeer peer = new RawPeer(secret);
        RingServer server = RingServer.bind("127.0.0.1")) {
      List<HostAndPort> addresses = List.of(peer.address(), server.address());
      Future<String> message =
          thread.submit(
              () -> {
                try (Ring ring = server.join(addresses, 1, secret, options)) {
                  ring.begin(Nd4j.ones(DataType.FLOAT, LENGTH));
                  return assertThrows(RingException.class, ring::await).getMessage();
                }
              });
      peer.join(server.address(), options);
      mischief.run(peer);
      String told = peer.failure();
      peer.leave(); // The ring's end would wait for it a little.
      return List.of(Workers.get(message).replace(peer.address().toString(), "ADDRESS"), told);
    }
  }

  static Stream<Arguments> wrongFrames() {
    return Stream.of(
        Arguments.of(partial(3999, 1, 0, LENGTH), "expected 4000 bytes of partial sum of bucket 0"),
        Arguments.of(partial(Integer.MAX_VALUE, 1, 0, LENGTH), "expected 4000 bytes of"),
        Arguments.of(partial(-1, 1, 0, LENGTH), "expected a frame, got type 2 and a length of -1"),
        Arguments.of(partial(4000, 1, 1, LENGTH), "expected bucket 0 or the sum of bucket 0"),
        Arguments.of(
            partial(4000, 7, 0, LENGTH), "step 1, got a partial sum of bucket 0 of step 7"),
        Arguments.of(partial(4000, 1, 0, 2600), "expected vectors of one length on all workers"),
        Arguments.of(new Frame(Frame.Type.SUM, 4000, 1, 0, LENGTH), "got a sum of bucket 0"),
        Arguments.of(new Frame(Frame.Type.MESSAGE, 1 << 27, 1, 0, 0), "expected messages of at mo"),
        Arguments.of(new Frame(Frame.Type.MESSAGE, 8, 2, 0, 0), "expected messages of round 1"),
        Arguments.of(new Frame(Frame.Type.MESSAGE, 8, 1, 1, 0), "expected messages of round 1"),
        Arguments.of(new Frame(Frame.Type.MESSAGE, 8, 1, 9, 0), "expected messages of round 1"),
        Arguments.of(new Frame(Frame.Type.HEARTBEAT, 1, 0, 0, 0), "expected 0 bytes of heartbeat"),
        Arguments.of(new Frame(Frame.Type.FAILURE, 5000, 0, 0, 0), "expected 2048 bytes"));
  }

  @ParameterizedTest
  @MethodSource("wrongFrames")
  void await_wrongFrame_bothSidesTold(Frame frame, String problem) throws Exception {
    List<String> messages = messages(Workers.OPTIONS, peer -> peer.send(frame, 0));

    assertTrue(messages.get(0).startsWith("from rank 0 at ADDRESS: "), messages.get(0));
    assertTrue(messages.get(0).contains(problem), messages.get(0));
    assertTrue(messages.get(1).contains(problem), messages.get(1));
  }

  @Test
  void await_bucketTwice_refused() throws Exception {
    List<String> messages =
        messages(
            Workers.OPTIONS,
            peer -> {
              peer.send(partial(4000, 1, 0, LENGTH), 4000);
              peer.send(partial(4000, 1, 0, LENGTH), 4000);
            });

    assertTrue(messages.get(0).contains("expected bucket 1 or"), messages.get(0));
  }

  @Test
  void await_garbage_refused() throws Exception {
    byte[] garbage = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes();
    List<String> messages = messages(Workers.OPTIONS, peer -> peer.send(garbage, garbage.length));

    assertTrue(messages.get(0).contains("expected a frame, got type "), messages.get(0));
  }

  @Test
  void await_peerVanishesInMidBucket_throws() throws Exception {
    List<String> messages =
        messages(
            Workers.OPTIONS,
            peer -> {
              peer.send(partial(4000, 1, 0, LENGTH), 1234);
              peer.toOther.close();
            });

    // Closed, or reset if a heartbeat had not been read.
    assertTrue(messages.get(0).matches("rank 0 at ADDRESS (has closed|cannot be).*"));
    assertTrue(
        messages.get(0).endsWith(": its worker has probably died; see the executor's log"),
        messages.get(0));
  }

  @Test
  void await_peerStalls_throwsAfterPatience() throws Exception {
    List<String> messages =
        messages(IMPATIENT, peer -> peer.send(partial(4000, 1, 0, LENGTH), 1234));

    assertTrue(
        messages.get(0).startsWith("rank 0 at ADDRESS has been silent for 2.0 s, expected a sign"),
        messages.get(0));
  }

  /** As long as rank 0 gives a sign of life for each of rank 1's, which is 8 in the patience. */
  @Test
  void await_slowPeerWithHeartbeats_waits() throws Exception {
    List<String> messages =
        messages(
            IMPATIENT,
            peer -> {
              for (int beat = 0; beat < 12; beat++) {
                assertEquals(Frame.Type.HEARTBEAT, peer.receive().type());
                peer.send(Frame.empty(Frame.Type.HEARTBEAT), 0);
                writeHeartbeat(peer.fromOther);
              }
              peer.send(partial(1, 1, 0, LENGTH), 0);
            });

    assertTrue(messages.get(0).contains("expected 4000 bytes"), messages.get(0));
  }

  private static void writeHeartbeat(Socket socket) throws IOException {
    var out = io.netty.buffer.Unpooled.buffer(Frame.BYTES);
    Frame.empty(Frame.Type.HEARTBEAT).write(out);
    socket.getOutputStream().write(out.array());
  }

  /** What ranks 0 and 2 end with when rank 1 does that in the middle of a step. */
  private static List<String> othersOf(Workers.Work<?> rank1) throws Exception {
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      return workers.each(
          ring -> {
            INDArray vector = Nd4j.ones(DataType.FLOAT, LENGTH);
            ring.begin(vector);
            if (ring.rank() == 1) {
              ring.ready(2000, LENGTH);
              rank1.run(ring);
              return "";
            }
            return assertThrows(RingException.class, ring::await).getMessage();
          });
    }
  }

  @Test
  void abort_amidAStep_othersAreTold() throws Exception {
    List<String> messages =
        othersOf(
            ring -> {
              ring.abort("loss is NaN\nat step 7 \u001b[31m");
              return assertThrows(RingException.class, ring::await);
            });

    assertEquals("rank 1 has ended the ring: loss is NaN at step 7  [31m", messages.get(0));
    assertEquals(messages.get(0), messages.get(2));
  }

  @Test
  void close_amidAStep_othersAreTold() throws Exception {
    List<String> messages =
        othersOf(
            ring -> {
              ring.close();
              return ring;
            });

    assertEquals(
        "rank 1 has ended the ring: it was closed in the middle of a step", messages.get(0));
    assertEquals(messages.get(0), messages.get(2));
  }

  @Test
  void await_interrupted_endsForAll() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      List<String> messages =
          workers.each(
              ring -> {
                ring.begin(Nd4j.ones(DataType.FLOAT, LENGTH));
                if (ring.rank() == 0) {
                  interrupted.await();
                } else if (ring.rank() == 2) {
                  Thread.currentThread().interrupt();
                }
                String message = assertThrows(RingException.class, ring::await).getMessage();
                interrupted.countDown();
                assertEquals(ring.rank() == 2, Thread.interrupted());
                return message;
              });

      assertEquals("rank 2 has ended the ring: rank 2 was interrupted", messages.get(0));
      assertEquals(messages.get(0), messages.get(1));
      assertEquals("interrupted while waiting for the sum", messages.get(2));
    }
  }

  @Test
  void begin_afterAFailure_throwsTheSame() throws Exception {
    try (Workers workers = Workers.joined(2, Workers.OPTIONS)) {
      workers.rings.get(1).abort("enough");
      for (int step = 0; step < 2; step++) {
        Ring ring = workers.rings.get(0);
        ring.begin(Nd4j.ones(DataType.FLOAT, LENGTH));
        assertEquals(
            "rank 1 has ended the ring: enough",
            assertThrows(RingException.class, ring::await).getMessage());
      }
      assertThrows(RingException.class, () -> workers.rings.get(0).allGather(new byte[1]));
    }
  }

  @Test
  void begin_afterANeighbourLeft_throws() throws Exception {
    try (Workers workers = Workers.joined(2, Workers.OPTIONS)) {
      workers.rings.get(1).close();
      Ring ring = workers.rings.get(0);
      ring.begin(Nd4j.ones(DataType.FLOAT, LENGTH));
      String message = assertThrows(RingException.class, ring::await).getMessage();

      assertTrue(message.startsWith("rank 1 at " + workers.addresses.get(1)), message);
      assertTrue(message.contains(" has left the ring "), message);
    }
  }

  @Test
  @Timeout(300) // 120 rings, where a busy machine is slow.
  void close_afterTheLastStep_othersStillGetTheirSums() throws Exception {
    for (int repetition = 0; repetition < 40; repetition++) {
      try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
        List<Double> sums =
            workers.each(
                ring -> {
                  INDArray vector = Nd4j.ones(DataType.FLOAT, 1_000_000);
                  ring.begin(vector);
                  ring.readyToBeginning();
                  ring.allGather(new byte[3]);
                  ring.await();
                  ring.close();
                  return vector.sumNumber().doubleValue();
                });

        assertEquals(List.of(3e6, 3e6, 3e6), sums);
      }
    }
  }

  @Test
  void close_always_leavesNoThreadAndNoSocket() throws Exception {
    List<HostAndPort> addresses;
    List<Thread> threads;
    try (Workers workers = Workers.joined(3, Workers.OPTIONS)) {
      addresses = workers.addresses;
      threads = threads();
      assertTrue(
          threads.stream().anyMatch(thread -> thread.getName().startsWith("eman-ring-2")),
          threads::toString);
    }
    for (Thread thread : threads) {
      thread.join(10_000); // It may be on its last lines.
      assertFalse(thread.isAlive(), thread::toString);
    }
    assertEquals(List.of(), threads());
    for (HostAndPort address : addresses) {
      assertThrows(
          ConnectException.class, () -> new Socket(address.getHost(), address.getPort()).close());
    }
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("eman-ring"))
        .toList();
  }
}
