package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ImageFolderTest.assertMessage;
import static dev.eman.datasets.reader.ImageNetSamples.DEVKIT;
import static dev.eman.datasets.reader.ImageNetSamples.TRAIN_TAR;
import static dev.eman.datasets.reader.ImageNetSamples.VAL_TAR;
import static dev.eman.datasets.reader.ImageNetSamples.makeFlatVal;
import static dev.eman.datasets.reader.ImageNetSamples.makeTruth;
import static dev.eman.datasets.reader.ImageNetSamples.trainTar;
import static dev.eman.datasets.reader.ImageNetSamples.valName;
import static dev.eman.datasets.reader.ReaderSamples.lines;
import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.tar;
import static dev.eman.datasets.reader.ReaderSamples.write;

import dev.eman.datasets.DatasetException;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageNetErrorTest {
  @TempDir Path root;

  @Test
  void open_truncatedArchive_errorWhereverItIsCut() throws IOException {
    byte[] whole = trainTar();
    // The last bytes are the archive's padding, without which it is still whole.
    for (int length = 0; length < whole.length - 9 * 1024; length += 700) {
      write(root, TRAIN_TAR, Arrays.copyOf(whole, length));
      assertError(Part.TRAIN, TRAIN_TAR, "truncated, damaged or no tar archive");
    }
  }

  @Test
  void open_archiveOfSomethingElse_error() throws IOException {
    byte[] text = "All of this is text. ".repeat(400).getBytes(StandardCharsets.UTF_8);
    write(root, TRAIN_TAR, text);
    assertError(Part.TRAIN, TRAIN_TAR, "no tar archive");
    write(root, TRAIN_TAR, new byte[10240]);
    assertError(Part.TRAIN, TRAIN_TAR, "found none");
    write(root, TRAIN_TAR, tar(Map.of("n01_1.JPEG", png(1))));
    assertError(Part.TRAIN, "expected only archives named after their class", "n01_1.JPEG");
    write(root, TRAIN_TAR, tar(Map.of("n01.tar", text)));
    assertError(Part.TRAIN, TRAIN_TAR + ":n01.tar", "no tar archive");
    write(root, TRAIN_TAR, tar(Map.of("n01.tar", tar(Map.of("notes.txt", text)))));
    assertError(Part.TRAIN, TRAIN_TAR + ":n01.tar", "expected at least one image");
    Map<String, byte[]> twice = new LinkedHashMap<>();
    twice.put("n01.tar", tar(Map.of("n01_1.JPEG", png(1))));
    twice.put("again/n01.tar", tar(Map.of("n01_1.JPEG", png(1))));
    write(root, TRAIN_TAR, tar(twice));
    assertError(Part.TRAIN, "several named n01.tar");
  }

  /** The library that reads archives holds a name in memory, whatever its size. */
  @Test
  void open_nameOfMegabytes_error() throws IOException {
    write(root, TRAIN_TAR, tar(Map.of("n01.tar", longName())));
    assertError(Part.TRAIN, TRAIN_TAR + ":n01.tar", "a name or header of 2097152 bytes");
    write(root, TRAIN_TAR, longName());
    assertError(Part.TRAIN, TRAIN_TAR, "a name or header of 2097152 bytes");
  }

  /** GNU's way to write names that do not fit a header. */
  private static byte[] longName() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
      name.setSize(2 << 20);
      tar.putArchiveEntry(name);
      tar.write("n".repeat(2 << 20).getBytes(StandardCharsets.UTF_8));
      tar.closeArchiveEntry();
      tar.putArchiveEntry(new TarArchiveEntry("n"));
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  @Test
  void open_wrongTruth_error() throws IOException {
    String truth = DEVKIT + "ILSVRC2012_validation_ground_truth.txt";
    makeFlatVal(root);
    assertError(Part.TEST, "LOC_val_solution.csv", "none of them");
    makeTruth(root);
    lines(root, truth, "2", "3", "2");
    assertError(Part.TEST, valName(4), "not listed");
    lines(root, truth, "2", "3", "2", "1", "1");
    assertError(Part.TEST, "found 5 lines and 4 images");
    lines(root, truth, "2", "3", "4", "1");
    assertError(Part.TEST, "line 3: expected an ILSVRC2012_ID from 1 to 3", "found 4");
    lines(root, truth, "2", "", "3", "1");
    assertError(Part.TEST, "line 2");
    lines(root, truth, "2", "3", "2", "1");
    lines(root, DEVKIT + "meta.txt", "n01", "n02", "n02");
    assertError(Part.TEST, "n02 twice");
    Files.delete(root.resolve(DEVKIT + "meta.txt"));
    assertError(Part.TEST, "alone", "meta.txt");
    lines(root, "map_clsloc.txt", "n01 3 some_fish", "n02 x shark", "n03 2 hen");
    assertError(Part.TEST, "map_clsloc.txt, line 2", "n02 x shark");
    Files.delete(root.resolve(truth));
    lines(root, "LOC_val_solution.csv", "ImageId,PredictionString", "n02");
    assertError(Part.TEST, "LOC_val_solution.csv, line 2");
  }

  @Test
  void open_thousandClassesInAlphabeticalOrder_error() throws IOException {
    makeFlatVal(root);
    makeTruth(root);
    lines(
        root,
        DEVKIT + "meta.txt",
        IntStream.range(0, 1000).mapToObj(i -> "n" + (1000 + i)).toArray(String[]::new));
    assertError(Part.TEST, "in the order of ILSVRC2012_ID", "alphabetical");
  }

  @Test
  void open_nothingThere_errorListsForms() throws IOException {
    write(root, "something.zip", new byte[1]);
    assertError(Part.TRAIN, "train/<wnid>/*.JPEG", TRAIN_TAR, "something.zip");
    assertError(Part.TEST, "val/<wnid>/*.JPEG, val/*.JPEG", VAL_TAR);
    assertError(Part.UNLABELED, "expected part train or test");
    assertMessage(
        DatasetException.class,
        () -> ImageNet.open(root.resolve("none"), Part.TRAIN, null),
        "no such folder");
    write(root, "val/n01/a.JPEG", png(1));
    write(root, "val/a.JPEG", png(1));
    assertError(Part.TEST, "found both");
  }

  private ImageDataset open(Part part) {
    return ImageNet.open(root, part, null);
  }

  private void assertError(Part part, String... parts) {
    assertMessage(DatasetException.class, () -> open(part), parts);
  }
}
