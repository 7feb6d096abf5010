package dev.eman.web.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.primitives.Ints;
import dev.eman.core.EmanException;
import dev.eman.web.Assets;
import dev.eman.web.EventWriter;
import dev.eman.web.LocalServer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page that shows runs while they train. It reads the files that runs write anyway, while a
 * browser is connected, and at most twice a second. Open pages get events: {@code runs} with the
 * runs' names, and of one run {@code facts}, {@code curves} with the points from some point on, and
 * {@code state} with what changes as it trains. Ids of events say how far a page has got, so that
 * one that connects again is sent only what is new.
 */
public final class WatchPage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchPage.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final long POLL_MS = 500;
  private static final int POLLS_TO_COMMENT = 30;
  private static final int FAREWELL_S = 3;

  /** Each has a thread of the server, which needs some for other requests. */
  private static final int MOST_READERS = 24;

  /** Values are accurate to 6 digits: the page draws them. */
  private static final double SIGNIFICANT = 1e6;

  private final RunList runs;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Phaser readers = new Phaser(1);
  private final String instance = UUID.randomUUID().toString();
  private final LocalServer server;
  private long refreshed;

  private WatchPage(List<Path> folders, @Nullable Integer port) {
    runs = new RunList(folders, Clock.systemUTC());
    Assets assets =
        new Assets()
            .withCharts()
            .file("/", WatchPage.class, "watch.html")
            .file("/watch.css", WatchPage.class, "watch.css");
    for (String script : List.of("watch.js", "charts.js", "tables.js")) {
      assets.file("/" + script, WatchPage.class, script);
    }
    server = LocalServer.start(port, assets, this::addRoutes);
  }

  /**
   * Opens the page; a thread serves it until it is closed.
   *
   * @param folders of runs, or with folders of runs in them; they need not be there yet
   * @param port the user's choice, 0 for any; null for the usual
   * @throws EmanException if the port is taken
   */
  public static WatchPage open(List<Path> folders, @Nullable Integer port) {
    return new WatchPage(folders, port);
  }

  /** Shows the runs of one more folder. */
  public void add(Path folder) {
    synchronized (runs) {
      runs.addFolder(folder);
    }
  }

  /** Its address. */
  public String address() {
    return server.address();
  }

  /** Given folders in which there is no run yet. */
  public List<Path> waiting() {
    synchronized (runs) {
      refresh();
      return runs.waiting();
    }
  }

  private void addRoutes(RoutesConfig routes) {
    routes.get("/events", this::serve);
    routes.get("/runs/{run}/confusion", request -> answer(request, WatchedRun::confusion));
    routes.get("/runs/{run}/errors", request -> answer(request, WatchedRun::errors));
  }

  private void answer(Context request, Function<WatchedRun, JsonNode> content) {
    Integer number = Ints.tryParse(request.pathParam("run"));
    JsonNode answer;
    synchronized (runs) {
      refresh();
      List<WatchedRun> all = runs.runs();
      if (number == null || number < 0 || number >= all.size()) {
        throw new NotFoundResponse("no such run");
      }
      answer = content.apply(all.get(number));
    }
    request.contentType("application/json").result(write(answer));
  }

  private static String write(JsonNode node) {
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void refresh() {
    long now = System.nanoTime();
    boolean last = closing.getCount() == 0;
    if (last || refreshed == 0 || now - refreshed > TimeUnit.MILLISECONDS.toNanos(POLL_MS) / 2) {
      runs.refresh();
      refreshed = now;
    }
  }

  /** Sends events until the page or the program is closed. */
  private void serve(Context request) {
    if (readers.register() < 0) {
      return;
    }
    try {
      if (readers.getRegisteredParties() > MOST_READERS + 1) { // The page itself is one.
        throw new ServiceUnavailableResponse("too many pages are open: close some");
      }
      Reader reader = new Reader(new EventWriter(request));
      boolean ends = false;
      while (!ends) {
        reader.sendNew();
        ends = closing.await(POLL_MS, TimeUnit.MILLISECONDS);
      }
      reader.sendNew(); // What the run has written last.
      reader.out.send("end", "{}", null);
      reader.out.end();
    } catch (IOException e) {
      LOG.debug("a page was closed: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      readers.arriveAndDeregister();
    }
  }

  /** One open page. */
  private final class Reader {
    private final EventWriter out;
    private final Position position;
    private final Map<String, String> sent = new HashMap<>();
    private int silent;

    Reader(EventWriter out) {
      this.out = out;
      this.position = Position.of(instance, out.lastId());
    }

    /** Sends what the page does not have. */
    void sendNew() throws IOException {
      List<Event> events = new ArrayList<>();
      synchronized (runs) {
        refresh();
        collect(events);
      }
      for (Event event : events) {
        out.send(event.name, event.data, event.id);
      }
      silent = events.isEmpty() ? silent + 1 : 0;
      if (silent >= POLLS_TO_COMMENT) { // Or nobody would notice that the page is gone.
        out.sendComment();
        silent = 0;
      }
    }

    private void collect(List<Event> events) {
      add(events, "runs", "", list());
      List<WatchedRun> all = runs.runs();
      for (int i = 0; i < all.size(); i++) {
        WatchedRun run = all.get(i);
        add(events, "facts", " " + i, run.facts().put("run", i));
        String state = write(run.state().put("run", i));
        boolean changed = !state.equals(sent.put("state " + i, state));
        if (changed || !position.knows(i, run.curves())) {
          ObjectNode points = curves(i, run.curves(), position.next(i, run.curves()));
          position.reached(i, run.curves());
          events.add(new Event("curves", write(points), position.toString()));
        }
        if (changed) {
          events.add(new Event("state", state, position.toString()));
        }
      }
    }

    private void add(List<Event> events, String name, String of, ObjectNode data) {
      String text = write(data);
      if (!text.equals(sent.put(name + of, text))) {
        events.add(new Event(name, text, position.toString()));
      }
    }
  }

  private record Event(String name, String data, String id) {}

  private ObjectNode list() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("server", instance);
    list.put("left_out", runs.leftOut());
    ArrayNode waiting = list.putArray("waiting");
    runs.waiting().forEach(folder -> waiting.add(folder.toString()));
    ArrayNode all = list.putArray("runs");
    List<String> names = runs.names();
    for (int i = 0; i < names.size(); i++) {
      all.addObject()
          .put("name", names.get(i))
          .put("folder", runs.runs().get(i).folder().toString());
    }
    return list;
  }

  /** The points from one on, which replace what the page has from there on. */
  private static ObjectNode curves(int run, Curves curves, int from) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    all.put("run", run);
    all.put("generation", curves.generation());
    all.put("from", from);
    ObjectNode columns = all.putObject("columns");
    for (int c = 0; c < curves.columns().size(); c++) {
      ArrayNode values = columns.putArray(curves.columns().get(c));
      for (int p = from; p < curves.size(); p++) {
        double value = c == 0 ? curves.step(p) : curves.value(p, c);
        if (Double.isFinite(value)) {
          values.add(rounded(value));
        } else {
          values.addNull();
        }
      }
    }
    return all;
  }

  private static double rounded(double value) {
    double scale =
        value == 0 ? 1 : SIGNIFICANT / Math.pow(10, Math.ceil(Math.log10(Math.abs(value))));
    return Double.isFinite(scale)
            && scale < SIGNIFICANT * SIGNIFICANT
            && Math.abs(value) < SIGNIFICANT
        ? Math.rint(value * scale) / scale
        : value;
  }

  /** Sends open pages the last state of their runs, and closes. */
  @Override
  public void close() {
    closing.countDown();
    int phase = readers.arrive();
    try {
      readers.awaitAdvanceInterruptibly(phase, FAREWELL_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // A page that does not read.
    } finally {
      readers.forceTermination();
      server.close();
    }
  }
}
