package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ObjectArrays;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorsCommandTest {
  @TempDir private Path folder;

  @Test
  void errors_ofARun_writesPageAndTableInOrder() throws IOException {
    Path run = folder.resolve("run");
    MainAccess trained =
        MainAccess.run(
            "train",
            "--out=" + run,
            "--algorithm=supervised",
            "--backbone=resnet8-w8",
            "--batch=16",
            "--steps=2",
            "--map-images=0");
    assertEquals(0, trained.exitCode(), trained.err());
    MainAccess found =
        MainAccess.run(
            "errors",
            run.toString(),
            "--parts=test",
            "--folds=2",
            "--shown=3",
            "--features=network",
            "--rule=by-noise-rate");
    assertEquals(0, found.exitCode(), found.err());
    List<String> rows = Files.readAllLines(run.resolve("errors.csv"));
    assertEquals("kind,part,image,label,suggested,score,other_image", rows.get(0));
    List<Double> scores =
        rows.stream()
            .filter(row -> row.startsWith("label,"))
            .map(row -> Double.valueOf(row.split(",", -1)[5]))
            .toList();
    assertTrue(scores.size() > 3, "a network of two steps is often wrong");
    for (int i = 1; i < scores.size(); i++) {
      assertTrue(scores.get(i) <= scores.get(i - 1));
    }
    String page = Files.readString(run.resolve("errors.html"));
    assertTrue(page.contains("Labels that are probably wrong: <b>"), page);
    assertTrue(page.contains("Shown are the first 3 of"), page);
    int pictures = page.split("<img ", -1).length - 1;
    assertEquals(pictures, page.split(" alt=\"fashion", -1).length - 1, "each has a text");
    Files.delete(run.resolve("errors.csv"));
    MainAccess again =
        MainAccess.run(
            "errors", run.resolve("last.ckpt").toString(), "--parts=test", "--features=pixels");
    assertEquals(0, again.exitCode(), again.err());
    assertTrue(Files.exists(run.resolve("errors.csv")), again.out());
  }

  /** Labels are judged by images that a classifier has not seen, which need no test set. */
  @Test
  void errors_runWithoutImagesToMeasureOn_searchesAll() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 30; i++) {
      BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setSample(i % 20, i % 7, 0, 255);
      Path to = Files.createDirectories(photos.resolve(i % 2 == 0 ? "even" : "odd"));
      assertTrue(ImageIO.write(image, "png", to.resolve(i + ".png").toFile()));
    }
    Path run = folder.resolve("run");
    MainAccess trained =
        MainAccess.run(
            "train",
            "--dataset=" + photos,
            "--holdout=0",
            "--algorithm=moco",
            "--out=" + run,
            "--backbone=resnet8-w4",
            "--size=16",
            "--batch=8",
            "--steps=2",
            "--map-images=0",
            "--set=queue=16");
    assertEquals(0, trained.exitCode(), trained.err());
    MainAccess found = MainAccess.run("errors", run.toString(), "--folds=2");
    assertEquals(0, found.exitCode(), found.err());
    assertTrue(Files.exists(run.resolve("errors.csv")));
    assertTrue(found.out().contains("30"), found.out());
  }

  @Test
  void help_options_oneNameForEachOfAList() {
    String help = MainAccess.run("errors", "--help").out();
    assertTrue(help.contains("--parts=PART[,PART...]"), help);
  }

  /** Classifiers that have not seen the image do not know its class. */
  @ParameterizedTest
  @ValueSource(strings = {"mixture", "confident-joint", "by-class"})
  void errors_imageAloneInItsClass_isNotJudged(String rule) throws IOException {
    Path photos = photosOfTwoClasses();
    photo(photos.resolve("alone/0.png"), true, 40); // No copy of another.
    MainAccess found =
        MainAccess.run(
            "errors", "--dataset=" + photos, "--rule=" + rule, "--out=" + folder.resolve("out"));
    assertEquals(0, found.exitCode(), found.err());
    assertTrue(found.out().contains("41 labelled images"), found.out());
    assertTrue(found.out().contains("not judged: the labels of 1 image"), found.out());
    assertTrue(found.out().contains("images that are there twice: "), found.out());
    // Of one or two labels a percentage would mislead.
    assertFalse(found.out().contains("% of these labels are wrong"), found.out());
    assertEquals(rule.equals("mixture"), found.out().contains("look at each one"), found.out());
    List<String> wrong = List.of("even/07.png odd", "odd/12.png even");
    if (rule.equals("mixture")) { // Names fewer where there are few.
      assertTrue(!labels().isEmpty() && wrong.containsAll(labels()), labels()::toString);
    } else {
      assertEquals(wrong, labels());
    }
    String page = Files.readString(folder.resolve("out/errors.html"));
    assertTrue(page.contains("Not judged: the labels of 1 image"), page);
  }

  /** The images that cannot be read are the first ones, so that all others move. */
  @Test
  void errors_imagesThatCannotBeRead_areSkippedAndTheOthersNamed() throws IOException {
    Path photos = photosOfTwoClasses();
    photo(photos.resolve("alone/0.png"), true, 40); // No copy of another.
    Files.writeString(photos.resolve("even/00.png"), "no image");
    Files.writeString(photos.resolve("even/03.png"), "no image");
    Path run = folder.resolve("run");
    MainAccess trained =
        MainAccess.run(
            "train",
            "--dataset=" + photos,
            "--corrupt-images=skip",
            "--algorithm=supervised",
            "--out=" + run,
            "--backbone=resnet8-w4",
            "--size=16",
            "--batch=8",
            "--steps=1",
            "--map-images=0");
    assertEquals(0, trained.exitCode(), trained.err());
    MainAccess found =
        MainAccess.run(
            "errors",
            run.toString(),
            "--features=pixels",
            "--rule=by-class",
            "--out=" + folder.resolve("out"));
    assertEquals(0, found.exitCode(), found.err());
    assertTrue(found.out().contains("39 labelled images"), found.out());
    assertEquals(List.of("even/07.png odd", "odd/12.png even"), labels());
  }

  /** The run held out some of the images, whose labels were others. */
  @Test
  void errors_labelsCorrectedSinceTheRun_searchesAllWithANote() throws IOException {
    Path photos = photosOfTwoClasses();
    Path table = folder.resolve("labels.csv");
    StringBuilder rows = new StringBuilder("image,label\n");
    for (String name : List.of("even", "odd")) {
      names(photos.resolve(name)).stream()
          .sorted()
          .forEach(n -> rows.append("photos/" + name + "/" + n + "," + name + "\n"));
    }
    Files.writeString(table, rows);
    for (String measured : List.of("--holdout=0.2", "--validation=0.2")) {
      Path run = folder.resolve("run" + measured.charAt(2));
      MainAccess trained =
          MainAccess.run(
              "train",
              "--dataset=" + table,
              measured,
              "--labels=50%",
              "--algorithm=supervised",
              "--out=" + run,
              "--backbone=resnet8-w4",
              "--size=16",
              "--batch=8",
              "--steps=1",
              "--map-images=0");
      assertEquals(0, trained.exitCode(), trained.err());
      Files.writeString(table, rows.toString().replace("07.png,even", "07.png,odd"));
      for (String[] own : new String[][] {{}, {"--dataset=" + table}}) {
        MainAccess found =
            MainAccess.run(
                ObjectArrays.concat(
                    new String[] {"errors", run.toString(), "--features=pixels"},
                    own,
                    String.class));
        assertEquals(0, found.exitCode(), found.err());
        assertTrue(found.out().contains("40 labelled images"), found.out());
        assertTrue(found.err().contains("have changed since the run"), found.err());
      }
      Files.writeString(table, rows.toString().replace("07.png,even", "07.png,neither"));
      MainAccess found = MainAccess.run("errors", run.toString(), "--features=pixels");
      assertEquals(1, found.exitCode(), found.out());
      assertTrue(found.err().contains("found neither"), found.err());
      Files.writeString(table, rows);
      found = MainAccess.run("errors", run.toString(), "--features=pixels", "--parts=test");
      assertEquals(0, found.exitCode(), found.err());
      String left = measured.contains("holdout") ? "8 labelled images" : "4 labelled images";
      assertTrue(found.out().contains(left), found.out());
    }
  }

  /** The images whose label the table names, and what they rather are. */
  private List<String> labels() throws IOException {
    return Files.readAllLines(folder.resolve("out/errors.csv")).stream()
        .filter(row -> row.startsWith("label,"))
        .map(row -> row.split(",", -1))
        .map(cells -> cells[2] + " " + cells[4])
        .sorted()
        .toList();
  }

  /** Images that are bright above or below; of each class one looks like the other's. */
  private Path photosOfTwoClasses() throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 20; i++) {
      photo(photos.resolve(String.format(Locale.ROOT, "even/%02d.png", i)), i != 7, i);
      photo(photos.resolve(String.format(Locale.ROOT, "odd/%02d.png", i)), i == 12, 20 + i);
    }
    return photos;
  }

  private static void photo(Path file, boolean above, int number) throws IOException {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
    Random random = new Random(number);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 20; x++) {
        int light = y < 10 == above ? 150 : 0;
        image.getRaster().setSample(x, y, 0, light + random.nextInt(100));
      }
    }
    Files.createDirectories(file.getParent());
    assertTrue(ImageIO.write(image, "png", file.toFile()));
  }

  /** The corrupt image, which would end the search, is not come to. */
  @Test
  void folderNotWritable_saidBeforeReading() throws IOException {
    Path photos = photosOfTwoClasses();
    Files.writeString(photos.resolve("even/00.png"), "no image");
    Path file = Files.writeString(folder.resolve("file"), "");
    Path out = folder.resolve("out");
    Files.createDirectories(out.resolve("errors.html"));
    for (String place : List.of(out.toString(), file.toString())) {
      MainAccess found = MainAccess.run("errors", "--dataset=" + photos, "--out=" + place);
      assertEquals(1, found.exitCode());
      assertTrue(found.err().contains(place) && !found.err().contains("00.png"), found.err());
    }
    assertEquals(List.of("errors.html"), names(out));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Test
  void errors_singleImage_saysWhatIsNeeded() throws IOException {
    for (String name : List.of("test/cat", "train/cat", "train/dog")) {
      Path to = Files.createDirectories(folder.resolve("photos").resolve(name));
      BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
      assertTrue(ImageIO.write(image, "png", to.resolve("1.png").toFile()));
    }
    MainAccess found =
        MainAccess.run(
            "errors", "--dataset=" + folder.resolve("photos"), "--parts=test", "--out=" + folder);
    assertEquals(1, found.exitCode());
    assertTrue(found.err().contains("expected a class with two images or more"), found.err());
  }

  @Test
  void errors_mistakes_exit2() {
    MainAccess parts = MainAccess.run("errors", folder.toString(), "--parts=train,unlabeled");
    assertEquals(2, parts.exitCode());
    assertTrue(parts.err().contains("--parts: expected train, test or both"), parts.err());

    assertEquals(2, MainAccess.run("errors").exitCode());
    MainAccess network =
        MainAccess.run("errors", "--dataset=fashion-mnist-mini", "--features=both");
    assertEquals(2, network.exitCode());
    assertTrue(network.err().contains("expected pixels where there is no network"), network.err());
    MainAccess rule = MainAccess.run("errors", folder.toString(), "--rule=by-clas");
    assertEquals(2, rule.exitCode());
    assertTrue(rule.err().contains("by-class"), rule.err());
    assertEquals(2, MainAccess.run("errors", folder.toString(), "--folds=1").exitCode());
  }
}
