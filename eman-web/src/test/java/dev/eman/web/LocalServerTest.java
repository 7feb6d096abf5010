package dev.eman.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.javalin.config.RoutesConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalServerTest {
  /** Ports below 1024 are not everybody's to open. */
  @Test
  void names_portOfHttp_alsoWithoutIt() {
    assertEquals(
        Set.of("127.0.0.1:80", "127.0.0.1", "localhost:80", "localhost"), LocalServer.names(80));
    assertEquals(Set.of("127.0.0.1:8017", "localhost:8017"), LocalServer.names(8017));
  }

  private static void addRoutes(RoutesConfig routes) {
    routes.get("/read", request -> request.result("content"));
    routes.post("/write", request -> request.result("written"));
    routes.get("/either/{name}", request -> request.result("one"));
    routes.post("/either/{name}", request -> request.result("two"));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, read, 200, '', content",
    "HEAD, read, 200, '', ''",
    "POST, read, 405, 'GET, HEAD', 'expected GET or HEAD, found POST'",
    "OPTIONS, read, 405, 'GET, HEAD', 'expected GET or HEAD, found OPTIONS'",
    "GET, write, 405, POST, 'expected POST, found GET'",
    "HEAD, write, 405, POST, ''",
    "DELETE, either/a, 405, 'GET, HEAD, POST', 'expected GET or HEAD or POST, found DELETE'",
    "GET, neither, 404, '', Endpoint GET /neither not found",
    "POST, neither, 404, '', Endpoint POST /neither not found",
  })
  void request_byAMethodThatThePathDoesNotTake_saysWhichItTakes(
      String method, String path, int status, String allowed, String body) throws Exception {
    try (LocalServer server = LocalServer.start(0, new Assets(), LocalServerTest::addRoutes)) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(server.address()).resolve(path))
                      .method(method, BodyPublishers.noBody())
                      .build(),
                  BodyHandlers.ofString());
      assertEquals(status, answer.statusCode());
      assertEquals(allowed, answer.headers().firstValue("Allow").orElse(""));
      assertEquals(body, answer.body());
    }
  }
}
