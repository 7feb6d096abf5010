package dev.eman.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.fetch.RemoteFile.Unpack;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RemoteFileTest {
  private static final String MD5 = "md5:" + "0f".repeat(16);

  @Test
  void new_upperCaseChecksum_isKeptInLowerCase() {
    assertEquals(MD5, file("http://a.example/x", "x", "MD5:" + "0F".repeat(16), 1).checksum());
    String sha = "sha256:" + "a1".repeat(32);
    assertEquals(sha, file("https://a.example/x", "x", sha, RemoteFile.UNKNOWN).checksum());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "md5:00", "0f0f", "sha1:0f0f", "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"})
  void new_malformedChecksum_isRefused(String checksum) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> file("http://a.example/x", "x", checksum, 1));
    assertTrue(e.getMessage().contains("Expected a checksum"), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", "..", "../x", "a/b", "a\\b", "C:x", ".hidden"})
  void new_nameWithFolder_isRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> file("http://a.example/x", name, MD5, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "file:/x", "ftp://a.example/x", "http:/x"})
  void new_otherAddress_isRefused(String uri) {
    assertThrows(IllegalArgumentException.class, () -> file(uri, "x", MD5, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -2})
  void new_impossibleLength_isRefused(long bytes) {
    assertThrows(IllegalArgumentException.class, () -> file("http://a.example/x", "x", MD5, bytes));
  }

  private static RemoteFile file(String uri, String name, String checksum, long bytes) {
    return new RemoteFile(URI.create(uri), name, checksum, bytes, Unpack.NONE);
  }
}
