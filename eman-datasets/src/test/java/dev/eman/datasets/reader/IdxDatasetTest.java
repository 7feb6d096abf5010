package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ImageFolderTest.assertSameFromFourThreads;
import static dev.eman.datasets.reader.ImageFolderTest.labels;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static dev.eman.datasets.reader.RecordSamples.assertError;
import static dev.eman.datasets.reader.RecordSamples.bytes;
import static dev.eman.datasets.reader.RecordSamples.gzip;
import static dev.eman.datasets.reader.RecordSamples.idx;
import static dev.eman.datasets.reader.RecordSamples.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import dev.eman.core.fuzz.Reading;
import dev.eman.datasets.ImageDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxDatasetTest {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;
  private static final int COUNT = 7;
  private static final int HEIGHT = 4;
  private static final int WIDTH = 3;
  private static final int AREA = HEIGHT * WIDTH;
  private static final ImmutableList<String> CLASSES = ImmutableList.of("a", "b", "c");

  private static final byte[] PIXELS = values(COUNT * AREA, 1);
  private static final byte[] IMAGES_FILE = idx(IMAGES, new int[] {COUNT, HEIGHT, WIDTH}, PIXELS);
  private static final byte[] LABELS_FILE =
      idx(LABELS, new int[] {COUNT}, bytes(0, 1, 2, 2, 1, 0, 2));

  @TempDir Path root;
  private Path images;
  private Path labels;

  @BeforeEach
  void writeFiles() throws IOException {
    images = write(root, "images", IMAGES_FILE);
    labels = write(root, "labels", LABELS_FILE);
  }

  @Test
  void open_plain_pixelsAndLabelsExact() {
    ImageDataset data = open();
    assertEquals("digits", data.name());
    assertEquals(COUNT, data.size());
    assertEquals(1, data.channels());
    assertEquals(CLASSES, data.classNames());
    assertEquals(List.of(0, 1, 2, 2, 1, 0, 2), labels(data));
    assertEquals("digits#3", data.imageName(3));
    for (int i = 0; i < COUNT; i++) {
      assertEquals("image [4, 3, 1]", data.image(i).toString());
      assertArrayEquals(
          Arrays.copyOfRange(PIXELS, i * AREA, (i + 1) * AREA), data.image(i).toByteArray());
    }
  }

  @Test
  void open_gzip_sameAsPlain() throws IOException {
    ImageDataset plain = open();
    // By content, not by name: some tools unpack without renaming.
    for (String suffix : List.of("", ".gz")) {
      images = write(root, "packed-images" + suffix, gzip(IMAGES_FILE));
      labels = write(root, "packed-labels" + suffix, gzip(LABELS_FILE));
      ImageDataset compressed = open();
      assertEquals(labels(plain), labels(compressed));
      for (int i = 0; i < COUNT; i++) {
        assertArrayEquals(plain.image(i).toByteArray(), compressed.image(i).toByteArray());
      }
      assertEquals(plain.fingerprint(), compressed.fingerprint());
    }
  }

  @Test
  void fingerprint_otherPixelLabelOrShape_differs() throws IOException {
    String before = open().fingerprint();
    assertEquals(before, open().fingerprint());

    byte[] pixel = IMAGES_FILE.clone();
    pixel[pixel.length - 1] ^= 1;
    images = write(root, "pixel", pixel);
    assertNotEquals(before, open().fingerprint());

    images = write(root, "turned", idx(IMAGES, new int[] {COUNT, WIDTH, HEIGHT}, PIXELS));
    assertNotEquals(before, open().fingerprint());

    images = write(root, "images", IMAGES_FILE);
    labels = write(root, "labels", idx(LABELS, new int[] {COUNT}, bytes(0, 1, 2, 2, 1, 0, 1)));
    assertNotEquals(before, open().fingerprint());
  }

  @Test
  void read_fourThreads_sameAsSerial() throws Exception {
    assertSameFromFourThreads(open());
  }

  @Test
  void read_indexOutOfRange_refused() {
    ImageDataset data = open();
    assertThrows(IndexOutOfBoundsException.class, () -> data.image(COUNT));
    assertThrows(IndexOutOfBoundsException.class, () -> data.label(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> data.imageName(COUNT));
  }

  @Test
  void open_wrongMagic_error() throws IOException {
    images = write(root, "images", idx(LABELS, new int[] {COUNT, HEIGHT, WIDTH}, PIXELS));
    assertError(this::open, images.toString(), "00000803 of IDX images", "found 00000801");
    images = write(root, "images", "<!DOCTYPE html>".getBytes(StandardCharsets.UTF_8));
    assertError(this::open, images.toString(), "found 3c21444f");
    labels = write(root, "labels", IMAGES_FILE);
    assertError(this::open, labels.toString(), "00000801 of IDX labels", "found 00000803");
  }

  @Test
  void open_filesSwapped_error() {
    assertError(
        () -> IdxDataset.open(labels, images, "digits", CLASSES), images.toString(), "00000801");
  }

  @Test
  void open_truncatedPlain_error() throws IOException {
    images = write(root, "images", Arrays.copyOf(IMAGES_FILE, IMAGES_FILE.length - 1));
    assertError(this::open, images.toString(), "expected 100 bytes, found 99", "truncated");
    images = write(root, "images", Arrays.copyOf(IMAGES_FILE, 9));
    assertError(this::open, images.toString(), "expected 16 bytes, found 9", "truncated");
    labels = write(root, "labels", Arrays.copyOf(LABELS_FILE, LABELS_FILE.length - 2));
    assertError(this::open, labels.toString(), "expected 7 bytes, found 5", "truncated");
  }

  @Test
  void open_truncatedGzip_errorWhereverItEnds() throws IOException {
    byte[] packed = gzip(IMAGES_FILE);
    // From two bytes on it is known to be gzip; the last 8 are the trailer.
    for (int length = 2; length < packed.length; length++) {
      images = write(root, "images.gz", Arrays.copyOf(packed, length));
      assertError(this::open, images + ": expected a whole file", "truncated", "fetch it again");
    }
    images = write(root, "images.gz", gzip(Arrays.copyOf(IMAGES_FILE, IMAGES_FILE.length - 3)));
    assertError(this::open, images.toString(), "expected 84 bytes, found 81", "truncated");
    labels = write(root, "labels.gz", Arrays.copyOf(gzip(LABELS_FILE), 20));
    assertError(this::open, labels + ": expected a whole file", "truncated");
  }

  @Test
  void open_damagedGzip_errorWhereverTheDamage() throws IOException {
    byte[] packed = gzip(IMAGES_FILE);
    // Behind the header, whose fields mean little.
    for (int at = 10; at < packed.length; at++) {
      byte[] damaged = packed.clone();
      damaged[at] ^= 0x55;
      images = write(root, "images.gz", damaged);
      assertError(this::open, images.toString(), "expected");
    }
  }

  @Test
  void open_trailingBytes_error() throws IOException {
    images = write(root, "images", Arrays.copyOf(IMAGES_FILE, IMAGES_FILE.length + 1));
    assertError(this::open, images.toString(), "expected 100 bytes, found more", "damaged");
    images = write(root, "images", gzip(Arrays.copyOf(IMAGES_FILE, IMAGES_FILE.length + 1)));
    assertError(this::open, images.toString(), "expected 84 bytes, found more", "damaged");
    labels = write(root, "labels", Arrays.copyOf(LABELS_FILE, LABELS_FILE.length + 5));
    assertError(this::open, labels.toString(), "expected 7 bytes, found more", "damaged");
  }

  @Test
  void open_moreLabelsThanImages_errorNamesBoth() throws IOException {
    labels = write(root, "labels", idx(LABELS, new int[] {COUNT + 1}, new byte[COUNT + 1]));
    assertError(
        this::open, "found 7 images in " + images, "8 labels in " + labels, "belong together");
  }

  @Test
  void open_labelOutOfRange_error() throws IOException {
    labels = write(root, "labels", idx(LABELS, new int[] {COUNT}, bytes(0, 1, 2, 2, 3, 0, 2)));
    assertError(this::open, labels + ": expected labels 0 to 2, found 3 at image 4");
    labels = write(root, "labels", idx(LABELS, new int[] {COUNT}, bytes(0, 255, 2, 2, 1, 0, 2)));
    assertError(this::open, labels + ": expected labels 0 to 2, found 255 at image 1");
  }

  @Test
  void open_impossibleSizes_error() throws IOException {
    labels = write(root, "labels", idx(LABELS, new int[] {-1}, new byte[0]));
    assertError(this::open, labels + ": expected labels of sizes from 1", "found the sizes [-1]");
    labels = write(root, "labels", idx(LABELS, new int[] {0}, new byte[0]));
    assertError(this::open, labels.toString(), "found the sizes [0]");
    labels = write(root, "labels", LABELS_FILE);
    for (int[] sizes :
        new int[][] {
          {COUNT, 0, WIDTH}, {COUNT, 1 << 30, 4}, {1 << 22, 1 << 21, 1 << 21}, {COUNT, 5, -1},
        }) {
      images = write(root, "images", idx(IMAGES, sizes, PIXELS));
      assertError(this::open, images.toString(), "found the sizes " + Arrays.toString(sizes));
    }
  }

  /** Sizes that a file of this length cannot have: no memory is taken for them. */
  @Test
  void open_headerThatClaimsMoreThanTheFileHolds_error() throws IOException {
    int[] sizes = {COUNT, 5_000, 5_000};
    byte[] claiming = idx(IMAGES, sizes, PIXELS);
    images = write(root, "images", gzip(claiming));
    Reading.refuses("has or unpacks to no more than", claiming.length, this::open);
    images = write(root, "images", claiming);
    Reading.refuses(images.toString(), claiming.length, this::open);
    byte[] labelsOnly = idx(LABELS, new int[] {2_000_000_000}, new byte[3]);
    for (byte[] file : new byte[][] {labelsOnly, gzip(labelsOnly)}) {
      labels = write(root, "labels", file);
      Reading.refuses(labels.toString(), file.length, this::open);
    }
  }

  @Test
  void open_missingFile_error() {
    Path gone = root.resolve("gone");
    assertError(
        () -> IdxDataset.open(gone, labels, "digits", CLASSES),
        "expected the file " + gone + ", found nothing");
    assertError(
        () -> IdxDataset.open(images, gone, "digits", CLASSES),
        "expected the file " + gone + ", found nothing");
    assertError(() -> IdxDataset.open(root, labels, "digits", CLASSES), root.toString());
  }

  @Test
  void open_emptyFile_error() throws IOException {
    images = write(root, "images", new byte[0]);
    assertError(this::open, images.toString(), "expected the magic number", "found an empty file");
    images = write(root, "images", gzip(new byte[0]));
    assertError(this::open, images.toString(), "found an empty file");
    labels = write(root, "labels", new byte[0]);
    assertError(this::open, labels.toString(), "found an empty file");
  }

  private ImageDataset open() {
    return IdxDataset.open(images, labels, "digits", CLASSES);
  }
}
