package dev.eman.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server with a file, and a fetcher that does not wait between tries. */
abstract class FetchFixture {
  static final Patience QUICK =
      new Patience(Duration.ofSeconds(30), Duration.ofSeconds(60), 5, attempt -> Duration.ZERO);

  final byte[] content = bytes(1, 300_000);
  final List<String> events = new ArrayList<>();
  final Fetcher fetcher = new Fetcher(QUICK);
  @TempDir Path directory;
  FileServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FileServer(content);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  void fetch(RemoteFile file) {
    fetcher.fetch(file, directory, listener());
  }

  RemoteFile file(byte[] expected) {
    return file(server.uri("/file"), expected);
  }

  static RemoteFile file(URI uri, byte[] expected) {
    return new RemoteFile(uri, "data.bin", sha(expected), expected.length, Unpack.NONE);
  }

  void writePart(int length, String version) throws IOException {
    Files.write(part(), Arrays.copyOf(content, length));
    Files.writeString(tag(), version);
  }

  Path target() {
    return directory.resolve("data.bin");
  }

  Path part() {
    return directory.resolve("data.bin.part");
  }

  Path tag() {
    return directory.resolve("data.bin.part.tag");
  }

  FetchListener listener() {
    return new RecordingListener(events);
  }

  static void assertContains(Throwable e, String... parts) {
    for (String part : parts) {
      assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
    }
  }

  static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  static String sha(byte[] bytes) {
    return "sha256:" + Hashing.sha256().hashBytes(bytes);
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
