package dev.eman.datasets.reader;

import static dev.eman.datasets.reader.ReaderSamples.png;
import static dev.eman.datasets.reader.ReaderSamples.tar;
import static dev.eman.datasets.reader.ReaderSamples.write;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.eman.core.fuzz.Damage;
import dev.eman.core.fuzz.FuzzSettings;
import dev.eman.core.fuzz.Reading;
import dev.eman.datasets.ImageDataset;
import dev.eman.datasets.Part;
import dev.eman.datasets.image.CorruptImageException;
import dev.eman.datasets.image.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * Damaged archives, lists of classes and indexes. A tar archive has a weak sum for each header and
 * none for the content: a damaged image is noticed by its own checksum, if it has one, when it is
 * read.
 */
@AddLifecycleHook(FuzzSettings.class)
final class ArchiveFuzzTest {
  private static final int RECORD = 512;

  private Path root;

  @BeforeProperty
  void makeRoot() throws IOException {
    png(1); // Loads what makes images.
    root = Files.createTempDirectory("archives");
  }

  @AfterProperty
  void deleteRoot() throws IOException {
    MoreFiles.deleteRecursively(root, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  @Provide
  Arbitrary<byte[]> noise() {
    return Damage.noise();
  }

  @Provide
  Arbitrary<Damage> damage() {
    return Damage.any();
  }

  @Property(tries = 100)
  void archive_noise_neverADataSet(@ForAll("noise") byte[] noise, @ForAll boolean within)
      throws Exception {
    assertFalse(opensTrain(within ? tar(Map.of("n01.tar", noise)) : noise));
  }

  @Property(tries = 250)
  void archive_damaged_errorOrImagesOfIt(@ForAll("damage") Damage damage, @ForAll boolean signed)
      throws Exception {
    byte[] file = damage.to(trainTar());
    opensTrain(signed ? signed(file) : file);
  }

  /** Every header in turn, each of its numbers, in all the ways that tar writes them. */
  @Property(tries = 250)
  void archive_damagedHeader_errorOrImagesOfIt(
      @ForAll("headers") int header, @ForAll("fields") int field, @ForAll("numbers") byte[] number)
      throws Exception {
    byte[] file = trainTar();
    int at = header * RECORD + field;
    System.arraycopy(number, 0, file, at, number.length);
    opensTrain(signed(file));
  }

  @Provide
  Arbitrary<Integer> headers() {
    return Arbitraries.of(0, 1, 3, 7, 8, 10);
  }

  /** Mode, owner, size, time, kind, sparse sizes. */
  @Provide
  Arbitrary<Integer> fields() {
    return Arbitraries.of(100, 108, 124, 136, 156, 257, 329, 345, 386, 398, 482, 483);
  }

  @Provide
  Arbitrary<byte[]> numbers() {
    return Arbitraries.of(
            "77777777777\0",
            "00000000000\0",
            "\u0080\0\0\0\u007fÿÿÿÿÿÿÿ",
            "ÿÿÿÿÿÿÿÿÿÿÿÿ",
            "\u0080ÿÿÿÿÿÿÿÿÿÿÿ",
            "-1         \0",
            "99999999999\0",
            "S",
            "x",
            "g",
            "L",
            "K",
            "2",
            "5",
            "\u0080\0\0\0\0\0\0\0\0\0\0\0",
            "00000177000\0",
            "\1")
        .map(text -> text.getBytes(ISO_8859_1));
  }

  @Property(tries = 150)
  void validation_damagedArchiveOrTruth_errorOrImagesOfIt(
      @ForAll("damage") Damage damage, @ForAll("truths") String which) throws Exception {
    Map<String, byte[]> images = new LinkedHashMap<>();
    images.put("ILSVRC2012_val_00000001.JPEG", png(1));
    images.put("ILSVRC2012_val_00000002.JPEG", png(2));
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(ImageNetSamples.VAL_TAR, tar(images));
    files.put(GroundTruth.TRUTH, "2\n1\n".getBytes(UTF_8));
    files.put(GroundTruth.SYNSETS, "n02 shark\nn01\n".getBytes(UTF_8));
    files.put(GroundTruth.CLSLOC, "n02 1 shark\nn01 2 hen\n".getBytes(UTF_8));
    files.put(
        GroundTruth.SOLUTION,
        "ImageId,X\nILSVRC2012_val_00000001,n02 1 2\nILSVRC2012_val_00000002,n01 3\n"
            .getBytes(UTF_8));
    Path folder = root.resolve(which);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (isUsed(file.getKey(), which)) {
        boolean damaged = file.getKey().equals(which);
        write(folder, file.getKey(), damaged ? damage.to(file.getValue()) : file.getValue());
      }
    }
    opens(() -> ImageNet.open(folder, Part.TEST, null));
  }

  @Provide
  Arbitrary<String> truths() {
    return Arbitraries.of(
        ImageNetSamples.VAL_TAR,
        GroundTruth.TRUTH,
        GroundTruth.SYNSETS,
        GroundTruth.CLSLOC,
        GroundTruth.SOLUTION);
  }

  /** Which of the lists that mean the same are there when one is damaged. */
  private static boolean isUsed(String file, String damaged) {
    return switch (file) {
      case GroundTruth.SYNSETS -> !damaged.equals(GroundTruth.CLSLOC);
      case GroundTruth.TRUTH -> !damaged.equals(GroundTruth.SOLUTION);
      default -> true;
    };
  }

  @Property(tries = 100)
  void cache_damaged_madeAnewOrTheSame(@ForAll("damage") Damage damage, @ForAll boolean noise)
      throws Exception {
    Path archive = write(root, "train.tar", trainTar());
    ReaderSamples.age(archive);
    Path cache = root.resolve("cache");
    String expected;
    try (ImageArchive images = ImageArchive.open(archive, "x", cache)) {
      expected = images.fingerprint() + images.imageName(3) + images.size();
    }
    Path index = ReaderSamples.onlyFile(cache);
    byte[] sound = Files.readAllBytes(index);
    Files.write(index, noise ? damage.to(new byte[200]) : damage.to(sound));
    try (ImageArchive images = ImageArchive.open(archive, "x", cache)) {
      assertEquals(expected, images.fingerprint() + images.imageName(3) + images.size());
    }
    Files.write(index, sound);
  }

  /** As a program would write it that is in error: with the right checksum. */
  @Property(tries = 250)
  void index_damagedAndSigned_errorOrUsable(@ForAll("damage") Damage damage) throws Exception {
    Path archive = write(root, "train.tar", trainTar());
    Path file = root.resolve("some.index");
    try (PositionalFile tar = new PositionalFile(archive)) {
      Stamp stamp = new Stamp("about", ImmutableList.of(Stamp.Entry.of(archive)));
      IndexFile.write(file, new IndexCache.Stamped(TarScan.nested(tar), stamp));
    }
    byte[] damaged = damage.to(Files.readAllBytes(file));
    if (damaged.length >= 4) {
      CRC32 crc = new CRC32();
      crc.update(damaged, 0, damaged.length - 4);
      ByteBuffer.wrap(damaged).putInt(damaged.length - 4, (int) crc.getValue());
    }
    Files.write(file, damaged);
    IndexCache.Stamped read;
    try {
      read = IndexFile.read(file);
    } catch (IOException e) {
      return; // The cache makes it again.
    }
    read.stamp().isCurrent();
    for (int i = 0; i < read.index().size(); i++) {
      assertTrue(read.index().fileName(i).length() < 1000);
      assertTrue(read.index().bytes(i) >= 0 && read.index().position(i) >= 0);
      assertTrue(read.index().label(i) < read.index().classNames().size());
    }
  }

  private boolean opensTrain(byte[] content) throws Exception {
    Path archive = write(root, "train.tar", content);
    return opens(() -> ImageArchive.open(archive, "x", null));
  }

  private boolean opens(Callable<ImageDataset> open) throws Exception {
    return Reading.succeedsOrNames(
        root.toString(),
        () -> {
          try (ImageDataset data = open.call()) {
            assertTrue(data.size() > 0);
            Image image = new Image();
            for (int i = 0; i < data.size(); i++) {
              assertTrue(data.label(i) >= 0 && data.label(i) < data.classNames().size());
              try {
                data.read(i, image);
                assertEquals("image [4, 5, 3]", image.toString());
              } catch (CorruptImageException e) {
                assertTrue(e.getMessage().contains(data.imageName(i)), e::getMessage);
              }
            }
          }
        });
  }

  /** The archives' headers are records 0 and 7, their images' 1 and 3, and 8 and 10. */
  private static byte[] trainTar() throws IOException {
    Map<String, byte[]> archives = new LinkedHashMap<>();
    for (int c = 1; c <= 2; c++) {
      Map<String, byte[]> images = new LinkedHashMap<>();
      images.put("n0" + c + "_2.JPEG", png(c));
      images.put("n0" + c + "_1.JPEG", png(c + 10));
      // Without the padding to ten kilobytes.
      archives.put("n0" + c + ".tar", Arrays.copyOf(tar(images), 6 * RECORD));
    }
    return Arrays.copyOf(tar(archives), 16 * RECORD);
  }

  /** With the checksums of what begins as a header made to fit. */
  private static byte[] signed(byte[] tar) {
    byte[] signed = tar.clone();
    for (int at = 0; at + RECORD <= signed.length; at += RECORD) {
      if (signed[at] != 'n' || signed[at + 1] != '0') {
        continue;
      }
      Arrays.fill(signed, at + 148, at + 156, (byte) ' ');
      int sum = 0;
      for (int i = 0; i < RECORD; i++) {
        sum += signed[at + i] & 0xff;
      }
      byte[] text = String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(UTF_8);
      System.arraycopy(text, 0, signed, at + 148, 8);
    }
    return signed;
  }
}
