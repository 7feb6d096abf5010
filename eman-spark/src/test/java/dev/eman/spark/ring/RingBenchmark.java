package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How fast a ring of two processes is over the loopback interface, beside a bare copy of the same
 * bytes: rank 0 sends a vector of 25.6 million floats and rank 1 sends one back, at the same time.
 * The ring adds the two and hands both the sum; the copy writes from one direct buffer and reads
 * into another, each with a thread and a blocking socket of its own. Rounds of both take turns in
 * the same two processes; a round's time is that of the slower process. With {@code
 * -Deman.ring.tls=true} the ring encrypts, the copy never does. Not run with the tests:
 *
 * <pre>mvn -pl eman-spark -am test -Dtest=RingBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class RingBenchmark {
  private static final int FLOATS = Integer.getInteger("eman.ring.floats", 25_600_000);
  private static final int BUCKET = Integer.getInteger("eman.ring.bucket", 1 << 16);
  private static final boolean TLS = Boolean.getBoolean("eman.ring.tls");
  private static final int ROUNDS = 25;
  private static final int WARM = 10;
  private static final int PIECE = 1 << 18;

  @Test
  void measure() throws Exception {
    List<Process> processes = List.of(start(0), start(1));
    List<BufferedReader> in = processes.stream().map(Process::inputReader).toList();
    List<String> addresses = new ArrayList<>();
    for (BufferedReader reader : in) {
      addresses.add(value(reader, "address "));
    }
    String keys =
        encode(new Keys(RingSecret.draw("benchmark"), TLS ? RingCertificate.draw() : null));
    for (Process process : processes) {
      PrintStream out = new PrintStream(process.getOutputStream(), true);
      out.println(addresses.get(0));
      out.println(addresses.get(1));
      out.println(keys);
    }
    double[] ring = slower(in, "ring ");
    double[] copy = slower(in, "copy ");
    for (Process process : processes) {
      process.waitFor();
    }
    double bytes = 2.0 * FLOATS * Float.BYTES;
    System.out.printf(
        Locale.ROOT,
        "ring %.1f ms, %.2f GB/s; bare copy %.1f ms, %.2f GB/s; ratio of medians %.2f%n",
        median(ring) * 1e3,
        bytes / median(ring) / 1e9,
        median(copy) * 1e3,
        bytes / median(copy) / 1e9,
        median(copy) / median(ring));
    System.out.println("ring " + Arrays.toString(ring) + "\ncopy " + Arrays.toString(copy));
  }

  private static Process start(int rank) throws IOException {
    return new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("java.class.path"),
            "-Deman.ring.floats=" + FLOATS,
            "-Deman.ring.bucket=" + BUCKET,
            RingBenchmark.class.getName(),
            Integer.toString(rank))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String value(BufferedReader reader, String key) throws IOException {
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith(key)) {
        return line.substring(key.length());
      }
    }
    throw new AssertionError("a process has ended without " + key);
  }

  private static double[] slower(List<BufferedReader> in, String key) throws IOException {
    double[] times = new double[ROUNDS - WARM];
    for (BufferedReader reader : in) {
      String[] values = value(reader, key).split(" ");
      for (int i = 0; i < times.length; i++) {
        times[i] = Math.max(times[i], Double.parseDouble(values[i + WARM]));
      }
    }
    return times;
  }

  private static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** One of the two processes. */
  public static void main(String[] arguments) throws Exception {
    int rank = Integer.parseInt(arguments[0]);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    try (RingServer server = RingServer.bind("127.0.0.1");
        ServerSocketChannel bare = ServerSocketChannel.open()) {
      bare.bind(new InetSocketAddress("127.0.0.1", 0));
      System.out.println(
          "address "
              + server.address()
              + " "
              + ((InetSocketAddress) bare.getLocalAddress()).getPort());
      String[] first = in.readLine().split(" ");
      String[] second = in.readLine().split(" ");
      List<HostAndPort> addresses =
          List.of(HostAndPort.fromString(first[0]), HostAndPort.fromString(second[0]));
      int otherPort = Integer.parseInt((rank == 0 ? second : first)[1]);
      RingOptions options = RingOptions.DEFAULTS.withBucketFloats(BUCKET);
      Keys keys = decode(in.readLine());
      try (Ring ring = server.join(addresses, rank, keys.secret, keys.certificate, options);
          SocketChannel to = SocketChannel.open(new InetSocketAddress("127.0.0.1", otherPort));
          SocketChannel from = bare.accept()) {
        run(ring, to, from);
      }
    }
    System.exit(0);
  }

  private static void run(Ring ring, SocketChannel to, SocketChannel from) throws Exception {
    StringBuilder rings = new StringBuilder("ring");
    StringBuilder copies = new StringBuilder("copy");
    INDArray vector = Nd4j.ones(DataType.FLOAT, FLOATS);
    ByteBuffer out = ByteBuffer.allocateDirect(FLOATS * Float.BYTES);
    ByteBuffer in = ByteBuffer.allocateDirect(FLOATS * Float.BYTES);
    for (int round = 0; round < ROUNDS; round++) {
      vector.assign(1);
      ring.allGather(new byte[0]);
      long start = System.nanoTime();
      ring.begin(vector);
      ring.await();
      rings.append(' ').append((System.nanoTime() - start) / 1e9);
      if (vector.getFloat(0) != 2 || vector.getFloat(FLOATS - 1) != 2) {
        throw new AssertionError("the sum is wrong");
      }
      ring.allGather(new byte[0]);
      start = System.nanoTime();
      copy(to, from, out, in);
      copies.append(' ').append((System.nanoTime() - start) / 1e9);
    }
    System.out.println(rings);
    System.out.println(copies);
  }

  private static void copy(SocketChannel to, SocketChannel from, ByteBuffer out, ByteBuffer in)
      throws Exception {
    FutureTask<Boolean> writing =
        new FutureTask<>(
            () -> {
              for (int at = 0; at < out.capacity(); at += PIECE) {
                ByteBuffer piece = out.slice(at, Math.min(PIECE, out.capacity() - at));
                while (piece.hasRemaining()) {
                  to.write(piece);
                }
              }
              return true;
            });
    new Thread(writing).start();
    for (int at = 0; at < in.capacity(); at += PIECE) {
      ByteBuffer piece = in.slice(at, Math.min(PIECE, in.capacity() - at));
      while (piece.hasRemaining()) {
        if (from.read(piece) < 0) {
          throw new IOException("the other process has ended");
        }
      }
    }
    writing.get();
  }

  /** What both processes have; the certificate may be null. */
  private record Keys(RingSecret secret, RingCertificate certificate) implements Serializable {}

  private static String encode(Keys keys) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(keys);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static Keys decode(String text) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
      return (Keys) in.readObject();
    }
  }
}
