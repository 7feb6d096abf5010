package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.builtin.FolderProvider;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddedImagesTest {
  private static final DataDirectories DIRECTORIES = DataDirectories.of(null);

  @TempDir private Path folder;
  private Path photos;

  @BeforeEach
  void write() throws IOException {
    photos = folder.resolve("photos");
    for (String file :
        List.of("train/a/1.png", "test/a/1.png", "more/2.png", "more/b/c/3.png", "more/a/1.png")) {
      Path path = photos.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, file);
    }
  }

  @Test
  void open_nestedFolder_allImagesWithoutLabels() {
    for (String dataset : List.of("mini", "photos")) {
      try (ImageDataset added =
          AddedImages.open(
              photos.resolve("more"),
              dataset.equals("mini") ? new FashionMnistMiniProvider() : new FolderProvider(photos),
              DIRECTORIES,
              Orientation.EXIF)) {
        assertEquals(
            List.of("2.png", "a/1.png", "b/c/3.png"),
            IntStream.range(0, added.size()).mapToObj(added::imageName).toList());
        assertEquals(ImageDataset.UNLABELED, added.label(1));
      }
    }
  }

  @Test
  void open_imagesOfTheDataSetItself_error() throws IOException {
    FolderProvider data = new FolderProvider(photos);
    Path link = Files.createSymbolicLink(folder.resolve("link"), photos.resolve("test"));
    for (Path shared : List.of(photos, photos.resolve("train/a"), folder, link)) {
      assertMessage(
          () -> AddedImages.open(shared, data, DIRECTORIES, Orientation.EXIF),
          shared + ": expected other images than the data set's own, found those of " + photos);
    }
  }

  @Test
  void open_nothingThere_error() {
    Path gone = folder.resolve("gone");
    assertMessage(
        () -> AddedImages.open(gone, new FashionMnistMiniProvider(), DIRECTORIES, Orientation.EXIF),
        "expected the folder " + gone + " with images, found nothing; check the path");
  }
}
