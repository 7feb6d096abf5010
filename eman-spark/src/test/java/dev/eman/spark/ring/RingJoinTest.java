package dev.eman.spark.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may join a ring, and who may not. */
@Timeout(60)
class RingJoinTest {
  private static final RingSecret SECRET = RingSecret.draw("test");
  private static final RingOptions OPTIONS = Workers.OPTIONS;

  static byte[] hello(int from, int to) {
    return new Hello(from, to, 2, OPTIONS.bucketFloats(), OPTIONS.messageBytes()).encode();
  }

  /** What a stranger says at first. */
  static byte[] greeting(String kind) {
    return switch (kind) {
      case "nothing" -> new byte[0];
      case "http" -> "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      case "zeros" -> new byte[100_000];
      case "half" -> Arrays.copyOf(hello(0, 1), 20);
      case "more" -> Arrays.copyOf(hello(0, 1), Hello.BYTES + Hello.PROOF_BYTES);
      case "whole" -> hello(0, 1);
      default -> throw new AssertionError(kind);
    };
  }

  static Socket stranger(HostAndPort address, byte[] message) throws IOException {
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket.getOutputStream().write(message);
    return socket;
  }

  /** Reads until the other end closes. */
  static int readAll(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (SocketException e) {
      return 0; // Closed with bytes of ours that nobody has read.
    }
  }

  static void assertSums(Workers workers) throws Exception {
    List<List<byte[]>> all = workers.each(ring -> ring.allGather(new byte[ring.rank() + 1]));
    for (List<byte[]> messages : all) {
      assertEquals(List.of(1, 2), messages.stream().map(m -> m.length).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "http", "zeros", "half", "more", "whole"})
  void join_strangerFirst_closedAndRingUndisturbed(String kind) throws Exception {
    try (Workers workers = new Workers(2);
        Socket stranger = stranger(workers.addresses.get(1), greeting(kind))) {
      workers.join(SECRET, OPTIONS);

      assertSums(workers);
      assertTrue(readAll(stranger) <= 2 * Hello.PROOF_BYTES);
    }
  }

  @Test
  void join_strangerWhoProvesAnotherSecret_closedAndRingUndisturbed() throws Exception {
    try (Workers workers = new Workers(2);
        RawPeer stranger = new RawPeer(RingSecret.draw("test"))) {
      Future<Integer> closed =
          workers.start(
              0,
              rank -> {
                stranger.connect(workers.addresses.get(1), hello(0, 1));
                stranger.challenge();
                stranger.toOther.getOutputStream().write(new byte[Hello.PROOF_BYTES]);
                return readAll(stranger.toOther);
              });
      // Joined by rank 1 alone at first, whose listener refuses.
      Future<Ring> first =
          workers.start(1, r -> workers.servers.get(1).join(workers.addresses, 1, SECRET, OPTIONS));
      assertEquals(0, Workers.get(closed));
      try (Ring rank0 = workers.servers.get(0).join(workers.addresses, 0, SECRET, OPTIONS);
          Ring rank1 = Workers.get(first)) {
        Future<List<byte[]>> other = workers.start(1, r -> rank1.allGather(new byte[2]));
        assertEquals(2, rank0.allGather(new byte[1]).size());
        assertEquals(2, Workers.get(other).size());
      }
    }
  }

  /** What was proved once proves nothing in another conversation. */
  @Test
  void join_replayOfAnotherHandshake_refused() throws Exception {
    byte[] hello;
    byte[] proof;
    try (RawPeer peer = new RawPeer(SECRET);
        RingServer server = RingServer.bind("127.0.0.1");
        Workers thread = new Workers(1)) {
      List<HostAndPort> addresses = List.of(peer.address(), server.address());
      Future<Boolean> joined =
          thread.start(
              0,
              r -> {
                server.join(addresses, 1, SECRET, OPTIONS).close();
                return true;
              });
      peer.join(server.address(), OPTIONS);
      hello = peer.hello;
      proof = peer.proof;
      peer.leave();
      assertTrue(Workers.get(joined));
    }
    try (Workers workers = new Workers(2);
        RawPeer replay = new RawPeer(SECRET)) {
      Future<Ring> joining =
          workers.start(1, r -> workers.servers.get(1).join(workers.addresses, 1, SECRET, OPTIONS));
      replay.connect(workers.addresses.get(1), hello);
      replay.challenge();
      replay.toOther.getOutputStream().write(proof);
      assertEquals(0, readAll(replay.toOther));

      workers.servers.get(0).join(workers.addresses, 0, SECRET, OPTIONS).close();
      Workers.get(joining).close();
    }
  }

  @Test
  void join_manySilentStrangers_ringUndisturbed() throws Exception {
    List<Socket> strangers = new ArrayList<>();
    try (Workers workers = new Workers(2)) {
      Future<Ring> joining =
          workers.start(1, r -> workers.servers.get(1).join(workers.addresses, 1, SECRET, OPTIONS));
      for (int i = 0; i < 3 * Doorman.MOST; i++) {
        strangers.add(stranger(workers.addresses.get(1), new byte[0]));
      }
      assertEquals(-1, strangers.get(0).getInputStream().read()); // Made way for others.
      try (Ring rank0 = workers.servers.get(0).join(workers.addresses, 0, SECRET, OPTIONS);
          Ring rank1 = Workers.get(joining)) {
        assertEquals(1, rank1.rank() - rank0.rank());
        for (Socket stranger : strangers) {
          assertEquals(0, readAll(stranger));
        }
      }
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  @Test
  void join_halfAHandshake_closedInTime() throws Exception {
    try (Workers workers = new Workers(2);
        Socket stranger = stranger(workers.addresses.get(1), hello(0, 1))) {
      // Long enough for a busy machine to answer the first half in.
      RingOptions quick = OPTIONS.withHandshake(Duration.ofSeconds(2));
      Future<Ring> joining =
          workers.start(1, r -> workers.servers.get(1).join(workers.addresses, 1, SECRET, quick));
      assertEquals(2 * Hello.PROOF_BYTES, readAll(stranger));

      workers.servers.get(0).join(workers.addresses, 0, SECRET, quick).close();
      Workers.get(joining).close();
    }
  }

  /** The messages with which both workers end. */
  private static List<String> messages(
      Workers workers, List<RingSecret> secrets, List<RingOptions> options) throws Exception {
    return workers.all(
        rank ->
            assertThrows(
                    RingException.class,
                    () ->
                        workers
                            .servers
                            .get(rank)
                            .join(workers.addresses, rank, secrets.get(rank), options.get(rank)))
                .getMessage());
  }

  @Test
  void join_workersOfTwoSecrets_bothEnd() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<String> found =
          messages(workers, List.of(SECRET, RingSecret.draw("test")), List.of(OPTIONS, OPTIONS));

      assertTrue(
          found.stream()
              .anyMatch(m -> m.contains(" does not know the secret of test: another program")),
          found.toString());
    }
  }

  @Test
  void join_otherOptions_bothEndAndSayWhich() throws Exception {
    RingOptions other = OPTIONS.withBucketFloats(77);
    try (Workers workers = new Workers(2)) {
      List<String> found = messages(workers, List.of(SECRET, SECRET), List.of(OPTIONS, other));

      assertTrue(
          found.stream().anyMatch(m -> m.contains("buckets of 77 floats")), found.toString());
    }
  }

  @Test
  void join_nobodyElseComes_saysWhoIsMissing() throws Exception {
    try (Workers workers = new Workers(3)) {
      String message =
          assertThrows(
                  RingException.class,
                  () ->
                      workers
                          .servers
                          .get(0)
                          .join(
                              workers.addresses,
                              0,
                              SECRET,
                              OPTIONS.withPatience(Duration.ofMillis(200))))
              .getMessage();

      assertEquals(
          "the ring was not joined within 0.2 s: expected a connection to rank 1 at "
              + workers.addresses.get(1)
              + " and from rank 2 at "
              + workers.addresses.get(2)
              + "; their workers have not started, or the network between them is closed",
          message);
    }
  }

  @Test
  void join_neighbourIsGone_endsAtOnce() throws Exception {
    try (Workers workers = new Workers(2)) {
      workers.servers.get(1).close();
      String message =
          assertThrows(
                  RingException.class,
                  () -> workers.servers.get(0).join(workers.addresses, 0, SECRET, OPTIONS))
              .getMessage();

      assertTrue(
          message.startsWith("cannot connect to rank 1 at " + workers.addresses.get(1)), message);
    }
  }

  @Test
  void join_anotherProgramAtTheAddress_endsAtOnce() throws Exception {
    try (RingServer server = RingServer.bind("127.0.0.1");
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Workers thread = new Workers(1)) {
      HostAndPort address = HostAndPort.fromParts("127.0.0.1", other.getLocalPort());
      Future<String> message =
          thread.start(
              0,
              r ->
                  assertThrows(
                          RingException.class,
                          () -> server.join(List.of(server.address(), address), 0, SECRET, OPTIONS))
                      .getMessage());
      try (Socket socket = other.accept()) {
        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n".repeat(9).getBytes());
        assertEquals(
            "rank 1 at "
                + address
                + " does not know the secret of test: another program listens"
                + " there, or another stage",
            Workers.get(message));
      }
    }
  }

  @Test
  void join_interrupted_endsAtOnce() throws Exception {
    try (Workers workers = new Workers(2)) {
      Thread.currentThread().interrupt();
      String message =
          assertThrows(
                  RingException.class,
                  () -> workers.servers.get(0).join(workers.addresses, 0, SECRET, OPTIONS))
              .getMessage();

      assertTrue(Thread.interrupted());
      assertEquals("interrupted while joining the ring", message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", ""})
  void bind_wildcard_refused(String host) {
    assertThrows(IllegalArgumentException.class, () -> RingServer.bind(host));
  }

  @Test
  void bind_addressOfOthers_saysWhatIsExpected() {
    String message =
        assertThrows(RingException.class, () -> RingServer.bind("192.0.2.1")).getMessage();

    assertTrue(message.contains("expected an address of this machine"), message);
  }
}
