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
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CifarTest {
  private static final int SIDE = 32;
  private static final int IMAGE = 3 * SIDE * SIDE;

  @TempDir Path root;

  @Test
  void open10_twoOfFiveBatches_bothInOrder() throws IOException {
    // The second and the fifth: those that are there, whichever they are.
    write(root, "data_batch_5.bin", join(record(7, 30), record(0, 40)));
    write(root, "data_batch_2.bin", join(record(3, 0), record(9, 10), record(3, 20)));

    ImageDataset data = Cifar.open10(root, Part.TRAIN);
    assertEquals("cifar10/train", data.name());
    assertEquals(3, data.channels());
    assertEquals(5, data.size());
    assertEquals(List.of(3, 9, 3, 7, 0), labels(data));
    for (int i = 0; i < 5; i++) {
      assertPlanes(values(IMAGE, 10 * i), data.image(i), SIDE, false);
    }
    assertEquals("cifar10/train#4", data.imageName(4));
  }

  @Test
  void open10_noBatch_error() {
    assertError(
        () -> Cifar.open10(root, Part.TRAIN),
        "expected data_batch_1.bin to data_batch_5.bin in " + root + ", found none");
    assertError(
        () -> Cifar.open10(root, Part.TEST),
        "expected the file " + root.resolve("test_batch.bin") + ", found nothing");
  }

  @Test
  void open10_folderAbove_same() throws IOException {
    Path folder = root.resolve("cifar-10-batches-bin");
    write(folder, "data_batch_1.bin", record(1, 2));
    write(folder, "test_batch.bin", record(3, 4));
    for (Part part : List.of(Part.TRAIN, Part.TEST)) {
      ImageDataset above = Cifar.open10(root, part);
      ImageDataset direct = Cifar.open10(folder, part);
      assertEquals(labels(direct), labels(above));
      assertEquals(direct.fingerprint(), above.fingerprint());
    }
    assertNotEquals(
        Cifar.open10(root, Part.TRAIN).fingerprint(), Cifar.open10(root, Part.TEST).fingerprint());
  }

  @Test
  void open10_truncatedOrEmpty_error() throws IOException {
    byte[] two = join(record(1, 1), record(2, 2));
    write(root, "data_batch_1.bin", two);
    Path file = write(root, "data_batch_2.bin", Arrays.copyOf(two, two.length - 1));
    assertError(
        () -> Cifar.open10(root, Part.TRAIN),
        file + ": expected a multiple of 3073 bytes, found 6145",
        "truncated");
    write(root, "data_batch_2.bin", new byte[0]);
    assertError(() -> Cifar.open10(root, Part.TRAIN), file.toString(), "found 0");
  }

  @Test
  void open10_labelOutOfRange_error() throws IOException {
    Path file = write(root, "test_batch.bin", join(record(9, 1), record(10, 1)));
    assertError(
        () -> Cifar.open10(root, Part.TEST),
        file + ": expected labels 0 to 9, found 10 at image 1");
    write(root, "test_batch.bin", record(255, 1));
    assertError(() -> Cifar.open10(root, Part.TEST), file.toString(), "found 255 at image 0");
  }

  @Test
  void open10_unlabeled_error() throws IOException {
    write(root, "test_batch.bin", record(9, 1));
    assertError(
        () -> Cifar.open10(root, Part.UNLABELED), "expected part train or test, got unlabeled");
  }

  @Test
  void classNames_withAndWithoutFile() throws IOException {
    write(root, "test_batch.bin", record(9, 1));
    List<String> usual = Cifar.open10(root, Part.TEST).classNames();
    assertEquals(10, usual.size());
    assertEquals("truck", usual.get(9));

    // As published: an empty line at the end.
    lines(
        root, "batches.meta.txt", "k0", "k1", "k2 ", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "");
    List<String> read = Cifar.open10(root, Part.TEST).classNames();
    assertEquals(IntStream.range(0, 10).mapToObj(i -> "k" + i).toList(), read);
  }

  @Test
  void classNames_controlCharacter_error() throws IOException {
    write(root, "test_batch.bin", record(9, 1));
    lines(root, "batches.meta.txt", "a", "b", "c", "d", "e", "f", "g", "h\u001b[2J", "i", "j");
    assertError(
        () -> Cifar.open10(root, Part.TEST),
        root.resolve("batches.meta.txt") + ": expected class names without line breaks",
        "h\\u001b[2J");
  }

  @Test
  void classNames_wrongNumber_error() throws IOException {
    write(root, "test_batch.bin", record(9, 1));
    lines(root, "batches.meta.txt", "a", "b");
    assertError(
        () -> Cifar.open10(root, Part.TEST),
        root.resolve("batches.meta.txt") + ": expected 10 names, found 2");
  }

  @Test
  void open100_fineLabelCounts() throws IOException {
    Path folder = root.resolve("cifar-100-binary");
    write(folder, "train.bin", join(record100(19, 99, 5), record100(0, 42, 6)));
    write(folder, "test.bin", record100(1, 0, 7));

    ImageDataset data = Cifar.open100(root, Part.TRAIN);
    assertEquals("cifar100/train", data.name());
    assertEquals(List.of(99, 42), labels(data));
    assertPlanes(values(IMAGE, 5), data.image(0), SIDE, false);
    assertPlanes(values(IMAGE, 6), data.image(1), SIDE, false);
    assertEquals("class 99", data.classNames().get(99));
    assertEquals(List.of(0), labels(Cifar.open100(folder, Part.TEST)));
    assertError(
        () -> Cifar.open100(root, Part.UNLABELED), "expected part train or test, got unlabeled");

    Path file = folder.resolve("fine_label_names.txt");
    Files.write(file, IntStream.range(0, 100).mapToObj(i -> "fine" + i).toList());
    assertEquals("fine42", Cifar.open100(root, Part.TRAIN).classNames().get(42));
    Files.writeString(file, "apple\n");
    assertError(() -> Cifar.open100(root, Part.TRAIN), file + ": expected 100 names, found 1");
  }

  @Test
  void open100_coarseLabelAnyFineLabelOutOfRange_error() throws IOException {
    write(root, "train.bin", record100(200, 3, 1));
    assertEquals(List.of(3), labels(Cifar.open100(root, Part.TRAIN)));
    Path file = write(root, "train.bin", record100(0, 100, 1));
    assertError(
        () -> Cifar.open100(root, Part.TRAIN),
        file + ": expected labels 0 to 99, found 100 at image 0");
    write(root, "train.bin", record(3, 1));
    assertError(() -> Cifar.open100(root, Part.TRAIN), "expected a multiple of 3074 bytes");
  }

  @Test
  void read_fourThreads_sameAsSerial() throws Exception {
    for (int batch = 1; batch <= 5; batch++) {
      write(root, "data_batch_" + batch + ".bin", join(record(1, batch), record(2, 10 * batch)));
    }
    assertSameFromFourThreads(Cifar.open10(root, Part.TRAIN));
  }

  private static byte[] record(int label, int seed) {
    return join(bytes(label), values(IMAGE, seed));
  }

  private static byte[] record100(int coarse, int fine, int seed) {
    return join(bytes(coarse, fine), values(IMAGE, seed));
  }
}
