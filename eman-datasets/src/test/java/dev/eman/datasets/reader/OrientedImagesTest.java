package dev.eman.datasets.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.DatasetProvider;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.builtin.Cifar10Provider;
import dev.eman.datasets.builtin.FolderProvider;
import dev.eman.datasets.builtin.ImageNetProvider;
import dev.eman.datasets.builtin.TableProvider;
import dev.eman.datasets.image.Orientation;
import dev.eman.datasets.split.AddedImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos that were taken with the camera on its side: 21 pixels wide as stored, 13 as shown. */
final class OrientedImagesTest {
  private static final int STORED = 21;
  private static final int SHOWN = 13;

  @TempDir private Path root;
  private byte[] photo;
  private DataDirectories directories;

  @BeforeEach
  void write() throws IOException {
    try (InputStream in =
        OrientedImagesTest.class.getResourceAsStream("../image/formats/turned-6.jpg")) {
      photo = Objects.requireNonNull(in).readAllBytes();
    }
    directories = DataDirectories.of(root);
    ReaderSamples.write(root, "train/n01/photo.JPEG", photo);
    ReaderSamples.write(root, "unlabeled/photo.jpg", photo);
  }

  private int width(DatasetProvider provider, Part part) {
    try (ImageDataset images = provider.open(part, directories)) {
      return images.image(0).width();
    }
  }

  @Test
  void open_folder_photosAreTurnedUnlessIgnored() {
    FolderProvider folder = new FolderProvider(root);
    assertEquals(Orientation.EXIF, folder.orientation());
    FolderProvider stored = folder.withOrientation(Orientation.IGNORE);
    for (Part part : new Part[] {Part.TRAIN, Part.UNLABELED}) {
      assertEquals(SHOWN, width(folder, part), part.label());
      assertEquals(STORED, width(stored, part), part.label());
    }
    try (ImageDataset shown = folder.open(Part.TRAIN, directories);
        ImageDataset same = stored.open(Part.TRAIN, directories)) {
      assertEquals(shown.fingerprint(), same.fingerprint());
    }
  }

  @Test
  void open_table_photosAreTurnedUnlessIgnored() throws IOException {
    Path file = root.resolve("photos.csv");
    Files.writeString(file, "image,label\ntrain/n01/photo.JPEG,cat\nunlabeled/photo.jpg,\n");
    TableProvider table = new TableProvider(file);
    TableProvider stored = table.withOrientation(Orientation.IGNORE);
    for (Part part : new Part[] {Part.TRAIN, Part.UNLABELED}) {
      assertEquals(SHOWN, width(table, part), part.label());
      assertEquals(STORED, width(stored, part), part.label());
    }
  }

  @Test
  void open_imageNet_photosAreAsStoredUnlessAskedFor() throws IOException {
    ImageNetProvider published = new ImageNetProvider();
    assertEquals(STORED, width(published, Part.TRAIN));
    assertEquals(SHOWN, width(published.withOrientation(Orientation.EXIF), Part.TRAIN));
    Path archives = root.resolve("archives");
    byte[] wnid = ReaderSamples.tar(Map.of("n01_1.JPEG", photo));
    ReaderSamples.write(
        archives, ImageNetSamples.TRAIN_TAR, ReaderSamples.tar(Map.of("n01.tar", wnid)));
    directories = DataDirectories.of(archives);
    assertEquals(STORED, width(published, Part.TRAIN));
    assertEquals(SHOWN, width(published.withOrientation(Orientation.EXIF), Part.TRAIN));
  }

  @Test
  void withOrientation_dataThatNoteNone_unchanged() {
    Cifar10Provider cifar = new Cifar10Provider();
    assertSame(cifar, cifar.withOrientation(Orientation.EXIF));
  }

  @Test
  void open_addedImages_turnedOrNot() {
    for (Orientation rule : Orientation.values()) {
      try (ImageDataset added =
          AddedImages.open(root.resolve("unlabeled"), new Cifar10Provider(), directories, rule)) {
        assertEquals(rule == Orientation.EXIF ? SHOWN : STORED, added.image(0).width());
      }
    }
  }
}
