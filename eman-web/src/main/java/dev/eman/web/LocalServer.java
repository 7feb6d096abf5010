package dev.eman.web;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A server for pages of this machine alone. It listens on the loopback interface, answers only
 * requests that name it by its own address (a page from elsewhere cannot have a name of its own
 * point here and read the answers), and tells the browser to load nothing from anywhere else.
 */
public final class LocalServer implements AutoCloseable {
  /** The first port that is tried where the user names none. */
  public static final int DEFAULT_PORT = 8017;

  /** How many ports are tried then. */
  private static final int TRIES = 20;

  private static final int MOST_THREADS = 32;
  private static final int IDLE_MS = 30_000;
  private static final int HTTP = 80;
  private static final String HOST = "127.0.0.1";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Javalin server;

  private LocalServer(Javalin server) {
    this.server = server;
  }

  /**
   * Starts a server.
   *
   * @param port the user's choice, 0 for any that is free; null for the first free one from {@link
   *     #DEFAULT_PORT} on
   * @throws EmanException if the port is taken, or none is free
   */
  public static LocalServer start(
      @Nullable Integer port, Assets assets, Consumer<RoutesConfig> routes) {
    checkPort(port);
    int first = port == null ? DEFAULT_PORT : port;
    int last = port == null ? DEFAULT_PORT + TRIES - 1 : port;
    for (int candidate = first; candidate <= last; candidate++) {
      if (!isFree(candidate)) { // Javalin would log an error for each that is not.
        continue;
      }
      Javalin server = Javalin.create(config -> configure(config, assets, routes));
      try {
        return new LocalServer(server.start(HOST, candidate));
      } catch (JavalinBindException e) {
        server.stop();
      }
    }
    throw new EmanException(
        port == null
            ? String.format(
                Locale.ROOT, "ports %d to %d are in use; name another (--port)", first, last)
            : String.format(
                Locale.ROOT,
                "port %d is in use, or may not be used by you; name another (--port), or --port 0"
                    + " for any that is free",
                port));
  }

  /**
   * Checks a user's choice, for those that have much to do before they start a server.
   *
   * @throws UsageException if no port can have that number
   */
  public static void checkPort(@Nullable Integer port) {
    if (port != null && (port < 0 || port > 65_535)) {
      throw new UsageException("--port: expected 0 to 65535, got " + port);
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static void configure(
      JavalinConfig config, Assets assets, Consumer<RoutesConfig> routes) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.compressionStrategy = CompressionStrategy.NONE; // It would hold back events.
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 2, IDLE_MS);
    threads.setName("eman-web");
    threads.setDaemon(true);
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    config.http.prefer405over404 = true;
    config.routes.exception(MethodNotAllowedResponse.class, LocalServer::refuse);
    config.routes.before(LocalServer::guard);
    assets.addTo(config.routes);
    routes.accept(config.routes);
  }

  /** Says which methods a path takes; who takes GET takes HEAD. */
  private static void refuse(MethodNotAllowedResponse refused, Context request) {
    Set<String> methods = new TreeSet<>();
    for (String known : refused.getDetails().values()) {
      Splitter.on(',').trimResults().split(known).forEach(methods::add);
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    request
        .status(HttpStatus.METHOD_NOT_ALLOWED)
        .header("Allow", String.join(", ", methods))
        .result("expected " + String.join(" or ", methods) + ", found " + request.method());
  }

  /** What a browser of this machine may call the server. */
  @VisibleForTesting
  static ImmutableSet<String> names(int port) {
    ImmutableSet.Builder<String> names = ImmutableSet.builder();
    for (String host : ImmutableList.of(HOST, "localhost")) {
      names.add(host + ":" + port);
      if (port == HTTP) { // Browsers leave it out.
        names.add(host);
      }
    }
    return names.build();
  }

  /** Refuses requests from elsewhere, and limits what an answer may do. */
  private static void guard(Context request) {
    ImmutableSet<String> own = names(request.req().getLocalPort());
    String host = request.header("Host");
    if (host == null || !own.contains(host.toLowerCase(Locale.ROOT))) {
      throw new ForbiddenResponse("expected the address that eman printed");
    }
    String origin = request.header("Origin");
    if (origin != null && !own.contains(origin.toLowerCase(Locale.ROOT).replace("http://", ""))) {
      throw new ForbiddenResponse("expected a request of this page");
    }
    request.header("Content-Security-Policy", POLICY);
    request.header("X-Content-Type-Options", "nosniff");
    request.header("Referrer-Policy", "no-referrer");
    request.header("Cross-Origin-Resource-Policy", "same-origin");
    request.header("Cross-Origin-Opener-Policy", "same-origin");
    request.header("Cache-Control", "no-store");
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /** The address of the page. */
  public String address() {
    return "http://" + HOST + ":" + port() + "/";
  }

  @Override
  public void close() {
    server.stop();
  }
}
