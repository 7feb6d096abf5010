package dev.eman.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.fetch.FileServer.Mishap;
import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FetcherResumeTest extends FetchFixture {
  @Test
  void fetch_connectionCutHalfWay_resumesThere() throws IOException {
    server.mishaps(Mishap.CUT_HALF_WAY, Mishap.CUT_HALF_WAY);
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("all", "bytes=150000-", "bytes=225000-"), server.requests);
    assertTrue(events.contains("started 225000 of 300000"), events::toString);
    assertFalse(Files.exists(part()));
    assertFalse(Files.exists(tag()));
  }

  @Test
  void fetch_serverStalls_resumesThere() throws IOException {
    server.mishaps(Mishap.STALL_HALF_WAY);
    Patience patience =
        new Patience(Duration.ofSeconds(30), Duration.ofSeconds(1), 100, attempt -> Duration.ZERO);
    new Fetcher(patience).fetch(file(content), directory, listener());
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertTrue(server.requests.size() > 1, server.requests::toString);
    // A slow machine may take longer than the patience on the way to the half, and so more tries.
    for (int i = 1; i < events.size(); i++) {
      if (events.get(i).startsWith("started")) {
        assertEquals(number(events.get(i - 1)), number(events.get(i)), events::toString);
      }
    }
  }

  /** The first in an event: the bytes that are there. */
  private static String number(String event) {
    return event.replaceAll("\\D+(\\d+).*", "$1");
  }

  @Test
  void fetch_serverNeverGetsFurther_givesUpWithGrowingDelaysAndKeepsThePart() throws IOException {
    writePart(1000, "\"v1\"");
    Mishap[] cuts = new Mishap[20];
    Arrays.fill(cuts, Mishap.CUT_AT_ONCE);
    server.mishaps(cuts);
    List<Integer> tries = new ArrayList<>();
    Patience patience =
        new Patience(
            QUICK.connect(),
            QUICK.stall(),
            5,
            attempt -> {
              tries.add(attempt);
              return Duration.ZERO;
            });
    FetchException e =
        assertThrows(
            FetchException.class,
            () -> new Fetcher(patience).fetch(file(content), directory, listener()));
    assertEquals(List.of(1, 2, 3, 4, 5), tries);
    assertContains(e, "6 tries in a row", "1000 bytes are kept in " + part(), "put it at");
    assertEquals(1000, Files.size(part()));
    assertEquals(Duration.ofSeconds(1), Patience.DEFAULT.delay().apply(1));
    assertEquals(Duration.ofSeconds(16), Patience.DEFAULT.delay().apply(5));
  }

  @Test
  void fetch_partHere_asksForTheRestOnly() throws IOException {
    writePart(100_000, "\"v1\"");
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("bytes=100000-"), server.requests);
    assertEquals("started 100000 of 300000", events.get(0));
  }

  @Test
  void fetch_partWithTimeOfLastChange_asksForTheRestOnly() throws IOException {
    // A weak ETag must not be used for this.
    server.etag = "W/\"v1\"";
    server.lastModified = "Tue, 15 Nov 1994 12:45:26 GMT";
    server.mishaps(Mishap.CUT_HALF_WAY);
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("all", "bytes=150000-"), server.requests);
  }

  @Test
  void fetch_serverIgnoresRange_startsAnew() throws IOException {
    server.ranges = false;
    writePart(100_000, "\"v1\"");
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals("started 0 of 300000", events.get(0));
  }

  @Test
  void fetch_serverIgnoresRangeAndAlwaysCuts_givesUp() throws IOException {
    server.ranges = false;
    Mishap[] cuts = new Mishap[20];
    Arrays.fill(cuts, Mishap.CUT_HALF_WAY);
    server.mishaps(cuts);
    assertThrows(FetchException.class, () -> fetch(file(content)));
    assertEquals(6, server.requests.size());
  }

  @Test
  void fetch_fileOnServerChanged_startsAnew() throws IOException {
    Files.write(part(), bytes(3, 100_000));
    Files.writeString(tag(), "\"v0\"");
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals("started 0 of 300000", events.get(0));
  }

  @Test
  void fetch_fileChangedOnServerWithoutIfRange_startsAnew() throws IOException {
    server.checksIfRange = false;
    Files.write(part(), bytes(3, 100_000));
    Files.writeString(tag(), "\"v0\"");
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("bytes=100000-", "all"), server.requests);
  }

  @Test
  void fetch_wholePartHere_onlyVerifiesIt() throws IOException {
    writePart(content.length, "\"v1\"");
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of(), server.requests);
  }

  @Test
  void fetch_wholePartHereOfUnknownLength_isToldSoByTheServer() throws IOException {
    writePart(content.length, "\"v1\"");
    fetch(new RemoteFile(server.uri("/file"), "data.bin", sha(content), -1, Unpack.NONE));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("bytes=300000-"), server.requests);
  }

  @Test
  void fetch_partLongerThanTheFile_startsAnew() throws IOException {
    Files.write(part(), bytes(3, content.length + 10));
    fetch(new RemoteFile(server.uri("/file"), "data.bin", sha(content), -1, Unpack.NONE));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(List.of("bytes=300010-", "all"), server.requests);
  }
}
