package dev.eman.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LocalServerTest {
  /** Ports below 1024 are not everybody's to open. */
  @Test
  void names_portOfHttp_alsoWithoutIt() {
    assertEquals(
        Set.of("127.0.0.1:80", "127.0.0.1", "localhost:80", "localhost"), LocalServer.names(80));
    assertEquals(Set.of("127.0.0.1:8017", "localhost:8017"), LocalServer.names(8017));
  }
}
