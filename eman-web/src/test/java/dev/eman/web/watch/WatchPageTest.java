package dev.eman.web.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.EmanException;
import dev.eman.core.UsageException;
import dev.eman.web.EventStream;
import dev.eman.web.EventStream.Event;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WatchPageTest {
  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private WrittenRun run;
  private WatchPage page;

  @BeforeEach
  void open() {
    run = WrittenRun.begin(folder.resolve("run")).steps(1, 20).running(true).wrongLabel();
    page = WatchPage.open(List.of(folder), 0);
  }

  @AfterEach
  void close() {
    page.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(page.address()).resolve(path)).build(),
        BodyHandlers.ofString());
  }

  private EventStream events(String lastId) {
    return new EventStream(client, page.address() + "events", lastId);
  }

  /** The status line of a raw request. */
  private String statusOf(String headers) throws IOException {
    URI address = URI.create(page.address());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nConnection: close\r\n"
                      + headers.replace("PORT", Integer.toString(address.getPort()))
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.substring(9, 12);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/style.css",
        "/watch.css",
        "/watch.js",
        "/charts.js",
        "/tables.js",
        "/uplot.js",
        "/uplot.css",
        "/icon.svg",
        "/runs/0/confusion",
        "/runs/0/errors"
      })
  void get_everythingThePageNeeds_servedWithPolicy(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertEquals(200, answer.statusCode());
    assertFalse(answer.body().isEmpty());
    String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(
        policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"), policy);
    assertEquals("nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/watch.html",
        "/runs/1/confusion",
        "/runs/x/errors",
        "/runs/-1/errors",
        "/webjars/uplot/1.6.30/package.json"
      })
  void get_anythingElse_notFound(String path) throws Exception {
    assertEquals(404, get(path).statusCode());
  }

  @ParameterizedTest
  @CsvSource({
    "Host: 127.0.0.1:PORT, 200",
    "Host: localhost:PORT, 200",
    "Host: evil.example:PORT, 403",
    "Host: 127.0.0.1, 403",
    "Host: 127.0.0.1.evil.example:PORT, 403",
  })
  void get_underAnotherName_refused(String header, String status) throws Exception {
    assertEquals(status, statusOf(header));
  }

  @Test
  void get_fromAnotherPage_refused() throws Exception {
    assertEquals("403", statusOf("Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example"));
    assertEquals("200", statusOf("Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT"));
  }

  @Test
  void open_otherInterfaces_notListening() throws IOException {
    int port = URI.create(page.address()).getPort();
    for (InetAddress address : InetAddress.getAllByName(InetAddress.getLocalHost().getHostName())) {
      if (!address.isLoopbackAddress()) {
        assertThrows(IOException.class, () -> new Socket(address, port).close());
      }
    }
    // Linux routes all of 127.0.0.0/8 here: one that listens everywhere would answer.
    assertThrows(IOException.class, () -> new Socket("127.0.0.2", port).close());
  }

  @Test
  void open_portTaken_saysWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      String message =
          assertThrows(EmanException.class, () -> WatchPage.open(List.of(folder), port))
              .getMessage();
      assertEquals(
          "port "
              + port
              + " is in use, or may not be used by you; name another (--port), or --port"
              + " 0 for any that is free",
          message);
    }
    assertThrows(UsageException.class, () -> WatchPage.open(List.of(folder), 70_000));
  }

  @Test
  void events_pageOpenedLate_getsAllThenWhatIsNew() throws Exception {
    try (EventStream events = events(null)) {
      assertEquals("run", events.await("runs").data().path("runs").path(0).path("name").asText());
      Event all = events.await("curves");
      assertEquals(20, all.data().path("columns").path("step").size());
      assertTrue(all.data().path("columns").path("teacher_top1").path(0).isNull());
      run.steps(21, 22);
      Event more = events.await("curves");
      assertEquals(19, more.data().path("from").asInt());
      assertEquals(
          List.of(20, 21, 22),
          List.of(
              more.data().path("columns").path("step").path(0).asInt(),
              more.data().path("columns").path("step").path(1).asInt(),
              more.data().path("columns").path("step").path(2).asInt()));
    }
  }

  @Test
  void events_connectedAgain_onlyWhatIsNew() throws Exception {
    String last;
    try (EventStream events = events(null)) {
      last = events.await("state").id();
    }
    run.steps(21, 30);
    try (EventStream events = events(last)) {
      Event more = events.await("curves", data -> data.path("columns").path("loss").size() == 11);
      assertEquals(19, more.data().path("from").asInt());
    }
    try (EventStream events = events("of another server 1.19")) {
      assertEquals(0, events.await("curves").data().path("from").asInt());
    }
  }

  @Test
  void events_runResumedFromCheckpoint_curvesSentAgain() throws Exception {
    try (EventStream events = events(null)) {
      events.await("state");
      WrittenRun.begin(folder.resolve("run")).steps(1, 10);
      Event again = events.await("curves", data -> data.path("columns").path("step").size() == 10);
      assertEquals(0, again.data().path("from").asInt());
    }
  }

  @Test
  void events_runRemovedAndAnotherBegun_told() throws Exception {
    try (EventStream events = events(null)) {
      events.await("state", data -> data.path("status").asText().equals("training"));
      MoreFiles.deleteRecursively(folder.resolve("run"), RecursiveDeleteOption.ALLOW_INSECURE);
      events.await("state", data -> data.path("status").asText().equals("missing"));
      WrittenRun.begin(folder.resolve("second"));
      events.await("runs", data -> data.path("runs").size() == 2);
    }
  }

  @Test
  void events_namesInOtherScripts_arrive() throws Exception {
    try (EventStream events = events(null)) {
      assertEquals(
          "bilby \u00e9\u4e2d", events.await("facts").data().path("classes").path(1).asText());
    }
  }

  /** As many as the documentation says. */
  @Test
  void events_24Pages_anotherIsRefused() throws Exception {
    List<EventStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < 24; i++) {
        open.add(events(null));
        open.get(i).await("runs");
      }
      HttpResponse<String> another = get("/events");
      assertEquals(503, another.statusCode());
      assertEquals("too many pages are open: close some", another.body());
      assertEquals(200, get("/").statusCode());
    } finally {
      open.forEach(EventStream::close);
    }
  }

  @Test
  void close_pagesOpen_getTheLastState() throws Exception {
    try (EventStream events = events(null)) {
      events.await("state");
      run.running(false);
      page.close();
      events.await("state", data -> data.path("status").asText().equals("stopped"));
      events.await("end");
    }
  }
}
