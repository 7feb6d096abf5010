package dev.eman.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesFailureTest {
  private static final UnsatisfiedLinkError LINK =
      new UnsatisfiedLinkError("no jnind4jcpu in java.library.path");
  private static final Path CACHE = Path.of("cache");

  @TempDir private Path folder;

  /** As ND4J hands on what JavaCPP says. */
  @Test
  void cause_behindAnInitializer_isTheLibrary() {
    UnsatisfiedLinkError link = new UnsatisfiedLinkError("libx.so: cannot open");
    Throwable failure = new ExceptionInInitializerError(new RuntimeException("missing", link));
    assertSame(link, NativesFailure.cause(failure));
    Throwable other = new IllegalStateException(new IOException("x"));
    assertSame(other, NativesFailure.cause(other));
    assertNull(NativesFailure.of(other));
  }

  @Test
  void of_littleRoom_saysHowMuchAndWhatToDo() {
    assertEquals(
        "cannot unpack the native libraries to cache (3 MiB free, about 600 needed); Java says: no"
            + " jnind4jcpu in java.library.path: make room, or"
            + " EMAN_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR",
        String.valueOf(NativesFailure.of(LINK, CACHE, 3 * Rules.MIB, 0, "")));
    assertNotNull(NativesFailure.of(LINK, CACHE, 100 * Rules.MIB, 300 * Rules.MIB, ""));
    assertNotNull(
        NativesFailure.of(LINK, CACHE, 3 * Rules.MIB, Rules.GIB, "")); // Of other versions.
  }

  @Test
  void of_room_isAnotherFailure() {
    assertNull(NativesFailure.of(LINK, CACHE, Rules.GIB, 0, ""));
    assertNull(NativesFailure.of(LINK, CACHE, 100 * Rules.MIB, 550 * Rules.MIB, ""));
  }

  /** Where nothing need be written, that nothing can is not why. */
  @Test
  void of_unpackedAlready_isAnotherFailure() {
    assertNull(NativesFailure.of(LINK, CACHE, Rules.GIB, 600 * Rules.MIB, "permission denied"));
    assertNotNull(NativesFailure.of(LINK, CACHE, Rules.GIB, 599 * Rules.MIB, "permission denied"));
  }

  @Test
  void of_quota_saysSo() {
    assertEquals(
        "cannot unpack the native libraries to cache (9,216 MiB free, about 600 needed; Disk quota"
            + " exceeded); Java says: no jnind4jcpu in java.library.path",
        NativesFailure.of(LINK, CACHE, 9 * Rules.GIB, 0, "Disk quota exceeded").found());
  }

  @Test
  void refusal_folder_isWrittenToAndLeftAsItWas() throws IOException {
    assertEquals("", NativesFailure.refusal(folder));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
    assertEquals("no such file or folder", NativesFailure.refusal(folder.resolve("none")));
  }
}
