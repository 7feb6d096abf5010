package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ImageFolderTest.assertSameFromFourThreads;
import static dev.eman.datasets.reader.ImageFolderTest.labels;
import static dev.eman.datasets.reader.ReaderSamples.lines;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static dev.eman.datasets.reader.RecordSamples.assertError;
import static dev.eman.datasets.reader.RecordSamples.assertPlanes;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.join;
import static dev.eman.datasets.reader.RecordSamples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Stl10Test {
  private static final int SIDE = 96;
  private static final int IMAGE = 3 * SIDE * SIDE;

  @TempDir Path temporary;
  private Path folder;
  private Path images;
  private Path labels;

  @BeforeEach
  void writeFiles() throws IOException {
    folder = temporary.resolve("stl10_binary");
    images = write(folder, "train_X.bin", join(values(IMAGE, 1), values(IMAGE, 2)));
    labels = write(folder, "train_y.bin", bytes(10, 1));
    write(folder, "test_X.bin", values(IMAGE, 3));
    write(folder, "test_y.bin", bytes(5));
    write(folder, "unlabeled_X.bin", join(values(IMAGE, 4), values(IMAGE, 5), values(IMAGE, 6)));
  }

  @Test
  void open_train_columnsAndLabelsFromOne() {
    for (Path root : List.of(temporary, folder)) {
      ImageDataset data = Stl10.open(root, Part.TRAIN);
      assertEquals("stl10/train", data.name());
      assertEquals(3, data.channels());
      assertEquals(List.of(9, 0), labels(data));
      assertPlanes(values(IMAGE, 1), data.image(0), SIDE, true);
      assertPlanes(values(IMAGE, 2), data.image(1), SIDE, true);
    }
    ImageDataset test = Stl10.open(temporary, Part.TEST);
    assertEquals(List.of(4), labels(test));
    assertPlanes(values(IMAGE, 3), test.image(0), SIDE, true);
  }

  @Test
  void open_unlabeled_noLabels() {
    ImageDataset data = Stl10.open(temporary, Part.UNLABELED);
    assertEquals("stl10/unlabeled", data.name());
    assertEquals(
        List.of(ImageDataset.UNLABELED, ImageDataset.UNLABELED, ImageDataset.UNLABELED),
        labels(data));
    assertPlanes(values(IMAGE, 6), data.image(2), SIDE, true);
  }

  @Test
  void open_truncated_error() throws IOException {
    Files.write(images, Arrays.copyOf(Files.readAllBytes(images), 2 * IMAGE - 5));
    assertError(
        () -> Stl10.open(temporary, Part.TRAIN),
        images + ": expected a multiple of 27648 bytes, found 55291",
        "truncated");
    Files.write(images, new byte[0]);
    assertError(() -> Stl10.open(temporary, Part.TRAIN), images.toString(), "found 0");
  }

  @Test
  void open_fewerLabelsThanImages_error() throws IOException {
    Files.write(labels, bytes(1));
    assertError(
        () -> Stl10.open(temporary, Part.TRAIN),
        labels + ": expected 2 labels, one for each image, found 1");
  }

  @Test
  void open_labelOutOfRange_error() throws IOException {
    for (int label : new int[] {0, 11}) {
      Files.write(labels, bytes(3, label));
      assertError(
          () -> Stl10.open(temporary, Part.TRAIN),
          labels + ": expected labels 1 to 10, found " + label + " at image 1");
    }
  }

  @Test
  void open_missingFile_error() throws IOException {
    Files.delete(labels);
    assertError(
        () -> Stl10.open(temporary, Part.TRAIN), "expected the file " + labels + ", found nothing");
    Files.delete(images);
    assertError(
        () -> Stl10.open(temporary, Part.TRAIN), "expected the file " + images + ", found nothing");
  }

  @Test
  void classNames_withAndWithoutFile() throws IOException {
    assertEquals("monkey", Stl10.open(temporary, Part.TRAIN).classNames().get(7));
    lines(folder, "class_names.txt", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    assertEquals("7", Stl10.open(temporary, Part.UNLABELED).classNames().get(7));
    lines(folder, "class_names.txt", "0");
    assertError(() -> Stl10.open(temporary, Part.TRAIN), "expected 10 names, found 1");
  }

  @Test
  void read_fourThreads_sameAsSerial() throws Exception {
    assertSameFromFourThreads(Stl10.open(temporary, Part.UNLABELED));
  }
}
