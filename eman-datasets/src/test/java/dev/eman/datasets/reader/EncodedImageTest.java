package dev.eman.datasets.reader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.base.Optional;
import com.google.common.io.ByteSource;
import dev.eman.datasets.ClassList;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncodedImageTest {
  private static final byte[] FILE = "not an image".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path root;

  private static void assertFile(ImageDataset data) throws IOException {
    ByteSource file = data.encoded(0).orElseThrow();
    assertEquals(Optional.of(12L), file.sizeIfKnown());
    assertArrayEquals(FILE, file.read());
    assertEquals("image", file.slice(7, 99).asCharSource(StandardCharsets.UTF_8).read());
    assertEquals("an", file.slice(4, 5).slice(0, 2).asCharSource(StandardCharsets.UTF_8).read());
    assertEquals(0, file.slice(20, 5).read().length);
  }

  @Test
  void encoded_folder_isTheFile() throws IOException {
    ReaderSamples.write(root, "cat/a.jpg", FILE);
    ReaderSamples.write(root, "dog/a.jpg", FILE);
    ImageFolder data = ImageFolder.open(root, "photos", null);
    assertFile(data);
    assertFile(ClassList.of(List.of("dog", "cat"), "list").label(data));
    Files.delete(root.resolve("cat/a.jpg"));
    assertThrows(IOException.class, () -> data.encoded(0).orElseThrow().read());
  }

  @Test
  void encoded_archive_isThePartOfIt() throws IOException {
    byte[] images = ReaderSamples.tar(Map.of("a.JPEG", FILE));
    Path archive = root.resolve("train.tar");
    Files.write(archive, ReaderSamples.tar(Map.of("n01.tar", images)));
    try (ImageArchive data = ImageArchive.open(archive, "archive", null)) {
      assertFile(data);
    }
  }

  @Test
  void encoded_rowsOfAnArray_none() {
    try (ImageDataset data =
        new FashionMnistMiniProvider().open(Part.TEST, DataDirectories.of(null))) {
      assertEquals(java.util.Optional.empty(), data.encoded(0));
    }
  }
}
