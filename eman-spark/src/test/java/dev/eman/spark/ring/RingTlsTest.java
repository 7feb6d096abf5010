package dev.eman.spark.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.HostAndPort;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rings that encrypt: the same sums, and nobody else. */
@Timeout(60)
class RingTlsTest {
  private static final RingSecret SECRET = RingSecret.draw("test");
  private static final RingCertificate CERTIFICATE = RingCertificate.draw();
  private static final RingCertificate OTHER = RingCertificate.draw();
  private static final RingOptions OPTIONS = Workers.OPTIONS;
  private static final int LENGTH = 2500;

  /** What a peer, which has the key, does to a ring. */
  private interface Mischief {
    void run(RawPeer peer) throws IOException;
  }

  private static SSLContext member() {
    return ((JdkSslContext) new RingTls(CERTIFICATE).context(false)).context();
  }

  /** Of one who trusts everybody. */
  private static SSLContext stranger(RingCertificate shown) throws Exception {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(InsecureTrustManagerFactory.INSTANCE);
    if (shown != null) {
      builder.keyManager(RingTls.key(shown), RingTls.certificate(shown));
    }
    return ((JdkSslContext) builder.build()).context();
  }

  @ParameterizedTest
  @CsvSource({"2,1,300", "2,7,1000", "3,999,3000", "3,1000,1000", "3,50000,400001", "2,5,0"})
  void await_anySizes_sumsInRankOrder(int size, int bucket, int length) throws Exception {
    RingOptions options = OPTIONS.withBucketFloats(bucket);
    try (Workers workers = Workers.joined(size, CERTIFICATE, options)) {
      for (int step = 0; step < 3; step++) {
        int seed = step;
        List<INDArray> sums =
            workers.each(
                ring -> {
                  Random random = new Random(seed + ring.rank());
                  INDArray sum = RingTest.sumOf(ring, length, seed, random);
                  byte[] message = new byte[seed * 50_000];
                  Arrays.fill(message, (byte) ring.rank());
                  List<byte[]> all = ring.allGather(message);
                  assertEquals(size, all.size());
                  assertArrayEquals(message, all.get(ring.rank()));
                  return sum;
                });

        for (INDArray found : sums) {
          RingTest.assertSame(RingTest.sum(length, size, seed), found);
        }
      }
    }
  }

  @Test
  void close_afterTheLastStep_othersStillGetTheirSums() throws Exception {
    try (Workers workers = Workers.joined(3, CERTIFICATE, OPTIONS)) {
      List<Double> sums =
          workers.each(
              ring -> {
                INDArray vector = Nd4j.ones(DataType.FLOAT, 100_000);
                ring.begin(vector);
                ring.await();
                ring.close();
                return vector.sumNumber().doubleValue();
              });

      assertEquals(List.of(3e5, 3e5, 3e5), sums);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothing", "http", "zeros", "half", "whole"})
  void join_strangerWithoutTlsFirst_closedAndRingUndisturbed(String kind) throws Exception {
    try (Workers workers = new Workers(2);
        Socket stranger =
            RingJoinTest.stranger(workers.addresses.get(1), RingJoinTest.greeting(kind))) {
      workers.join(SECRET, CERTIFICATE, OPTIONS);

      RingJoinTest.assertSums(workers);
      assertTrue(RingJoinTest.readAll(stranger) < Hello.PROOF_BYTES); // TLS may tell why.
    }
  }

  /** Even one who knows the secret. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void join_strangerWithoutTheCertificate_closedAndRingUndisturbed(boolean another)
      throws Exception {
    try (Workers workers = new Workers(2);
        RawPeer stranger = new RawPeer(SECRET, stranger(another ? OTHER : null))) {
      Future<Ring> first = workers.start(1, rank -> join(workers, rank, CERTIFICATE, OPTIONS));
      assertThrows(
          IOException.class,
          () -> {
            stranger.connect(workers.addresses.get(1), RingJoinTest.hello(0, 1));
            stranger.challenge();
          });

      try (Ring rank0 = join(workers, 0, CERTIFICATE, OPTIONS);
          Ring rank1 = Workers.get(first)) {
        Future<List<byte[]>> other = workers.start(1, r -> rank1.allGather(new byte[2]));
        assertEquals(2, rank0.allGather(new byte[1]).size());
        assertEquals(2, Workers.get(other).size());
      }
    }
  }

  private static Ring join(
      Workers workers, int rank, RingCertificate certificate, RingOptions options) {
    return workers.servers.get(rank).join(workers.addresses, rank, SECRET, certificate, options);
  }

  private static List<String> messages(
      Workers workers, List<RingCertificate> certificates, RingOptions options) throws Exception {
    return workers.all(
        rank ->
            assertThrows(
                    RingException.class, () -> join(workers, rank, certificates.get(rank), options))
                .getMessage());
  }

  @Test
  void join_workersOfTwoCertificates_bothEnd() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<String> found = messages(workers, List.of(CERTIFICATE, OTHER), OPTIONS);

      assertTrue(
          found.stream()
              .anyMatch(m -> m.contains(" shows another certificate than this ring's: another pr")),
          found.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void join_oneWithoutTls_bothEnd(int plain) throws Exception {
    RingCertificate[] certificates = {CERTIFICATE, CERTIFICATE};
    certificates[plain] = null;
    try (Workers workers = new Workers(2)) {
      List<String> found =
          messages(
              workers, Arrays.asList(certificates), OPTIONS.withPatience(Duration.ofMillis(500)));

      // The one whose patience ends first; the other finds nobody any more, or says the same.
      String joining = "the ring was not joined within .* which closed .*, or only one of the .*";
      assertTrue(found.stream().anyMatch(m -> m.matches(joining)), found.toString());
    }
  }

  @Test
  void join_anotherProgramAtTheAddress_endsAtOnce() throws Exception {
    try (RingServer server = RingServer.bind("127.0.0.1");
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Workers thread = new Workers(1)) {
      HostAndPort address = HostAndPort.fromParts("127.0.0.1", other.getLocalPort());
      List<HostAndPort> addresses = List.of(server.address(), address);
      Future<String> message =
          thread.start(
              0,
              r ->
                  assertThrows(
                          RingException.class,
                          () -> server.join(addresses, 0, SECRET, CERTIFICATE, OPTIONS))
                      .getMessage());
      try (Socket socket = other.accept()) {
        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n".repeat(9).getBytes());
        assertEquals(
            "rank 1 at "
                + address
                + " does not speak TLS, as this ring does: another program listens there, or"
                + " another stage",
            Workers.get(message));
      }
    }
  }

  /** The message with which rank 1 ends when rank 0 does that in the first bucket. */
  private static String message(Mischief mischief) throws Exception {
    try (RawPeer peer = new RawPeer(SECRET, member());
        RingServer server = RingServer.bind("127.0.0.1");
        Workers thread = new Workers(1)) {
      List<HostAndPort> addresses = List.of(peer.address(), server.address());
      Future<String> message =
          thread.start(
              0,
              r -> {
                try (Ring ring = server.join(addresses, 1, SECRET, CERTIFICATE, OPTIONS)) {
                  ring.begin(Nd4j.ones(DataType.FLOAT, LENGTH));
                  return assertThrows(RingException.class, ring::await).getMessage();
                }
              });
      peer.join(server.address(), OPTIONS);
      peer.send(new Frame(Frame.Type.PARTIAL_SUM, 4000, 1, 0, LENGTH), 1234);
      mischief.run(peer);
      String told = peer.failure();
      peer.bare.close(); // The ring's end would wait for it a little.
      peer.leave();
      String found = Workers.get(message).replace(peer.address().toString(), "ADDRESS");
      assertTrue(found.contains(told.replace(peer.address().toString(), "ADDRESS")), told);
      return found;
    }
  }

  @Test
  void await_peerVanishesInMidBucket_throws() throws Exception {
    String message = message(peer -> peer.bare.close());

    assertTrue(message.matches("rank 0 at ADDRESS (has closed|cannot be).*log"), message);
  }

  @Test
  void await_recordsNotOfTheKey_throws() throws Exception {
    // A record of application data, but of nobody's.
    byte[] forged = new byte[5 + 100];
    System.arraycopy(new byte[] {23, 3, 3, 0, 100}, 0, forged, 0, 5);
    String message =
        message(
            peer -> {
              peer.bare.getOutputStream().write(forged);
              peer.send(new byte[2766], 2766);
            });

    assertTrue(message.matches("rank 0 at ADDRESS cannot be reached any more.*log"), message);
  }

  @Test
  void await_wrongFrame_bothSidesTold() throws Exception {
    String message =
        message(
            peer -> {
              peer.send(new byte[2766], 2766);
              peer.send(new byte[Frame.BYTES], Frame.BYTES);
            });

    assertTrue(message.startsWith("from rank 0 at ADDRESS: expected a frame, got"), message);
  }

  @Test
  void draw_twice_twoKeysThatNobodyShows() {
    assertFalse(Arrays.equals(CERTIFICATE.key(), OTHER.key()));
    assertFalse(Arrays.equals(CERTIFICATE.certificate(), OTHER.certificate()));
    assertEquals(OTHER.toString(), CERTIFICATE.toString());
  }
}
