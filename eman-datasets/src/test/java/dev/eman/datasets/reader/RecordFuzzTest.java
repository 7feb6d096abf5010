package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.RecordSamples.gzip;
import static dev.eman.datasets.reader.RecordSamples.idx;
import static dev.eman.datasets.reader.RecordSamples.values;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.primitives.ImmutableIntArray;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * Damaged files of records. Without gzip these formats have no checksums: a wrong length and an
 * impossible label can be noticed, another pixel or another label of the same range cannot.
 */
@AddLifecycleHook(FuzzSettings.class)
final class RecordFuzzTest {
  private static final ImmutableList<String> CLASSES = ImmutableList.of("a", "b", "c");
  private static final byte[] IMAGES = idx(0x803, new int[] {5, 3, 4}, values(60, 1));
  private static final byte[] LABELS = idx(0x801, new int[] {5}, new byte[] {0, 1, 2, 1, 0});

  private Path folder;

  @BeforeProperty
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("records");
  }

  @AfterProperty
  void deleteFolder() throws IOException {
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Property(tries = 200)
  void idx_noise_neverADataSet(@ForAll("noise") byte[] images, @ForAll boolean gzip)
      throws Exception {
    assertFalse(opensIdx(gzip ? gzip(images) : images, LABELS));
    assertFalse(opensIdx(IMAGES, gzip ? gzip(images) : images));
  }

  @Property(tries = 200)
  void idx_damaged_errorOrAsManyImages(@ForAll("damage") Damage damage, @ForAll boolean ofLabels)
      throws Exception {
    opensIdx(ofLabels ? IMAGES : damage.to(IMAGES), ofLabels ? damage.to(LABELS) : LABELS);
  }

  @Property(tries = 200)
  void idx_damagedWithinGzip_errorOrAsManyImages(
      @ForAll("damage") Damage damage, @ForAll boolean ofLabels) throws Exception {
    opensIdx(
        ofLabels ? IMAGES : gzip(damage.to(IMAGES)), ofLabels ? gzip(damage.to(LABELS)) : LABELS);
  }

  @Property(tries = 200)
  void idx_damagedGzip_errorOrTheSame(@ForAll("damage") Damage damage) throws Exception {
    Path images = Files.write(folder.resolve("images"), damage.to(gzip(IMAGES)));
    Path labels = Files.write(folder.resolve("labels"), LABELS);
    Path plain = Files.write(folder.resolve("plain"), IMAGES);
    String expected = IdxDataset.open(plain, labels, "x", CLASSES).fingerprint();
    Reading.succeedsOrNames(
        folder.toString(),
        () -> assertEquals(expected, IdxDataset.open(images, labels, "x", CLASSES).fingerprint()));
  }

  /** A header in order, before nothing. */
  @Property(tries = 200)
  void idx_claimedSizes_refusedBeforeAllocation(@ForAll("sizes") int[] sizes, @ForAll boolean gzip)
      throws Exception {
    byte[] images = idx(0x803, sizes, new byte[7]);
    assertFalse(opensIdx(gzip ? gzip(images) : images, LABELS));
    byte[] labels = idx(0x801, new int[] {sizes[0]}, new byte[7]);
    assertFalse(opensIdx(IMAGES, gzip ? gzip(labels) : labels));
  }

  @Provide
  Arbitrary<int[]> sizes() {
    return Arbitraries.of(-1, 0, 1, 5, 46_341, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE)
        .array(int[].class)
        .ofSize(3);
  }

  @Property(tries = 200)
  void cifar_damaged_errorOrWholeRecords(@ForAll("damage") Damage damage, @ForAll boolean many)
      throws Exception {
    Path root = fresh("cifar");
    byte[] record = values(many ? 3074 : 3073, 3);
    record[0] = 3;
    record[1] = 4;
    Files.write(root.resolve(many ? "train.bin" : "data_batch_1.bin"), damage.to(record));
    opens(() -> many ? Cifar.open100(root, Part.TRAIN) : Cifar.open10(root, Part.TRAIN));
  }

  @Property(tries = 200)
  void cifar_damagedRecordsOrNames_errorOrTheseClasses(
      @ForAll("records") byte[] records, @ForAll("damage") Damage damage) throws Exception {
    Path root = fresh("cifar");
    Files.write(root.resolve("test_batch.bin"), records);
    byte[] names = "plane\ncar\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n".getBytes(UTF_8);
    Files.write(root.resolve("batches.meta.txt"), damage.to(names));
    opens(() -> Cifar.open10(root, Part.TEST));
  }

  /** Whole records, with any labels. */
  @Provide
  Arbitrary<byte[]> records() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3), Arbitraries.integers().between(0, 12))
        .as(
            (count, label) -> {
              ByteBuffer file = ByteBuffer.allocate(count * 3073);
              for (int i = 0; i < count; i++) {
                file.put((byte) (int) label).put(values(3072, i));
              }
              return file.array();
            });
  }

  @Property(tries = 200)
  void stl10_damaged_errorOrWholeRecords(@ForAll("damage") Damage damage, @ForAll boolean ofLabels)
      throws Exception {
    Path root = fresh("stl");
    byte[] images = values(2 * 96 * 96 * 3, 5);
    byte[] labels = {1, 10};
    Files.write(root.resolve("train_X.bin"), ofLabels ? images : damage.to(images));
    Files.write(root.resolve("train_y.bin"), ofLabels ? damage.to(labels) : labels);
    opens(() -> Stl10.open(root, Part.TRAIN));
  }

  @Property(tries = 200)
  void svhn_damaged_errorOrTheseClasses(@ForAll("damage") Damage damage, @ForAll boolean compressed)
      throws Exception {
    Path root = fresh("svhn");
    MatSamples mat = new MatSamples(ByteOrder.LITTLE_ENDIAN);
    byte[] plain =
        mat.file(
            mat.array(
                "X",
                MatSamples.UNSIGNED_BYTES,
                ImmutableIntArray.of(32, 32, 3),
                MatSamples.UINT8,
                values(3072, 5)),
            mat.array(
                "y",
                MatSamples.UNSIGNED_BYTES,
                ImmutableIntArray.of(1, 1),
                MatSamples.UINT8,
                new byte[] {10}));
    byte[] file = compressed ? mat.svhn(values(3072, 5), (byte) 10) : plain;
    Files.write(root.resolve("train_32x32.mat"), file);
    assertTrue(opens(() -> Svhn.open(root, Part.TRAIN)));
    Files.write(root.resolve("train_32x32.mat"), damage.to(file));
    opens(() -> Svhn.open(root, Part.TRAIN));
  }

  /** Files of many gigabytes that take no room on the disk. */
  @Example
  void largeFiles_refusedBeforeAllocation() throws Exception {
    Path cifar = fresh("cifar");
    makeLarge(cifar.resolve("test_batch.bin"), 3073L * 1_000_000);
    assertFalse(opens(() -> Cifar.open10(cifar, Part.TEST)));

    Path stl = fresh("stl");
    Files.write(stl.resolve("train_X.bin"), new byte[96 * 96 * 3]);
    makeLarge(stl.resolve("train_y.bin"), 3L << 30);
    assertFalse(opens(() -> Stl10.open(stl, Part.TRAIN)));
  }

  private static void makeLarge(Path file, long length) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(length);
    }
  }

  private Path fresh(String name) throws IOException {
    Path root = folder.resolve(name);
    Files.createDirectories(root);
    return root;
  }

  private boolean opensIdx(byte[] imageFile, byte[] labelFile) throws Exception {
    Path images = Files.write(folder.resolve("images"), imageFile);
    Path labels = Files.write(folder.resolve("labels"), labelFile);
    return opens(() -> IdxDataset.open(images, labels, "x", CLASSES));
  }

  /** Whether it is a data set, whose images and labels are then as they must be. */
  private boolean opens(Callable<ImageDataset> open) throws Exception {
    return Reading.succeedsOrNames(
        folder.toString(),
        () -> {
          ImageDataset data = open.call();
          assertTrue(data.size() > 0);
          Image image = new Image();
          for (int i = 0; i < data.size(); i++) {
            data.read(i, image);
            assertTrue(data.label(i) >= 0 && data.label(i) < data.classNames().size());
          }
          assertEquals(32, data.fingerprint().length());
        });
  }
}
