package dev.eman.spark.ring;

import com.google.common.net.HostAndPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Some workers of one ring, each with a thread, in this JVM. */
final class Workers implements AutoCloseable {
  static final RingOptions OPTIONS =
      RingOptions.DEFAULTS.withBucketFloats(1000).withPatience(Duration.ofSeconds(20));

  /** What one worker does, on its own thread. */
  interface Work<T> {
    T run(Ring ring) throws Exception;
  }

  /** What one worker does before there is a ring. */
  interface Entry<T> {
    T run(int rank) throws Exception;
  }

  final List<RingServer> servers = new ArrayList<>();
  final List<HostAndPort> addresses = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int size;
  List<Ring> rings = List.of();

  /** Servers that nobody has joined with. */
  Workers(int size) {
    this.size = size;
    for (int rank = 0; rank < size; rank++) {
      servers.add(RingServer.bind("127.0.0.1"));
      addresses.add(servers.get(rank).address());
    }
  }

  /** Workers that have joined. */
  static Workers joined(int size, RingOptions options) throws Exception {
    return joined(size, null, options);
  }

  /** Workers that have joined; those with a certificate encrypt. */
  static Workers joined(int size, RingCertificate certificate, RingOptions options)
      throws Exception {
    Workers workers = new Workers(size);
    workers.join(RingSecret.draw("test"), certificate, options);
    return workers;
  }

  void join(RingSecret secret, RingOptions options) throws Exception {
    join(secret, null, options);
  }

  void join(RingSecret secret, RingCertificate certificate, RingOptions options) throws Exception {
    rings = all(rank -> servers.get(rank).join(addresses, rank, secret, certificate, options));
  }

  /** What each worker's thread comes to, in the order of ranks. */
  <T> List<T> all(Entry<T> entry) throws Exception {
    List<Future<T>> futures = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      futures.add(start(rank, entry));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(get(future));
    }
    return results;
  }

  <T> Future<T> start(int rank, Entry<T> entry) {
    return threads.submit(() -> entry.run(rank));
  }

  <T> List<T> each(Work<T> work) throws Exception {
    return rings.isEmpty() ? List.of() : all(rank -> work.run(rings.get(rank)));
  }

  static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void close() {
    try {
      each(
          ring -> {
            ring.close();
            return ring;
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      servers.forEach(RingServer::close);
      threads.shutdownNow();
    }
  }
}
