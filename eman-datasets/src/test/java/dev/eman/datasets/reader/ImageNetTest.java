package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ImageFolderTest.assertMessage;
import static dev.eman.datasets.reader.ImageFolderTest.labels;
import static dev.eman.datasets.reader.ImageFolderTest.names;
import static dev.eman.datasets.reader.ImageNetSamples.DEVKIT;
import static dev.eman.datasets.reader.ImageNetSamples.TRAIN_TAR;
import static dev.eman.datasets.reader.ImageNetSamples.VAL_TAR;
import static dev.eman.datasets.reader.ImageNetSamples.VAL_WNIDS;
import static dev.eman.datasets.reader.ImageNetSamples.makeFlatVal;
import static dev.eman.datasets.reader.ImageNetSamples.makeTrainArchive;
import static dev.eman.datasets.reader.ImageNetSamples.makeTrainFolders;
import static dev.eman.datasets.reader.ImageNetSamples.makeTruth;
import static dev.eman.datasets.reader.ImageNetSamples.valName;
import static dev.eman.datasets.reader.ReaderSamples.age;
import static dev.eman.datasets.reader.ReaderSamples.lines;
import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.tar;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageNetTest {
  @TempDir Path root;

  @Test
  void open_trainFoldersOrArchive_sameImagesAndFingerprint() throws IOException {
    makeTrainFolders(root);
    ImageDataset folders = open(Part.TRAIN);
    assertInstanceOf(ImageFolder.class, folders);
    Files.move(root.resolve("train"), root.resolve("elsewhere"));
    makeTrainArchive(root);
    try (ImageDataset archive = open(Part.TRAIN)) {
      assertInstanceOf(ImageArchive.class, archive);
      assertEquals("imagenet/train", archive.name());
      assertEquals(3, archive.channels());
      assertEquals(List.of("n01", "n02", "n03"), archive.classNames());
      assertEquals("n01/n01_0.JPEG", archive.imageName(0));
      assertEquals(List.of(0, 0, 0, 1, 1, 1, 2, 2, 2), labels(archive));
      assertEquals(names(folders), names(archive));
      assertEquals(folders.fingerprint(), archive.fingerprint());
      Files.move(root.resolve("elsewhere"), root.resolve("train"));
      assertSamePixels(folders, archive);
    }
  }

  @Test
  void open_valFoldersFlatOrArchive_sameLabelsAndFingerprint() throws IOException {
    makeTruth(root);
    Map<String, byte[]> images = new LinkedHashMap<>();
    for (int i = VAL_WNIDS.size(); i > 0; i--) {
      images.put(valName(i), png(i * 999));
      write(root, "val/" + VAL_WNIDS.get(i - 1) + "/" + valName(i), png(i * 999));
    }
    ImageDataset folders = open(Part.TEST);
    Files.move(root.resolve("val"), root.resolve("elsewhere"));
    write(root, VAL_TAR, tar(images));
    ImageDataset archive = open(Part.TEST);
    Files.delete(root.resolve(VAL_TAR));
    for (Map.Entry<String, byte[]> file : images.entrySet()) {
      write(root, "val/" + file.getKey(), file.getValue());
    }
    ImageDataset flat = open(Part.TEST);

    assertEquals(List.of("n01", "n02", "n03"), flat.classNames());
    assertEquals(List.of(valName(2), valName(4), valName(1), valName(3)), names(flat));
    assertEquals(List.of(0, 1, 2, 2), labels(flat));
    assertEquals(names(flat), names(archive));
    assertEquals(labels(flat), labels(archive));
    assertEquals(labels(flat), labels(folders));
    assertEquals(flat.fingerprint(), archive.fingerprint());
    assertEquals(flat.fingerprint(), folders.fingerprint());
    assertSamePixels(flat, archive);
    archive.close();
  }

  @Test
  void open_flatValWithEachKindOfTruth_sameLabels() throws IOException {
    makeFlatVal(root);
    makeTruth(root);
    String expected = open(Part.TEST).fingerprint();

    Files.delete(root.resolve(DEVKIT + "meta.txt"));
    lines(root, "map_clsloc.txt", "n01 3 some_fish", "n02 1 shark", "n03 2 hen");
    assertEquals(expected, open(Part.TEST).fingerprint());

    Files.delete(root.resolve("map_clsloc.txt"));
    lines(
        root,
        "LOC_val_solution.csv",
        "ImageId,PredictionString",
        "ILSVRC2012_val_00000004,n02 1 2 3 4 ",
        "ILSVRC2012_val_00000003,n03 1 2 3 4 n03 5 6 7 8 ",
        "ILSVRC2012_val_00000002,n01 1 2 3 4",
        "ILSVRC2012_val_00000001,n03 1 2 3 4");
    assertEquals(expected, open(Part.TEST).fingerprint());
  }

  @Test
  void open_valWithTrain_labelledByTrainsClasses() throws IOException {
    makeTruth(root);
    write(root, "train/n00/a.JPEG", png(1));
    makeTrainFolders(root);
    write(root, "val/n02/" + valName(1), png(1));
    assertEquals(List.of("n00", "n01", "n02", "n03"), open(Part.TEST).classNames());
    assertEquals(List.of(2), labels(open(Part.TEST)));
    write(root, "val/n99/" + valName(2), png(1));
    assertError(Part.TEST, "n99", "expected one of the 4 classes, n00 to n03");

    deleteAll("val");
    makeFlatVal(root);
    assertEquals(List.of(1, 2, 3, 3), labels(open(Part.TEST)));
    deleteAll("train");
    makeTrainArchive(root);
    assertEquals(List.of(0, 1, 2, 2), labels(open(Part.TEST)));
  }

  @Test
  void open_cachedArchive_changeNoticed() throws IOException {
    Path cache = root.resolve("cache");
    makeTrainArchive(root);
    age(root);
    ImageDataset first = ImageNet.open(root, Part.TRAIN, cache);
    ImageDataset second = ImageNet.open(root, Part.TRAIN, cache);
    assertEquals(first.fingerprint(), second.fingerprint());
    assertSamePixels(first, second);
    assertTrue(ReaderSamples.onlyFile(cache).getFileName().toString().startsWith("archive-"));
    first.close();
    second.close();

    write(root, TRAIN_TAR, tar(Map.of("n07.tar", tar(Map.of("n07_1.JPEG", png(1))))));
    try (ImageDataset changed = ImageNet.open(root, Part.TRAIN, cache)) {
      assertEquals(List.of("n07"), changed.classNames());
    }
  }

  @Test
  void open_cachedFlatVal_changedTruthNoticed() throws IOException {
    Path cache = root.resolve("cache");
    makeFlatVal(root);
    makeTruth(root);
    age(root);
    assertEquals(List.of(0, 1, 2, 2), labels(ImageNet.open(root, Part.TEST, cache)));
    assertEquals(List.of(0, 1, 2, 2), labels(ImageNet.open(root, Part.TEST, cache)));
    lines(root, DEVKIT + "ILSVRC2012_validation_ground_truth.txt", "1", "1", "1", "1");
    assertEquals(List.of(1, 1, 1, 1), labels(ImageNet.open(root, Part.TEST, cache)));
  }

  @Test
  void read_archiveFromFourThreads_sameAsSerial() throws Exception {
    makeTrainArchive(root);
    try (ImageDataset data = open(Part.TRAIN)) {
      ImageFolderTest.assertSameFromFourThreads(data);
    }
  }

  @Test
  void read_archiveAfterInterruptedThread_stillReadable() throws Exception {
    makeTrainArchive(root);
    try (ImageDataset data = open(Part.TRAIN)) {
      byte[] expected = data.image(0).toByteArray();
      Thread.currentThread().interrupt();
      assertMessage(DatasetException.class, () -> data.image(0), "n01_0.JPEG");
      assertTrue(Thread.interrupted());
      assertArrayEquals(expected, data.image(0).toByteArray());
    }
  }

  @Test
  void read_closedArchive_error() throws IOException {
    makeTrainArchive(root);
    ImageDataset data = open(Part.TRAIN);
    data.close();
    assertMessage(DatasetException.class, () -> data.image(0), "cannot read", TRAIN_TAR);
  }

  private ImageDataset open(Part part) {
    return ImageNet.open(root, part, null);
  }

  private void assertError(Part part, String... parts) {
    assertMessage(DatasetException.class, () -> open(part), parts);
  }

  private void deleteAll(String folder) throws IOException {
    Files.move(root.resolve(folder), root.resolve("former-" + folder));
  }

  private static void assertSamePixels(ImageDataset a, ImageDataset b) {
    for (int i = 0; i < a.size(); i++) {
      assertArrayEquals(a.image(i).toByteArray(), b.image(i).toByteArray(), a.imageName(i));
    }
  }
}
