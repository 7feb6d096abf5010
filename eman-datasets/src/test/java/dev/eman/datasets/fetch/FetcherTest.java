package dev.eman.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.BaseEncoding;
import dev.eman.datasets.fetch.FileServer.Mishap;
import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FetcherTest extends FetchFixture {
  @Test
  void fetch_nothingHere_bringsTheFileAndTellsTheListener() throws IOException {
    Path folder = directory.resolve("a/b");
    fetcher.fetch(file(content), folder, listener());
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("data.bin")));
    assertEquals(
        List.of("started 0 of 300000", "progressed to 300000", "verified data.bin"), events);
    assertEquals(List.of("data.bin", "data.bin.lock"), names(folder));
  }

  @Test
  void fetch_md5AndUnknownLength_bringsTheFile() throws Exception {
    String md5 = BaseEncoding.base16().encode(MessageDigest.getInstance("MD5").digest(content));
    fetch(new RemoteFile(server.uri("/file"), "data.bin", "md5:" + md5, -1, Unpack.NONE));
    assertArrayEquals(content, Files.readAllBytes(target()));
  }

  @Test
  void fetch_redirected_followsTheRedirect() throws IOException {
    fetch(file(server.uri("/moved"), content));
    assertArrayEquals(content, Files.readAllBytes(target()));
  }

  @Test
  void fetch_alreadyHere_asksTheServerForNothing() throws IOException {
    Files.write(target(), content);
    fetch(file(content));
    assertEquals(List.of(), server.requests);
    assertEquals(List.of("verified data.bin"), events);
    assertEquals(List.of("data.bin"), names(directory));
  }

  @Test
  void fetch_otherFileUnderTheName_replacesIt() throws IOException {
    Files.write(target(), bytes(2, content.length));
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
  }

  @Test
  void fetch_serverUnavailableForAWhile_triesAgain() throws IOException {
    server.mishaps(Mishap.UNAVAILABLE, Mishap.UNAVAILABLE);
    fetch(file(content));
    assertArrayEquals(content, Files.readAllBytes(target()));
    assertEquals(3, server.requests.size());
  }

  @Test
  void fetch_wrongChecksum_deletesThePartAndSaysWhatToDo() throws IOException {
    byte[] wanted = bytes(4, content.length);
    FetchException e = assertThrows(FetchException.class, () -> fetch(file(wanted)));
    assertContains(e, sha(wanted), sha(content), "fetch again", target().toString());
    assertEquals(List.of("data.bin.lock"), names(directory));
  }

  @Test
  void fetch_wrongLength_refusesBeforeTheTransfer() {
    FetchException e = assertThrows(FetchException.class, () -> fetch(file(bytes(4, 1234))));
    assertContains(e, "expected 1234 bytes, found 300000", target().toString());
    assertEquals(List.of(), events);
  }

  @Test
  void fetch_notFound_saysAddressStatusAndWhereToPutTheFile() {
    URI uri = server.uri("/missing");
    FetchException e = assertThrows(FetchException.class, () -> fetch(file(uri, content)));
    assertContains(e, uri.toString(), "404", "put it at " + target());
  }

  @Test
  void fetch_folderCannotBeMade_saysSo() throws IOException {
    Path file = Files.writeString(directory.resolve("taken"), "x");
    FetchException e =
        assertThrows(FetchException.class, () -> fetcher.fetch(file(content), file, listener()));
    assertContains(e, file.toString(), "written to");
  }

  @Test
  void fetch_partCannotBeWritten_saysSoAndDoesNotTryAgain() throws IOException {
    // A folder of this name stands in for a disk that refuses to be written to.
    Files.createDirectories(part().resolve("x"));
    FetchException e =
        assertThrows(
            FetchException.class,
            () ->
                fetch(
                    new RemoteFile(
                        server.uri("/file"), "data.bin", sha(content), -1, Unpack.NONE)));
    assertContains(e, "Cannot write " + part(), "Is the disk full?");
    assertTrue(server.requests.size() <= 1, server.requests::toString);
  }

  @Test
  void fetch_interrupted_stopsAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    FetchException e = assertThrows(FetchException.class, () -> fetch(file(content)));
    assertTrue(Thread.interrupted());
    assertContains(e, "interrupted");
  }

  @Test
  void fetch_interruptedWhileTheServerStalls_stopsAndKeepsThePart() throws Exception {
    server.mishaps(Mishap.STALL_HALF_WAY);
    CountDownLatch begun = new CountDownLatch(1);
    FetchListener tellBegun =
        new FetchListener() {
          @Override
          public void progressed(long bytesSoFar) {
            if (bytesSoFar == content.length / 2) {
              begun.countDown();
            }
          }
        };
    ExecutorService threads = Executors.newSingleThreadExecutor();
    Future<FetchException> failure =
        threads.submit(
            () ->
                assertThrows(
                    FetchException.class,
                    () -> fetcher.fetch(file(content), directory, tellBegun)));
    assertTrue(begun.await(60, TimeUnit.SECONDS), "the half has not arrived");
    threads.shutdownNow();
    assertContains(failure.get(60, TimeUnit.SECONDS), "interrupted");
    assertEquals(content.length / 2, Files.size(part()));
    assertEquals(List.of("all"), server.requests);
  }

  @Test
  void fetch_twoThreads_transferOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    CyclicBarrier barrier = new CyclicBarrier(2);
    try {
      List<Future<?>> fetches = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        fetches.add(
            threads.submit(
                () -> {
                  barrier.await();
                  new Fetcher(QUICK).fetch(file(content), directory, FetchListener.NONE);
                  return null;
                }));
      }
      for (Future<?> fetch : fetches) {
        fetch.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(List.of("all"), server.requests);
    assertArrayEquals(content, Files.readAllBytes(target()));
  }
}
