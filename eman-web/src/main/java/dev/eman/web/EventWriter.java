package dev.eman.web;

import com.google.common.primitives.Ints;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events to one browser, written by the thread that serves its request. (Javalin's own
 * writes Latin-1 alone, and touches requests that are over.)
 */
public final class EventWriter {
  private static final int[] LINE_BREAKS = {'\n', '\r'};

  private final ServletOutputStream out;
  private final @Nullable String lastId;

  /**
   * Begins the answer to a request.
   *
   * @throws IOException if the browser is gone
   */
  public EventWriter(Context request) throws IOException {
    request.contentType("text/event-stream; charset=utf-8");
    lastId = request.header("Last-Event-ID");
    out = request.res().getOutputStream();
    request.res().flushBuffer();
  }

  /** The id of the last event that the browser has, if it was connected before. */
  public @Nullable String lastId() {
    return lastId;
  }

  /**
   * Sends an event.
   *
   * @param data a line
   * @param id a line that the browser sends back when it connects again; null for none
   * @throws IOException if the browser is gone
   */
  public void send(String name, String data, @Nullable String id) throws IOException {
    write(
        (id == null ? "" : "id: " + line(id) + "\n")
            + "event: "
            + line(name)
            + "\ndata: "
            + line(data)
            + "\n\n");
  }

  /**
   * Sends what a browser passes over, to notice whether it is still there.
   *
   * @throws IOException if it is gone
   */
  public void sendComment() throws IOException {
    write(":\n\n");
  }

  /** Ends the answer. */
  public void end() throws IOException {
    out.close();
  }

  private static String line(String text) {
    if (text.chars().anyMatch(c -> Ints.contains(LINE_BREAKS, c))) {
      throw new IllegalArgumentException("expected one line, got several");
    }
    return text;
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
