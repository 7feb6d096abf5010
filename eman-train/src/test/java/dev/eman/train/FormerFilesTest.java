package dev.eman.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.core.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormerFilesTest {
  @TempDir private Path folder;

  /** Such as a run's metrics on another disk. */
  @Test
  void close_linkedFile_linkStaysAndItsFileIsPutBack() throws IOException {
    Path file = Files.writeString(Files.createDirectory(folder.resolve("b")).resolve("x"), "a");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    try (FormerFiles former = new FormerFiles()) {
      former.keepReplaced(link);
      AtomicFiles.saveString(link, "new");
      assertEquals("new", Files.readString(file));
    }
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("a", Files.readString(file));
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertEquals(1, left.count());
    }
  }
}
