package dev.eman.train.published;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.sun.net.httpserver.HttpServer;
import dev.eman.core.EmanException;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.fetch.RemoteFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {
  private static final String NAME = "tiny-of-weight-files-test.pth";

  @TempDir private Path folder;
  private final byte[] content = new byte[100_000];
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private Path data;
  private Path cache;

  @BeforeEach
  void start() throws IOException {
    new Random(1).nextBytes(content);
    data = Files.createDirectories(folder.resolve("data"));
    cache = folder.resolve("cache");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          if (exchange.getRequestURI().getPath().equals("/" + NAME)) {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          } else {
            exchange.sendResponseHeaders(404, -1);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private PublishedWeights weights(String path) {
    String hash = Hashing.sha256().hashBytes(content).toString();
    InetSocketAddress address = server.getAddress();
    return new PublishedWeights(
        "tests:tiny",
        "resnet8-w4",
        new RemoteFile(
            URI.create("http://" + address.getHostString() + ":" + address.getPort() + path),
            NAME,
            "sha256-prefix:" + hash.substring(0, 8),
            RemoteFile.UNKNOWN,
            RemoteFile.Unpack.NONE),
        0.1,
        PublishedWeights.Input.IMAGENET,
        "free");
  }

  private Path obtain(String path) {
    return WeightFiles.obtain(weights(path), DataDirectories.of(data), cache);
  }

  @Test
  void obtain_onServer_fetchedOnce() throws IOException {
    Path file = obtain("/" + NAME);
    assertEquals(cache.resolve(NAME), file);
    assertArrayEquals(content, Files.readAllBytes(file));
    assertEquals(file, obtain("/" + NAME));
    assertEquals(1, requests.get());
  }

  @Test
  void obtain_inDataFolder_takenFromThere() throws IOException {
    Path own = Files.write(data.resolve(NAME), content);
    assertEquals(own, obtain("/" + NAME));
    assertEquals(0, requests.get());
    assertFalse(Files.exists(cache));
  }

  @Test
  void obtain_otherFileOfThatName_refusedAndKept() throws IOException {
    Path own = Files.writeString(data.resolve(NAME), "other");
    EmanException e = assertThrows(EmanException.class, () -> obtain("/" + NAME));
    assertTrue(e.getMessage().contains(own.toString()), e::toString);
    assertTrue(e.getMessage().contains("found sha256-prefix:d9298a10"), e::toString);
    assertEquals("other", Files.readString(own));
    assertEquals(0, requests.get());
  }

  @Test
  void obtain_serverHasOtherContent_refused() {
    PublishedWeights expected = weights("/" + NAME);
    content[0]++;
    DataDirectories directories = DataDirectories.of(data);
    EmanException e =
        assertThrows(EmanException.class, () -> WeightFiles.obtain(expected, directories, cache));
    assertTrue(e.getMessage().contains("expected checksum sha256-prefix:"), e::toString);
    assertFalse(Files.exists(cache.resolve(NAME)));
  }

  @Test
  void obtain_notToBeFetched_saysWhichFileToPutWhere() {
    EmanException e = assertThrows(EmanException.class, () -> obtain("/gone"));
    String hash = Hashing.sha256().hashBytes(content).toString();
    String wanted =
        "put it at "
            + cache.resolve(NAME)
            + ". Needed is "
            + NAME
            + " (0.1 MiB, SHA-256 begins with "
            + hash.substring(0, 8)
            + "); it may also lie in a folder that --data names";
    assertTrue(e.getMessage().contains(wanted), e::toString);
    assertTrue(e.getMessage().startsWith("tests:tiny: "), e::toString);
  }
}
