package dev.eman.datasets.check;

import static dev.eman.datasets.check.Pictures.picture;
import static dev.eman.datasets.check.Pictures.scaled;
import static dev.eman.datasets.check.Pictures.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Bytes;
import dev.eman.datasets.DataDirectories;
import dev.eman.datasets.Datasets;
import dev.eman.datasets.image.DecodePlan;
import dev.eman.datasets.image.Image;
import dev.eman.datasets.image.ImageDecoder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clean set of 2 classes, spoiled in one way by each test. */
final class DataCheckTest {
  @TempDir Path root;

  @BeforeEach
  void cleanSet() throws IOException {
    long seed = 0;
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 8; i++) {
        write(file("train/" + name + "/" + i + ".png"), picture(30, 24, seed++));
      }
      for (int i = 0; i < 2; i++) {
        write(file("test/" + name + "/" + i + ".png"), picture(30, 24, seed++));
      }
    }
    write(file("unlabeled/u.png"), picture(20, 50, seed));
  }

  private Path file(String name) {
    return root.resolve(name);
  }

  private void copy(String from, String to) throws IOException {
    Files.createDirectories(file(to).getParent());
    Files.copy(file(from), file(to));
  }

  private CheckReport check() {
    return check(root);
  }

  private static CheckReport check(Path data) {
    return DataCheck.run(
        Datasets.named(data.toString()), DataDirectories.of(null), 2, CheckListener.NONE);
  }

  /** The findings, as one finding of a kind; nothing else is found. */
  private void assertFound(FindingKind kind, String part, String subject, String detail) {
    CheckReport report = check();
    assertEquals(List.of(new Finding(kind, part, subject, detail)), report.findings());
    assertEquals(kind.isError(), report.hasErrors());
  }

  @Test
  void run_cleanSet_nothingFound() {
    AtomicInteger decoded = new AtomicInteger();
    CheckReport report =
        DataCheck.run(
            Datasets.named(root.toString()),
            DataDirectories.of(null),
            2,
            (done, all) -> decoded.incrementAndGet());
    assertEquals(List.of(), report.findings());
    assertFalse(report.hasErrors());
    assertEquals(21, decoded.get());
    PartSummary train = report.parts().get(0);
    assertEquals(16, train.labeled());
    assertEquals(Map.of("cat", 8, "dog", 8), train.classes());
    assertEquals(new PartSummary.Spread(30, 30, 30), train.widths());
    assertEquals(0, report.parts().get(2).labeled());
    assertEquals(new PartSummary.Spread(50, 50, 50), report.parts().get(2).heights());
  }

  @Test
  void run_damagedImages_named() throws IOException {
    byte[] whole = Files.readAllBytes(file("train/cat/3.png"));
    Files.write(file("train/cat/3.png"), Arrays.copyOf(whole, whole.length / 2));
    Files.writeString(file("test/dog/1.png"), "no image");
    CheckReport report = check();
    assertEquals(
        List.of("cat/3.png", "dog/1.png"),
        report.of(FindingKind.CORRUPT).stream().map(Finding::subject).toList());
    assertEquals(2, report.findings().size());
    assertTrue(report.hasErrors());
  }

  @Test
  void run_trainingImageInTest_error() throws IOException {
    copy("train/cat/2.png", "test/cat/copy.png");
    assertFound(FindingKind.TRAIN_AND_TEST, "test", "cat/copy.png", "train, cat/2.png");
  }

  @Test
  void run_trainingImageNearlyInTest_warning() throws IOException {
    write(file("train/cat/large.png"), picture(120, 90, 50));
    write(file("test/cat/copy.jpg"), scaled(picture(120, 90, 50), 180, 135));
    assertFound(FindingKind.NEAR_TRAIN_AND_TEST, "test", "cat/copy.jpg", "train, cat/large.png");
  }

  @Test
  void run_trainingJpegInTestAsPng_error() throws IOException {
    Path jpeg = write(file("train/cat/large.jpg"), picture(300, 300, 50));
    write(file("test/cat/copy.png"), decoded(jpeg));
    assertFound(FindingKind.TRAIN_AND_TEST, "test", "cat/copy.png", "train, cat/large.jpg");
  }

  @Test
  void run_jpegTwiceAndAsPng_oneIsTheFirst() throws IOException {
    Path jpeg = write(file("train/cat/large.jpg"), picture(300, 300, 50));
    write(file("train/cat/copy.png"), decoded(jpeg));
    copy("train/cat/large.jpg", "train/cat/twin.jpg");
    CheckReport report = check();
    assertEquals(
        List.of("cat/large.jpg", "cat/twin.jpg"),
        report.of(FindingKind.DUPLICATE).stream().map(Finding::subject).toList());
    assertEquals(2, report.findings().size(), report::toString);
  }

  private static BufferedImage decoded(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Image image = new Image();
    ImageDecoder.local().decode(content, content.length, "a.jpg", DecodePlan.WHOLE, image);
    BufferedImage pixels =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int rgb = image.get(x, y, 0) << 16 | image.get(x, y, 1) << 8 | image.get(x, y, 2);
        pixels.setRGB(x, y, rgb);
      }
    }
    return pixels;
  }

  @Test
  void run_copiesWithoutTestImages_holdOutExplained() throws IOException {
    copy("train/cat/1.png", "train/cat/copy.png");
    assertEquals(List.of(), check().notes());
    for (String image : List.of("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")) {
      Files.delete(file("test/" + image));
    }
    Files.delete(file("test/cat"));
    Files.delete(file("test/dog"));
    Files.delete(file("test"));
    CheckReport report = check();
    assertEquals(1, report.of(FindingKind.DUPLICATE).size(), report::toString);
    assertEquals(1, report.notes().size(), report::toString);
    String note = report.notes().get(0);
    assertTrue(note.startsWith("no test images: --holdout keeps copies of one file"), note);
    Files.delete(file("train/cat/copy.png"));
    assertEquals(List.of(), check().notes());
  }

  @Test
  void run_copiesAndTestImagesThatCannotBeOpened_nothingSaidOfHoldOut() throws IOException {
    copy("train/cat/1.png", "train/cat/copy.png");
    for (String image : List.of("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")) {
      Files.delete(file("test/" + image));
    }
    CheckReport report = check();
    assertEquals(1, report.of(FindingKind.DUPLICATE).size(), report::toString);
    assertEquals(1, report.of(FindingKind.UNREADABLE_PART).size(), report::toString);
    assertEquals(List.of(), report.notes());
  }

  @Test
  void run_testImageUnlabelled_warning() throws IOException {
    copy("test/cat/1.png", "unlabeled/copy.png");
    copy("train/cat/1.png", "unlabeled/harmless.png");
    assertFound(FindingKind.UNLABELED_AND_TEST, "unlabeled", "copy.png", "test, cat/1.png");
  }

  @Test
  void run_twoLabels_error() throws IOException {
    copy("train/cat/2.png", "train/dog/copy.png");
    CheckReport report = check();
    assertEquals(
        List.of(
            new Finding(
                FindingKind.CONFLICTING_LABELS,
                "train",
                "dog/copy.png",
                "dog; as cat: train, cat/2.png"),
            new Finding(FindingKind.DUPLICATE, "train", "dog/copy.png", "train, cat/2.png")),
        report.findings());
    assertTrue(report.hasErrors());
  }

  @Test
  void run_nearlySameWithTwoLabels_warning() throws IOException {
    write(file("train/cat/large.png"), picture(120, 90, 50));
    write(file("train/dog/copy.jpg"), picture(120, 90, 50));
    CheckReport report = check();
    assertEquals(
        List.of(FindingKind.NEAR_CONFLICTING_LABELS, FindingKind.NEAR_DUPLICATE),
        report.findings().stream().map(Finding::kind).toList());
    assertFalse(report.hasErrors());
  }

  /** From afar both look the same: fine squares on the picture, of 2 levels and of 14. */
  @Test
  void run_otherDetails_onlyFaintOnesAreNearlyTheSame() throws IOException {
    write(file("train/cat/large.png"), picture(32, 32, 50));
    write(file("train/cat/squares.png"), squared(picture(32, 32, 50), 14));
    assertEquals(List.of(), check().findings());
    write(file("train/cat/faint.png"), squared(picture(32, 32, 50), 2));
    assertEquals(
        List.of("cat/large.png"),
        check().of(FindingKind.NEAR_DUPLICATE).stream().map(Finding::subject).toList());
  }

  private static BufferedImage squared(BufferedImage image, int levels) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        for (int c = 0; c < 3; c++) {
          int value = image.getRaster().getSample(x, y, c) + ((x + y) % 2 == 0 ? levels : -levels);
          image.getRaster().setSample(x, y, c, Math.max(0, Math.min(255, value)));
        }
      }
    }
    return image;
  }

  @Test
  void run_copiesInOnePart_eachOnce() throws IOException {
    copy("train/cat/2.png", "train/cat/copy.png");
    copy("train/cat/2.png", "train/cat/copy2.png");
    CheckReport report = check();
    assertEquals(
        List.of("cat/copy.png", "cat/copy2.png"),
        report.of(FindingKind.DUPLICATE).stream().map(Finding::subject).toList());
    assertEquals(2, report.findings().size());
  }

  @Test
  void run_otherColours_notTheSame() throws IOException {
    BufferedImage turned = picture(30, 24, 2);
    for (int i = 0; i < 30 * 24; i++) { // Red, green and blue change places; brightness stays.
      int rgb = turned.getRGB(i % 30, i / 30) & 0xffffff;
      turned.setRGB(i % 30, i / 30, rgb >> 8 | (rgb & 0xff) << 16);
    }
    write(file("train/cat/turned.png"), turned);
    assertEquals(List.of(), check().findings());
  }

  @Test
  void run_classesDiffer_testOnlyIsError() throws IOException {
    write(file("test/cow/0.png"), picture(30, 24, 99));
    assertFound(FindingKind.CLASS_ONLY_IN_TEST, "test", "cow", "1 image");
  }

  @Test
  void run_classWithoutTestImages_warning() throws IOException {
    Files.delete(file("test/dog/0.png"));
    Files.delete(file("test/dog/1.png"));
    assertFound(FindingKind.CLASS_NOT_IN_TEST, "test", "dog", "");
  }

  @Test
  void run_fewImagesOfAClass_warning() throws IOException {
    Files.delete(file("train/dog/0.png"));
    assertFound(FindingKind.TINY_CLASS, "train", "dog", "7 images");
  }

  @Test
  void run_unevenClasses_ratioNamed() throws IOException {
    for (int i = 0; i < 73; i++) {
      write(file("train/dog/more" + i + ".png"), picture(12, 10, 1000 + i));
    }
    assertFound(FindingKind.IMBALANCE, "train", "", "dog has 81 images, cat has 8 images");
  }

  @Test
  void run_namesDifferInCapitals_warning() throws IOException {
    for (int i = 0; i < 8; i++) {
      write(file("train/Cat/" + i + ".png"), picture(30, 24, 1000 + i));
    }
    write(file("test/Cat/0.png"), picture(30, 24, 2000));
    assertFound(FindingKind.SIMILAR_NAMES, "train", "cat", "Cat");
  }

  /** As where one part was unpacked on another system. */
  @Test
  void run_testClassInAnotherUnicodeForm_saidWhatToDo() throws IOException {
    Files.move(file("train/cat"), file("train/k\u00e4fer"));
    Files.move(file("test/cat"), file("test/ka\u0308fer"));
    String advice =
        " has the same letters in another Unicode form; rename, or save the table in that form";
    assertEquals(
        List.of(
            new Finding(
                FindingKind.CLASS_ONLY_IN_TEST,
                "test",
                "ka\u0308fer",
                "2 images; a training class" + advice),
            new Finding(
                FindingKind.CLASS_NOT_IN_TEST, "test", "k\u00e4fer", "a test class" + advice)),
        check().findings());
  }

  @Test
  void run_namesDifferInUnicodeForm_warning() throws IOException {
    for (String name : List.of("K\u00e4fer", "Ka\u0308fer")) {
      for (int i = 0; i < 8; i++) {
        write(file("train/" + name + "/" + i + ".png"), picture(30, 24, 1000 * name.length() + i));
      }
      write(file("test/" + name + "/0.png"), picture(30, 24, 9000 + name.length()));
    }
    assertFound(
        FindingKind.SIMILAR_NAMES,
        "train",
        "K\u00e4fer",
        "Ka\u0308fer: the same letters in another Unicode form; rename, or save the table in that"
            + " form");
  }

  @Test
  void run_labelsOfOneClass_warning() throws IOException {
    for (int i = 0; i < 8; i++) {
      write(file("one/train/cat/" + i + ".png"), picture(30, 24, 100 + i));
    }
    assertEquals(
        List.of(new Finding(FindingKind.ONE_CLASS, "train", "cat", "8 images")),
        check(file("one")).findings());
    assertFalse(FindingKind.ONE_CLASS.isError(), "methods without labels need no second one");
  }

  @Test
  void run_strayBytesInJpeg_warning() throws IOException {
    Path file = write(file("train/cat/stray.jpg"), picture(30, 24, 60));
    byte[] jpeg = Files.readAllBytes(file);
    int second = 4 + (jpeg[4] & 0xff) * 256 + (jpeg[5] & 0xff); // Behind the first segment.
    Files.write(
        file,
        Bytes.concat(
            Arrays.copyOf(jpeg, second),
            new byte[3],
            Arrays.copyOfRange(jpeg, second, jpeg.length)));
    CheckReport report = check();
    assertEquals(
        List.of("cat/stray.jpg"),
        report.of(FindingKind.IRREGULAR).stream().map(Finding::subject).toList());
    assertEquals(1, report.findings().size());
    assertFalse(report.hasErrors());
  }

  @Test
  void run_photoTakenUpright_counted() throws IOException {
    Path file = write(file("train/cat/upright.jpg"), picture(30, 24, 60));
    byte[] jpeg = Files.readAllBytes(file);
    byte[] exif = {
      -1, -31, 0, 34, 'E', 'x', 'i', 'f', 0, 0, // APP1
      'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0
    };
    Files.write(
        file, Bytes.concat(Arrays.copyOf(jpeg, 2), exif, Arrays.copyOfRange(jpeg, 2, jpeg.length)));
    CheckReport report = check();
    assertEquals(List.of(), report.findings());
    assertEquals(1, report.parts().get(0).turned());
    assertEquals(0, report.parts().get(1).turned());
    assertEquals(new PartSummary.Spread(24, 30, 30), report.parts().get(0).widths());
  }

  @Test
  void run_longImage_warning() throws IOException {
    write(file("train/cat/long.png"), picture(181, 60, 77));
    assertFound(FindingKind.ASPECT_RATIO, "train", "cat/long.png", "181x60");
  }

  /** It would take 25 million pixels at the usual size, for a square out of it. */
  @Test
  void run_imageTooLongToBeScaled_error() throws IOException {
    write(file("train/cat/strip.png"), picture(1, 500, 77));
    CheckReport report = check();
    assertEquals(
        List.of(FindingKind.TOO_LONG),
        report.findings().stream().map(Finding::kind).toList(),
        report::toString);
    Finding strip = report.findings().get(0);
    assertEquals("cat/strip.png", strip.subject());
    assertTrue(strip.detail().contains("found 224 x 112,000"), strip.detail());
    assertTrue(report.hasErrors());
  }

  @Test
  void run_tableWithBadRow_partUnreadable() throws IOException {
    Path table = file("photos.csv");
    Files.write(table, List.of("image,label", "train/cat/0.png,cat", "gone.png,dog"));
    CheckReport report = check(table);
    assertEquals(FindingKind.UNREADABLE_PART, report.findings().get(0).kind());
    assertTrue(report.findings().get(0).detail().contains("row 3"), report.toString());
    assertTrue(report.hasErrors());
  }
}
