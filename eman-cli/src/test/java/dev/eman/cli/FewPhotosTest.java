package dev.eman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No command's defaults refuse a few dozen photos. */
@Timeout(120)
class FewPhotosTest {
  @TempDir private static Path folder;
  private static Path photos;

  @BeforeAll
  static void write() throws IOException {
    photos = folder.resolve("photos");
    Random random = new Random(1);
    for (String part : List.of("train", "test")) {
      for (int i = 0; i < (part.equals("train") ? 27 : 9); i++) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < 256; at++) {
          image.setRGB(at % 16, at / 16, random.nextInt());
        }
        Path file = photos.resolve(part).resolve("class " + i % 3).resolve(i + ".png");
        Files.createDirectories(file.getParent());
        assertTrue(ImageIO.write(image, "png", file.toFile()));
      }
    }
  }

  private static MainAccess eman(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(command, "--dataset=" + photos, "--size=16", "--backbone=resnet8-w4"));
    arguments.addAll(Arrays.asList(more));
    MainAccess result = MainAccess.run(arguments.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result.err());
    return result;
  }

  @Test
  void knn_defaultK_isReducedAndSaysSo() {
    MainAccess result = eman("knn");
    assertTrue(
        result.err().contains("27 images vote, fewer than the 200 of --k; k is 27"), result.err());
    assertTrue(result.out().lines().anyMatch(line -> line.startsWith("    20 ")), result.out());
    assertTrue(result.out().lines().anyMatch(line -> line.startsWith("    27 ")), result.out());
  }

  @Test
  void linear_defaults_allAmounts() {
    MainAccess result = eman("linear");
    for (String amount : List.of("1%          3 ", "10%          3 ", "100%         27 ")) {
      assertTrue(result.out().contains(amount), result.out());
    }
  }

  @Test
  void map_defaults_drawsAll() {
    Path map = folder.resolve("map.png");
    assertTrue(eman("map", "--out=" + map).out().contains("9 test images drawn"));
    assertTrue(Files.exists(map));
  }

  @Test
  void finetune_defaults_runs() {
    Path first = folder.resolve("first");
    eman("train", "--algorithm=supervised", "--steps=1", "--out=" + first);
    MainAccess result =
        eman("finetune", first.toString(), "--steps=1", "--out=" + folder.resolve("second"));
    assertTrue(result.out().startsWith("second: 3 labelled images; supervised does"), result.out());
  }

  @Test
  void finetune_runOfATable_keepsHowItsImagesAreRead() throws IOException {
    Path table = folder.resolve("tables/photos.csv");
    List<String> rows = new ArrayList<>(List.of("path,label,split"));
    for (int i = 0; i < 36; i++) {
      String part = i < 27 ? "train" : "test";
      rows.add(
          String.format(Locale.ROOT, "%s/class %d/%d.png,%d,%s", part, i % 3, i % 27, i % 3, part));
    }
    Files.createDirectories(table.getParent());
    Files.write(table, rows);
    Path first = folder.resolve("of-table");
    List<String> network = List.of("--size=16", "--backbone=resnet8-w4", "--steps=1");
    List<String> train =
        new ArrayList<>(
            List.of("train", "--algorithm=supervised", "--dataset=" + table, "--out=" + first));
    Path classes = Files.writeString(folder.resolve("classes.txt"), "2\n0\n1\n");
    train.add("--classes=" + classes);
    train.addAll(List.of("--images=" + photos, "--orientation=ignore", "--corrupt-images=skip"));
    train.addAll(network);
    MainAccess trained = MainAccess.run(train.toArray(String[]::new));
    assertEquals(0, trained.exitCode(), trained.err());
    Path second = folder.resolve("tuned-table");
    MainAccess tuned = MainAccess.run("finetune", first.toString(), "--steps=1", "--out=" + second);
    assertEquals(0, tuned.exitCode(), tuned.err());
    String options = Files.readString(second.resolve("config.yaml"));
    assertTrue(options.contains("orientation: ignore"), options);
    assertTrue(options.contains("corrupt-images: skip"), options);
    assertTrue(options.contains("classes: " + classes), options);
    MainAccess other =
        MainAccess.run(
            "finetune",
            first.toString(),
            "--dataset=" + photos,
            "--steps=1",
            "--out=" + folder.resolve("tuned-folder"));
    assertEquals(0, other.exitCode(), other.err());
    Files.delete(classes); // A checkpoint has them.
    MainAccess near = MainAccess.run("knn", first.toString());
    assertEquals(0, near.exitCode(), near.err());
  }

  @Test
  void linear_algorithmsOnARunsOwnFeatures_measured() {
    MainAccess result = eman("linear", "--algorithm=fixmatch", "--views=1", "--steps=3");
    assertTrue(result.out().contains("%  linear\n"), result.out());
    assertTrue(result.out().contains("%  fixmatch teacher\n"), result.out());
  }

  @Test
  void linear_mistakesWithAlgorithms_areSaid() {
    assertMistake("expected with --algorithm", "--views=3");
    assertMistake("such as fixmatch", "--algorithm=moco");
    assertMistake("threshold", "--algorithm=fixmatch", "--set=threshold=2");
    assertMistake("soft_targets=true", "--algorithm=fixmatch", "--set=temperature=0.5");
    assertMistake(
        "--set: expected threshold once, found twice",
        "--algorithm=fixmatch",
        "--set=threshold=0.95",
        "--set=threshold=0.8");
    assertMistake("--set: expected KEY=VALUE, got x", "--algorithm=fixmatch", "--set=x");
    assertMistake("at least 2 views", "--algorithm=mean-teacher", "--views=1");
    assertMistake("--views: expected at least 1", "--algorithm=fixmatch", "--views=0");
    assertMistake("steps: expected at least 1", "--algorithm=fixmatch", "--steps=0");
    assertMistake("--draws: expected at least 1", "--draws=0");
    assertMistake("augmentation", "--algorithm=fixmatch", "--weak=fixmach-weak");
  }

  private static void assertMistake(String message, String... options) {
    List<String> command = new ArrayList<>(List.of("linear"));
    command.addAll(List.of(options));
    MainAccess result = MainAccess.run(command.toArray(new String[0]));
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
  }
}
