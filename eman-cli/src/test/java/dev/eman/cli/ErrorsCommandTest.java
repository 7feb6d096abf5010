package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  /** Classifiers that have not seen the image do not know its class. */
  @ParameterizedTest
  @ValueSource(strings = {"mixture", "confident-joint", "by-class"})
  void errors_imageAloneInItsClass_isNotJudged(String rule) throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < 41; i++) {
      String name = i == 0 ? "alone" : i % 2 == 0 ? "even" : "odd";
      BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setSample(i % 20, i % 2 == 0 ? 5 : 15, 0, 255);
      Path to = Files.createDirectories(photos.resolve(name));
      assertTrue(ImageIO.write(image, "png", to.resolve(i + ".png").toFile()));
    }
    MainAccess found =
        MainAccess.run(
            "errors", "--dataset=" + photos, "--rule=" + rule, "--out=" + folder.resolve("out"));
    assertEquals(0, found.exitCode(), found.err());
    assertTrue(found.out().contains("41 labelled images"), found.out());
    assertTrue(found.out().contains("not judged: the labels of 1 image"), found.out());
    String table = Files.readString(folder.resolve("out/errors.csv"));
    assertFalse(table.contains("label,train,alone/0.png"), table);
    String page = Files.readString(folder.resolve("out/errors.html"));
    assertTrue(page.contains("Not judged: the labels of 1 image"), page);
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
