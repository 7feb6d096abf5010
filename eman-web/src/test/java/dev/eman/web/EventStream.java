package dev.eman.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Reads server-sent events as a browser does. */
public final class EventStream implements AutoCloseable {
  private static final int PATIENCE_S = 60;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An event. */
  public record Event(String name, JsonNode data, String id) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Stream<String> lines;

  /** Connects. */
  public EventStream(HttpClient client, String address, String lastId) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address)).header("Accept", "text/event-stream");
    if (lastId != null) {
      request.header("Last-Event-ID", lastId);
    }
    try {
      HttpResponse<Stream<String>> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
      lines = response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Thread reader = new Thread(this::read, "events");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    String[] parts = {"", "", ""};
    try {
      lines.forEach(
          line -> {
            if (line.isEmpty() && !parts[0].isEmpty()) {
              events.add(new Event(parts[0], parse(parts[1]), parts[2]));
              parts[0] = "";
            } else if (line.startsWith("event: ")) {
              parts[0] = line.substring(7);
            } else if (line.startsWith("data: ")) {
              parts[1] = line.substring(6);
            } else if (line.startsWith("id: ")) {
              parts[2] = line.substring(4);
            }
          });
    } catch (UncheckedIOException e) {
      // Closed.
    }
  }

  private static JsonNode parse(String data) {
    try {
      return JSON.readTree(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next event that fits; those before it are passed over. */
  public Event await(String name, Predicate<JsonNode> fits) throws InterruptedException {
    while (true) {
      Event event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no such event " + name);
      }
      if (event.name().equals(name) && fits.test(event.data())) {
        return event;
      }
    }
  }

  /** The next event of a name. */
  public Event await(String name) throws InterruptedException {
    return await(name, data -> true);
  }

  @Override
  public void close() {
    lines.close();
  }
}
