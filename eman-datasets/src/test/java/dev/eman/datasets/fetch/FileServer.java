package dev.eman.datasets.fetch;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A web server on this machine that has one file and fails as it is told to. */
final class FileServer implements AutoCloseable {
  /** What to do with one request. */
  enum Mishap {
    NONE,
    CUT_HALF_WAY,
    CUT_AT_ONCE,
    STALL_HALF_WAY,
    UNAVAILABLE
  }

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new ThreadFactoryBuilder().setDaemon(true).build());
  private final Queue<Mishap> mishaps = new ArrayDeque<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** The header Range of each request, or "all". */
  final List<String> requests = new CopyOnWriteArrayList<>();

  volatile byte[] content;
  volatile @Nullable String etag = "\"v1\"";
  volatile @Nullable String lastModified;
  volatile boolean ranges = true;
  volatile boolean checksIfRange = true;

  FileServer(byte[] content) throws IOException {
    this.content = content;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/file", this::serve);
    server.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().set("Location", uri("/file").toString());
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.setExecutor(threads);
    server.start();
  }

  URI uri(String path) {
    InetSocketAddress address = server.getAddress();
    return URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
  }

  /** The next requests meet these; those after them nothing. */
  synchronized void mishaps(Mishap... next) {
    mishaps.addAll(List.of(next));
  }

  private synchronized Mishap next() {
    Mishap mishap = mishaps.poll();
    return mishap == null ? Mishap.NONE : mishap;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      requests.add(range == null ? "all" : range);
      Mishap mishap = next();
      if (mishap == Mishap.UNAVAILABLE) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      byte[] all = content;
      tag(exchange);
      int start = range == null || !fresh(exchange) ? 0 : start(range);
      if (start > 0 && start >= all.length) {
        exchange.getResponseHeaders().set("Content-Range", "bytes */" + all.length);
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      if (start > 0) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + start + "-" + (all.length - 1) + "/" + all.length);
      }
      exchange.sendResponseHeaders(start > 0 ? 206 : 200, all.length - start);
      send(exchange.getResponseBody(), all, start, mishap);
    }
  }

  private void tag(HttpExchange exchange) {
    String tag = etag;
    if (tag != null) {
      exchange.getResponseHeaders().set("ETag", tag);
    }
    String time = lastModified;
    if (time != null) {
      exchange.getResponseHeaders().set("Last-Modified", time);
    }
  }

  private boolean fresh(HttpExchange exchange) {
    String condition = exchange.getRequestHeaders().getFirst("If-Range");
    return ranges
        && (!checksIfRange
            || condition == null
            || condition.equals(etag)
            || condition.equals(lastModified));
  }

  private static int start(String range) {
    return Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
  }

  private void send(OutputStream out, byte[] all, int start, Mishap mishap) throws IOException {
    int length = all.length - start;
    switch (mishap) {
      case CUT_AT_ONCE -> out.flush();
      case CUT_HALF_WAY, STALL_HALF_WAY -> {
        out.write(all, start, length / 2);
        out.flush();
        if (mishap == Mishap.STALL_HALF_WAY) {
          await();
        }
      }
      default -> {
        out.write(all, start, length);
        out.close();
      }
    }
  }

  private void await() {
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
