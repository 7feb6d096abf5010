package dev.eman.datasets.split;

import static dev.eman.datasets.split.LabelSplitTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.eman.datasets.ChannelStatistics;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.RenormalizedProvider;
import dev.eman.datasets.builtin.FashionMnistMiniProvider;
import dev.eman.datasets.builtin.FolderProvider;
import dev.eman.datasets.builtin.ImageNetProvider;
import dev.eman.datasets.builtin.LabeledByTable;
import dev.eman.datasets.builtin.TableProvider;
import dev.eman.datasets.image.Orientation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

  /** There is nothing else to name: they are used. */
  @Test
  void open_unlabelledImagesOfTheDataSetItself_saysThatTheyAreUsed() throws IOException {
    Path unlabeled = Files.createDirectories(photos.resolve("unlabeled/b"));
    Files.copy(photos.resolve("train/a/1.png"), unlabeled.resolve("1.png"));
    FolderProvider data = new FolderProvider(photos);
    Path link = Files.createSymbolicLink(folder.resolve("link"), unlabeled);
    for (Path shared : List.of(photos.resolve("unlabeled"), unlabeled, link)) {
      assertMessage(
          () -> AddedImages.open(shared, data, DIRECTORIES, Orientation.EXIF),
          "found those of " + photos.resolve("unlabeled"),
          "; they are used without labels already: omit --unlabeled-data");
    }
    for (Path shared : List.of(photos.resolve("train"), photos)) {
      assertMessage(
          () -> AddedImages.open(shared, data, DIRECTORIES, Orientation.EXIF),
          "; name a folder that holds neither training nor test images");
    }
  }

  @Test
  void open_imagesOfTheDataSetBehindALinkAndTwoDots_error() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), photos.resolve("test"));
    Path around = folder.resolve("link/..");
    for (Path root : List.of(photos, around)) {
      for (Path shared : List.of(photos.resolve("train"), around.resolve("train/a"), around)) {
        assertMessage(
            () -> AddedImages.open(shared, new FolderProvider(root), DIRECTORIES, Orientation.EXIF),
            shared + ": expected other images than the data set's own, found those of " + root);
      }
    }
  }

  @Test
  void amongFiles_dataSetWithoutFiles_looksAtNone() {
    OwnImages none = new OwnImages(ImmutableList.of());
    Stream<Path> files =
        Stream.generate(
            () -> {
              throw new AssertionError("there may be a million");
            });
    assertEquals(Optional.empty(), none.amongFiles(files));
  }

  @Test
  void open_imagesOfATablesRows_error() throws IOException {
    Path table = folder.resolve("photos.csv");
    Files.write(
        table,
        List.of(
            "image,label,split",
            "photos/train/a/1.png,a,train",
            "photos/test/a/1.png,a,test",
            "photos/more/2.png,a,val"));
    DatasetProvider data = new TableProvider(table);
    Path link = Files.createSymbolicLink(folder.resolve("link"), photos.resolve("test/a"));
    // Also of the part validation, which serves nothing beside the part test.
    for (Path shared : List.of(photos, photos.resolve("test"), photos.resolve("more"), link)) {
      for (DatasetProvider own :
          List.of(data, new RenormalizedProvider(data, ChannelStatistics.IMAGENET))) {
        assertMessage(
            () -> AddedImages.open(shared, own, DIRECTORIES, Orientation.EXIF),
            shared + ": expected other images than the data set's own, found those of " + photos);
      }
    }
    try (ImageDataset added =
        AddedImages.open(photos.resolve("more/b"), data, DIRECTORIES, Orientation.EXIF)) {
      assertEquals(1, added.size());
    }
  }

  @Test
  void open_imagesOfAFlatFolderWithATableOfLabels_error() throws IOException {
    Path labels = folder.resolve("labels.csv");
    Files.write(labels, List.of("image,label", "1.png,a"));
    Path shared = photos.resolve("more/a");
    DatasetProvider data = LabeledByTable.over(new FolderProvider(shared), labels);
    assertEquals(ImmutableSet.of(Part.TRAIN, Part.UNLABELED), data.parts());
    assertMessage(
        () -> AddedImages.open(shared, data, DIRECTORIES, Orientation.EXIF),
        shared + ": expected other images than the data set's own, found those of " + photos);
  }

  @Test
  void open_tableOfTheDataSetsImages_error() throws IOException {
    Path added = folder.resolve("added.csv");
    Files.write(added, List.of("image,label", "photos/more/2.png,a", "photos/test/a/1.png,"));
    DatasetProvider data = new FolderProvider(photos);
    assertMessage(
        () -> AddedImages.open(added, data, DIRECTORIES, Orientation.EXIF),
        added + ": expected other images than the data set's own, found those of " + photos,
        "remove them from the list");
    Files.write(added, List.of("image,label", "photos/more/2.png,a", "photos/more/b/c/3.png,"));
    try (ImageDataset images = AddedImages.open(added, data, DIRECTORIES, Orientation.EXIF)) {
      assertEquals(2, images.size());
    }
  }

  @Test
  void open_tableOfImagesBesideIt_whateverFolderTheDataSetsImagesAreIn() throws IOException {
    Path table = folder.resolve("photos.csv");
    Files.write(table, List.of("image,label", "a/1.png,a"));
    Path added = folder.resolve("added.csv");
    DataDirectories train = DIRECTORIES.withImages(photos.resolve("train"));
    Files.createDirectories(photos.resolve("train/b"));
    Files.writeString(photos.resolve("train/b/4.png"), "4");
    for (String image : List.of("photos/more/2.png", "b/4.png")) {
      Files.write(added, List.of("image,label", image + ","));
      try (ImageDataset images =
          AddedImages.open(added, new TableProvider(table), train, Orientation.EXIF)) {
        assertEquals(1, images.size());
      }
    }
  }

  @Test
  void open_tableOfImagesElsewhere_saysHowToWritePaths() throws IOException {
    Path added = Files.writeString(photos.resolve("added.csv"), "image,label\n2.png,\n");
    for (DataDirectories directories :
        List.of(DIRECTORIES, DIRECTORIES.withImages(photos.resolve("train")))) {
      assertMessage(
          () ->
              AddedImages.open(
                  added, new FashionMnistMiniProvider(), directories, Orientation.EXIF),
          "expected the image 2.png in " + photos + ", found none",
          "it is in " + photos.resolve("more"),
          "in a table of --unlabeled-data, write paths relative to the table's folder, or"
              + " absolute");
    }
  }

  @Test
  void open_imageNetsValidationImages_error() throws IOException {
    Path root = Files.createDirectories(folder.resolve("net"));
    Path val = Files.createDirectories(root.resolve("val/n01440764"));
    Files.writeString(val.resolve("1.JPEG"), "1");
    assertMessage(
        () ->
            AddedImages.open(
                root.resolve("val"),
                new ImageNetProvider(),
                DataDirectories.of(root),
                Orientation.EXIF),
        root.resolve("val") + ": expected other images than the data set's own");
  }

  @Test
  void open_nothingThere_error() {
    Path gone = folder.resolve("gone");
    assertMessage(
        () -> AddedImages.open(gone, new FashionMnistMiniProvider(), DIRECTORIES, Orientation.EXIF),
        "expected the folder " + gone + " with images, found nothing; check the path");
  }
}
