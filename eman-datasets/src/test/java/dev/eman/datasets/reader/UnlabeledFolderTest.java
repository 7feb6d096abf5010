package dev.eman.datasets.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnlabeledFolderTest {
  @TempDir Path root;
  @TempDir Path cache;

  @BeforeEach
  void images() throws IOException {
    Files.createDirectories(root.resolve("b/deep"));
    Files.createDirectories(root.resolve("a"));
    for (String name : List.of("z.png", "b/1.png", "a/2.png", "b/deep/3.png", "notes.txt")) {
      Files.writeString(root.resolve(name), name);
    }
    // Old enough for the cache.
    FileTime old = FileTime.from(Instant.now().minusSeconds(60));
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, old);
      }
    }
  }

  private static void assertContent(ImageDataset data) {
    assertEquals(
        List.of("z.png", "a/2.png", "b/1.png", "b/deep/3.png"),
        IntStream.range(0, data.size()).mapToObj(data::imageName).toList());
    for (int i = 0; i < data.size(); i++) {
      assertEquals(ImageDataset.UNLABELED, data.label(i));
    }
    assertTrue(data.classNames().isEmpty());
    assertThrows(IndexOutOfBoundsException.class, () -> data.label(4));
  }

  @Test
  void openUnlabeled_anyFolders_allImagesWithoutLabels() {
    assertContent(ImageFolder.openUnlabeled(root, "mine", null));
  }

  @Test
  void openUnlabeled_fromCache_same() throws IOException {
    String first = ImageFolder.openUnlabeled(root, "mine", cache).fingerprint();
    try (Stream<Path> kept = Files.list(cache)) {
      assertEquals(1, kept.filter(f -> f.toString().endsWith(".index")).count());
    }
    ImageDataset cached = ImageFolder.openUnlabeled(root, "mine", cache);
    assertContent(cached);
    assertEquals(first, cached.fingerprint());
    Files.writeString(root.resolve("a/4.png"), "new");
    ImageDataset grown = ImageFolder.openUnlabeled(root, "mine", cache);
    assertEquals(5, grown.size());
    assertNotEquals(first, grown.fingerprint());
  }

  @Test
  void openUnlabeled_nothingThere_error(@TempDir Path empty) {
    DatasetException none =
        assertThrows(DatasetException.class, () -> ImageFolder.openUnlabeled(empty, "mine", null));
    assertTrue(none.getMessage().startsWith("expected at least one image"), none.getMessage());
    Path gone = empty.resolve("gone");
    DatasetException missing =
        assertThrows(DatasetException.class, () -> ImageFolder.openUnlabeled(gone, "mine", null));
    assertTrue(
        missing
            .getMessage()
            .contains("expected the folder " + gone + " with images, found nothing"),
        missing.getMessage());
  }
}
